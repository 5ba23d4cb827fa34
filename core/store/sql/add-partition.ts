/** Partitions that come while others read and write. */
import type { SqlClient } from './sql-client';

/**
 * Made beside its table and attached to it: `create table ... partition of` would hold up everybody who reads the table until the
 * transaction ends. Does nothing where it is there already.
 * @param from of the partition key, inclusive @param to exclusive
 */
export async function addPartition(
  tx: SqlClient,
  table: string,
  number: number,
  from: number,
  to: number,
): Promise<void> {
  const name = `${table}_${number}`;
  const [known] = await tx.query('select 1 as found where to_regclass($1) is not null', [name]);
  if (known) return;
  await tx.execute(`create table ${name} (like ${table} including defaults including storage)`);
  await tx.execute(`alter table ${table} attach partition ${name} for values from (${from}) to (${to})`);
}
