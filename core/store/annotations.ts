/** Bookmarks and notes on spans. */
import type { Annotation, AnnotationEdit } from '../api/annotation';
import { SpoorError } from '../api/errors';
import { int8FromSpanId, parseSpanId, parseTraceId, type SpanId, spanIdFromInt8, type TraceId } from '../model/ids';
import { BOOL, decodeRows, INT8, TEXT } from './row-spec';
import type { SqlClient } from './sql-client';

const ROW = { span_id: INT8, bookmarked: BOOL, note: TEXT, updated_at: TEXT };
const SELECT = `select span_id, bookmarked, note,
  to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as updated_at from annotation`;

export class Annotations {
  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
  ) {}

  /** Of a trace, oldest first. @throws SpoorError NOT_FOUND for what is no trace id */
  async list(trace: string): Promise<Annotation[]> {
    const rows = await this.sql.query(`${SELECT} where workspace_id = $1 and trace_id = $2::uuid order by created_at`, [
      this.workspaceId,
      traceIdOf(trace),
    ]);
    return decodeRows(ROW, rows).map(({ span_id, bookmarked, note, updated_at }) => ({
      spanId: spanIdFromInt8(span_id),
      bookmarked,
      note,
      updatedAt: updated_at,
    }));
  }

  /** @throws SpoorError NOT_FOUND when the span is not stored */
  async set(trace: string, span: string, { bookmarked, note }: AnnotationEdit): Promise<void> {
    const traceId = traceIdOf(trace);
    const key = [this.workspaceId, traceId, int8FromSpanId(spanIdOf(span))];
    if (!bookmarked && note === '') {
      await this.sql.query(
        'delete from annotation where workspace_id = $1 and trace_id = $2::uuid and span_id = $3',
        key,
      );
      return;
    }
    const stored = await this.sql.query(
      'select 1 as one from span where workspace_id = $1 and trace_id = $2::uuid and span_id = $3 limit 1',
      key,
    );
    if (stored.length === 0) throw new SpoorError('NOT_FOUND', `Span ${span} of trace ${traceId} is not stored here.`);
    await this.sql.query(
      `insert into annotation (workspace_id, trace_id, span_id, bookmarked, note) values ($1, $2::uuid, $3, $4, $5)
       on conflict (workspace_id, trace_id, span_id)
       do update set bookmarked = excluded.bookmarked, note = excluded.note, updated_at = now()`,
      [...key, bookmarked, note.replaceAll('\0', '\u2400')],
    );
  }
}

function traceIdOf(text: string): TraceId {
  const traceId = parseTraceId(text);
  if (!traceId) throw new SpoorError('NOT_FOUND', 'There is no such trace: a trace id is 32 hex digits.');
  return traceId;
}

function spanIdOf(text: string): SpanId {
  const spanId = parseSpanId(text);
  if (!spanId) throw new SpoorError('NOT_FOUND', 'There is no such span: a span id is 16 hex digits.');
  return spanId;
}
