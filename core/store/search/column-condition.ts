/** Conditions that a column of `span` decides. */
import { int8FromSpanId, parseSpanId } from '../../model/ids';
import type { FieldExpression } from '../../query/traceql/ast';
import type { BlockSummary } from '../blocks/block-summaries';
import type { SpanCondition } from './span-condition';

const FLIPPED = { '=': '=', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;
const STATUS_SQL = { unset: 's.status not in (1, 2)', ok: 's.status = 1', error: 's.status = 2' } as const;

/** A comparison of a column of `span` with a value. */
export function columnSql(expression: FieldExpression): SpanCondition | null {
  if (expression.kind !== 'binary' || !(expression.op in FLIPPED)) return null;
  const given = expression.op as keyof typeof FLIPPED;
  const isFlipped = expression.left.kind !== 'intrinsic';
  const field = isFlipped ? expression.right : expression.left;
  const value = isFlipped ? expression.left : expression.right;
  const op = isFlipped ? FLIPPED[given] : given;
  if (field.kind !== 'intrinsic') return null;
  const column = (sql: string, most = everySpan): SpanCondition => ({ kind: 'column', sql, most });
  const isEqual = op === '=';
  switch (field.name) {
    case 'span:duration': {
      if (value.kind !== 'duration' && value.kind !== 'integer' && value.kind !== 'float') return null;
      const limit = value.value;
      const isMore = op === '>' || op === '>=' || isEqual;
      return column(
        // As numeric: a float has no place for all digits of an int8.
        // What is below zero is unknown.
        `s.duration_ns >= 0 and s.duration_ns ${op === '!=' ? '<>' : op} ${Number.isSafeInteger(limit) ? limit : `'${limit}'::numeric`}`,
        ({ longestNs, spans }) => (!isMore || longestNs >= limit ? spans : 0),
      );
    }
    case 'span:status':
      if (value.kind !== 'status' || (!isEqual && op !== '!=')) return null;
      if (!isEqual) return column(`not (${STATUS_SQL[value.value]})`);
      return column(STATUS_SQL[value.value], ({ errors, spans }) => (value.value === 'error' ? errors : spans));
    case 'span:parentID':
      if (value.kind === 'nil') return column(`s.parent_span_id is ${isEqual ? '' : 'not '}null`);
      return isEqual ? spanIdSql('s.parent_span_id', value) : null;
    case 'span:id':
      return isEqual ? spanIdSql('s.span_id', value) : null;
    default:
      return null;
  }
}

function spanIdSql(column: string, value: FieldExpression): SpanCondition | null {
  if (value.kind !== 'string') return null;
  const id = /^[0-9a-f]{16}$/.test(value.value) ? parseSpanId(value.value) : null;
  if (!id) return { kind: 'constant', value: false };
  return { kind: 'column', sql: `${column} = ${int8FromSpanId(id)}`, most: everySpan };
}

export function everySpan({ spans }: BlockSummary): number {
  return spans;
}
