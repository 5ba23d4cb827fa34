/** What closed blocks count too many, for spans of theirs were replaced: beside the counts of deleted traces (deleted-counts.ts). */

import { decodeRows, INT4 } from '../sql/row-spec';
import type { SqlClient, SqlStatements } from '../sql/sql-client';
import { DELETED_MODELS } from './deleted-counts';
import { addDeletedEdges } from './edge-counts';

/** No trace has this id. */
export const SUPERSEDED = '00000000-0000-0000-0000-000000000000';
/** Blocks that one look finds: each is summarised anew in some tens of milliseconds. */
const TIDIED = 64;

/** Some blocks are summarised anew, or gone: they count nothing too many any more. @param to the block after the last */
export async function forgetSuperseded(
  tx: SqlClient,
  workspaceId: number,
  from: number,
  to: number,
  /** What the new summaries say: everything, all but calls, which stay as they are counted; or they are gone. */
  anew: 'all' | 'all but calls' | 'gone',
): Promise<void> {
  const parameters = [workspaceId, from, to];
  const within = `workspace_id = $1 and trace_id = '${SUPERSEDED}' and block_id >= $2 and block_id < $3`;
  if (anew === 'all but calls') {
    await addDeletedEdges(tx, workspaceId, within, parameters, -1, false);
  }
  if (anew !== 'gone') {
    await tx.execute(
      `update service s set span_count = s.span_count - i.spans, error_count = s.error_count - i.errors
       from (select o.service_id, sum(d.spans)::int8 as spans, sum(d.errors)::int8 as errors
         from deleted_minute d join operation o on o.id = d.operation_id where d.${within.replaceAll(' and ', ' and d.')}
         group by o.service_id) i
       where s.workspace_id = $1 and s.id = i.service_id`,
      parameters,
    );
  }
  for (const table of DELETED_MODELS) await tx.execute(`delete from ${table} where ${within}`, parameters);
}

/** Closed blocks that count too many. */
export async function blocksThatCountTooMany(sql: SqlStatements, workspaceId: number): Promise<number[]> {
  const rows = await sql.query(
    `select distinct d.block_id from deleted_block d join span_block b on b.workspace_id = d.workspace_id and b.id = d.block_id
     where d.workspace_id = $1 and d.trace_id = '${SUPERSEDED}' and b.closed order by d.block_id limit ${TIDIED}`,
    [workspaceId],
  );
  return decodeRows({ block_id: INT4 }, rows).map(({ block_id }) => block_id);
}
