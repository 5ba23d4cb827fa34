/** Traces taken out of the lists, and what a reader is told of one that is not there. */
import { SpoorError } from '../../model/errors';
import { parseTraceId, type TraceId } from '../../model/ids';
import { countDeletedTrace, forgetDeleted } from '../blocks/deleted-counts';
import { decodeRows, orNull, TEXT } from '../sql/row-spec';
import type { SqlClient, SqlStatements } from '../sql/sql-client';
import { deleteQuarantinedTrace, quarantinedUntil } from './quarantine';
import { STAMPED_NOW } from './trusted-clock';

/** A deleted trace keeps its spans until it is restored. @throws SpoorError NOT_FOUND */
export async function deleteTrace(sql: SqlClient, workspaceId: number, trace: string): Promise<void> {
  await setDeleted(sql, workspaceId, trace, true);
}

/** @throws SpoorError NOT_FOUND when there is no such trace among the deleted */
export async function restoreTrace(sql: SqlClient, workspaceId: number, trace: string): Promise<void> {
  await setDeleted(sql, workspaceId, trace, false);
}

async function setDeleted(sql: SqlClient, workspaceId: number, trace: string, deleted: boolean): Promise<void> {
  const traceId = parseTraceId(trace);
  const isChanged = traceId !== null && (await sql.transaction((tx) => change(tx, workspaceId, traceId, deleted)));
  if (!isChanged) {
    throw new SpoorError(
      'NOT_FOUND',
      deleted ? 'There is no such trace to delete.' : 'There is no such deleted trace.',
    );
  }
}

/** Its row first: spans that arrive meanwhile wait for it, and are counted as it is then. */
async function change(tx: SqlClient, workspaceId: number, traceId: TraceId, deleted: boolean): Promise<boolean> {
  const changed = await tx.query(
    `with changed as (
       update trace set deleted_at = case when $3 then ${STAMPED_NOW} end
       where workspace_id = $1 and trace_id = $2::uuid and (deleted_at is null) = $3 returning span_count
     ), counted as (
       update workspace w set trace_count = w.trace_count + (case when $3 then -1 else 1 end),
         span_count = w.span_count + (case when $3 then -1 else 1 end) * changed.span_count
       from changed where w.id = $1
     )
     select 1 as one from changed`,
    [workspaceId, traceId, deleted],
  );
  if (changed.length === 0) return deleted && deleteQuarantinedTrace(tx, workspaceId, traceId);
  if (deleted) await countDeletedTrace(tx, workspaceId, traceId);
  else await forgetDeleted(tx, workspaceId, [traceId]);
  return true;
}

/** Why a trace cannot be read: it never came, it was deleted, it is in quarantine, or it made room for others. */
export async function missingTrace(sql: SqlStatements, workspaceId: number, traceId: TraceId): Promise<SpoorError> {
  const rows = decodeRows(
    { deleted_at: orNull(TEXT), pruned_at: orNull(TEXT) },
    await sql.query(
      `select (select to_char(deleted_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"') from trace
         where workspace_id = $1 and trace_id = $2::uuid) as deleted_at,
       (select to_char(pruned_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"') from pruned_trace
         where workspace_id = $1 and trace_id = $2::uuid) as pruned_at`,
      [workspaceId, traceId],
    ),
  );
  const { deleted_at: deletedAt = null, pruned_at: prunedAt = null } = rows[0] ?? {};
  const because = (code: string, message: string) =>
    new SpoorError('NOT_FOUND', message, [{ field: 'traceId', code, message }]);
  if (deletedAt !== null) return because('deleted', `This trace was deleted at ${deletedAt}. It can be restored.`);
  const until = prunedAt === null ? null : await quarantinedUntil(sql, workspaceId, traceId);
  if (until !== null) {
    return because(
      'quarantined',
      `This trace was pruned for its age at ${prunedAt}. It is in quarantine until ${until}, or until the disk needs the room: until then it can be restored.`,
    );
  }
  if (prunedAt !== null)
    return because('pruned', `This trace was pruned at ${prunedAt}, to keep within the limits set.`);
  return because('unknown', `Trace ${traceId} is not stored here. It shows here if it arrives.`);
}
