/** Partitions that go while others read and write. */
import type { SqlClient, SqlStatements } from './sql-client';

/**
 * Waits for who reads the table for so long, and everybody else behind it; then the step fails, and is tried again after those who
 * waited.
 */
const LOCK_TIMEOUT = '1s';

/** Runs statements that need a table for themselves. */
export async function withinLockTimeout(tx: SqlStatements, run: () => Promise<void>): Promise<void> {
  await tx.query("select set_config('lock_timeout', $1, true)", [LOCK_TIMEOUT]);
  await run();
  await tx.query("select set_config('lock_timeout', '0', true)");
}

/** @param parents tables that each lose their part of this number */
export async function dropPartition(tx: SqlClient, parents: readonly string[], number: number): Promise<void> {
  await withinLockTimeout(tx, async () => {
    for (const table of parents) await tx.query(`drop table if exists ${table}_${number}`);
  });
}
