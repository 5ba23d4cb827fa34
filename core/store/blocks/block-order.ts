import type { SqlClient } from '../sql/sql-client';

/**
 * Has the planner find the spans of a block by the BRIN index over blocks, inside a transaction: without statistics of partitions
 * it would read a whole one. `workspace_id + 0` in the condition keeps it from the index by trace.
 */
export async function inBlockOrder(tx: SqlClient, on: boolean): Promise<void> {
  const value = on ? 'off' : 'on';
  await tx.execute("select set_config('enable_seqscan', $1, true), set_config('enable_indexscan', $1, true)", [value]);
}
