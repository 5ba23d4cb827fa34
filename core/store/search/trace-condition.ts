/** Conditions that a row of `trace` decides: SQL over `t`. */
import { FAILED_REQUEST_TRACEQL } from '../../model/request';
import { shortName } from '../../model/short-name';
import type { FieldExpression, SpansetFilter } from '../../query/traceql/ast';
import { isNumeric } from '../../query/traceql/calculate';
import { conditionOf } from '../../query/traceql/evaluate';
import { parseTraceql } from '../../query/traceql/parse';
import { fieldText } from '../../query/traceql/print';
import { fieldsIn } from '../../query/traceql/walk';
import { KNOWS_DURATION_SQL } from '../sql/trace-duration';
import { isOfTrace } from './compiled-query';
import type { KnownParts } from './known-parts';
import { plainForm } from './plain-form';
import type { TraceFactsRow } from './trace-facts';

/** Which spans of a trace match: all, those with an error, requests that failed, or one has to look. */
export type MatchesOfRow = 'all' | 'errors' | 'failed' | 'unknown';

/** How many that are. */
export function countOfRow(row: TraceFactsRow, matches: MatchesOfRow): number {
  return matches === 'errors' ? row.error_count : matches === 'failed' ? row.failed_count : row.span_count;
}

export interface TraceCondition {
  readonly sql: string;
  /** Which spans of a trace match where it holds. */
  readonly matches: MatchesOfRow;
  /** The part of it that an index over ids finds; null: there is none. */
  readonly ids: string | null;
}

/** Whether no span has to be looked at. */
export function isTraceCondition({ condition }: SpansetFilter): boolean {
  if (condition === null || isStatusError(condition) || isFailedRequest(condition)) return true;
  const fields = fieldsIn(condition);
  return fields.length > 0 && fields.every(isOfTrace);
}

/** @returns null where spans have to be looked at */
export function traceCondition(filter: SpansetFilter, parts: KnownParts): TraceCondition | null {
  if (!isTraceCondition(filter)) return null;
  const condition = filter.condition && plainForm(filter.condition);
  if (condition === null) return { sql: 'true', matches: 'all', ids: null };
  if (isStatusError(condition)) return { sql: 't.error_count > 0', matches: 'errors', ids: null };
  if (filter.condition && isFailedRequest(filter.condition))
    return { sql: 't.failed_count > 0', matches: 'failed', ids: null };
  const ids = idRange(condition);
  if (ids) {
    const sql = `t.trace_id between '${ids.low}' and '${ids.high}'`;
    return { sql, matches: 'all', ids: sql };
  }
  const sql = sqlOf(condition, parts);
  return { sql: sql ?? 'true', matches: sql === null ? 'unknown' : 'all', ids: null };
}

/** Of `trace:id = "..."`, and of `trace:id =~ "beginning.*"`. */
function idRange(condition: FieldExpression): { readonly low: string; readonly high: string } | null {
  if (condition.kind !== 'binary' || condition.right.kind !== 'string') return null;
  const { op, left, right } = condition;
  if (left.kind !== 'intrinsic' || left.name !== 'trace:id') return null;
  const pattern = op === '=' ? /^([0-9a-f]{32})$/ : op === '=~' ? /^([0-9a-f]{1,31})\.\*$/ : null;
  const prefix = pattern?.exec(right.value)?.[1];
  return prefix ? { low: prefix.padEnd(32, '0'), high: prefix.padEnd(32, 'f') } : null;
}

function isStatusError(condition: FieldExpression): boolean {
  if (condition.kind !== 'binary' || condition.op !== '=') return false;
  const { left, right } = condition;
  return left.kind === 'intrinsic' && left.name === 'span:status' && right.kind === 'status' && right.value === 'error';
}

/** `status:failed`, as the search box writes it. */
function isFailedRequest(condition: FieldExpression): boolean {
  return condition.kind === 'binary' && condition.op === '&&' && fieldText(condition) === FAILED_REQUEST;
}

const FAILED_REQUEST = conditionText(FAILED_REQUEST_TRACEQL);

function conditionText(traceql: string): string {
  const [spanset] = parseTraceql(`{ ${traceql} }`).pipeline.stages;
  return spanset?.kind === 'filter' && spanset.condition ? fieldText(spanset.condition) : '';
}

const SQL_OPS: Readonly<Record<string, string>> = {
  '=': '=',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

/** Null of what SQL would decide otherwise than we do. No text of the query gets into it. */
function sqlOf(expression: FieldExpression, parts: KnownParts): string | null {
  if (expression.kind === 'binary' && (expression.op === '&&' || expression.op === '||')) {
    const sides = [sqlOf(expression.left, parts), sqlOf(expression.right, parts)];
    return sides.includes(null) ? null : `(${sides.join(expression.op === '&&' ? ') and (' : ') or (')})`;
  }
  if (fieldsIn(expression).every(({ name }) => name === 'trace:rootName' || name === 'trace:rootService')) {
    return rootSql(expression, parts);
  }
  if (expression.kind !== 'binary' || expression.left.kind !== 'intrinsic') return null;
  const { left, right } = expression;
  const op = SQL_OPS[expression.op];
  if (op && left.name === 'trace:duration' && 'value' in right && isNumeric(right.value)) {
    // As numeric: the difference of two int8 may be none, and floats of times are 256 ns apart.
    return `(t.end_ns::numeric - t.start_ns ${op} '${right.value}'::numeric and ${KNOWS_DURATION_SQL})`;
  }
  if (left.name !== 'trace:id' || right.kind !== 'string' || (op !== '=' && op !== '<>')) return null;
  return /^[0-9a-f]{32}$/.test(right.value) ? `t.trace_id ${op} '${right.value}'::uuid` : String(op === '<>');
}

function rootSql(expression: FieldExpression, { shared: { operations } }: KnownParts): string | null {
  if (operations.heldTo !== null) return null;
  const holds = conditionOf(shortenedTexts(expression));
  const ids: number[] = [];
  for (const [id, { name, service }] of operations.held) {
    const values = (field: { readonly name: string }) => [field.name === 'trace:rootName' ? name : service];
    if (holds({ values, hasWord: () => false })) ids.push(id);
  }
  return `t.root_operation_id = any('{${ids.join(',')}}'::int4[])`;
}

/** Long texts as columns hold names. */
function shortenedTexts(expression: FieldExpression): FieldExpression {
  if (expression.kind === 'string') return { ...expression, value: shortName(expression.value) };
  if (expression.kind !== 'binary' || (expression.op !== '=' && expression.op !== '!=')) return expression;
  return { ...expression, left: shortenedTexts(expression.left), right: shortenedTexts(expression.right) };
}
