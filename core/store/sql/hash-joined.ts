import type { SqlStatements } from './sql-client';

/**
 * Runs statements of a transaction without joins row by row: where statistics are old, the planner takes many rows for one, and
 * compares each with all others.
 */
export async function hashJoined<T>(tx: SqlStatements, run: () => Promise<T>): Promise<T> {
  await tx.query("select set_config('enable_nestloop', 'off', true)");
  const result = await run();
  // After a failure the transaction ends, and the setting with it.
  await tx.query("select set_config('enable_nestloop', 'on', true)");
  return result;
}
