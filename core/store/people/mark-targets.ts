/** What annotations and scores are about, in SQL. */

import type { MarkTarget } from '../../api/mark-target';
import { SpoorError } from '../../model/errors';
import { int8FromSpanId, parseSpanId, parseTraceId } from '../../model/ids';
import { shortName } from '../../model/short-name';
import type { SqlClient, SqlParameter } from '../sql/sql-client';
import type { WhereBuilder } from '../sql/where';

/** Of `t`. */
export const TARGET_COLUMNS = {
  traceId: "replace(t.trace_id::text, '-', '')",
  spanId: "lpad(to_hex(t.span_id), 16, '0')",
  sessionId: 't.session_id',
} as const;

/** As columns. @throws SpoorError NOT_FOUND when it is not stored */
export async function storedTarget(
  sql: SqlClient,
  workspaceId: number,
  { traceId, spanId, sessionId }: MarkTarget,
): Promise<{ readonly [column: string]: SqlParameter }> {
  const trace = traceId === null ? null : parseTraceId(traceId);
  const span = spanId === null ? null : parseSpanId(spanId);
  const spanKey = span ? int8FromSpanId(span) : null;
  let found: readonly unknown[] = [];
  if (trace && (spanId === null || span)) {
    found = await sql.query(
      span
        ? 'select 1 as one from span where workspace_id = $1 and trace_id = $2::uuid and span_id = $3 limit 1'
        : 'select 1 as one from trace where workspace_id = $1 and trace_id = $2::uuid and deleted_at is null',
      span ? [workspaceId, trace, spanKey] : [workspaceId, trace],
    );
  } else if (sessionId !== null) {
    found = await sql.query(
      `select 1 as one from trace where workspace_id = $1 and md5(session_id) = md5($2) and session_id = $2
         and deleted_at is null limit 1`,
      [workspaceId, shortName(sessionId)],
    );
  }
  if (found.length === 0) {
    const what = spanId !== null ? `Span ${spanId}` : traceId !== null ? `Trace ${traceId}` : 'This session';
    throw new SpoorError('NOT_FOUND', `${what} is not stored here.`);
  }
  return {
    'trace_id::uuid': trace,
    span_id: spanKey,
    session_id: trace || sessionId === null ? null : shortName(sessionId),
  };
}

/** Narrows a list to a trace, a span of it, or a session. */
export function aboutTarget(
  where: WhereBuilder,
  query: {
    readonly traceId?: string | undefined;
    readonly spanId?: string | undefined;
    readonly sessionId?: string | undefined;
  },
): void {
  if (query.traceId !== undefined) {
    const trace = parseTraceId(query.traceId);
    if (trace) where.and('t.trace_id = ?::uuid', trace);
    else where.and('false');
  }
  if (query.spanId !== undefined) {
    const span = parseSpanId(query.spanId);
    if (span) where.and('t.span_id = ?', int8FromSpanId(span));
    else where.and('false');
  }
  if (query.sessionId !== undefined) {
    const sessionId = shortName(query.sessionId);
    where.and('md5(t.session_id) = md5(?) and t.session_id = ?', sessionId, sessionId);
  }
}
