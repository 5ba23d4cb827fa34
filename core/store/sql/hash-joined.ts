import type { SqlStatements } from './sql-client';

/** SQL of the service of `span s`. Looked up: joined by hash, the names of all operations would be read for a handful of spans. */
export const SERVICE_OF_SPAN = '(select o.service_id from operation o where o.id = s.operation_id)';

/**
 * Runs statements of a transaction without nested-loop joins: where statistics are old, the planner takes many rows for one, and
 * compares each with all others. Without JIT, too: before PostgreSQL 18 a nested loop that cannot be avoided is given a cost at which
 * a statement of milliseconds is compiled for seconds.
 */
export async function hashJoined<T>(tx: SqlStatements, run: () => Promise<T>): Promise<T> {
  await tx.query("select set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)");
  const result = await run();
  // After a failure the transaction ends, and the setting with it.
  await tx.query('set local enable_nestloop to default');
  await tx.query('set local jit to default');
  return result;
}
