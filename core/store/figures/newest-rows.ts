/**
 * From when on rows are counted where there are more than can be read while somebody waits: the newest of them. How many there are is
 * estimated from some pages of the table, so that this takes the same however many they are.
 */
import { decodeRows, INT8, orNull } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

const SAMPLED_PAGES = 200;
const PAGE_BYTES = 8_192;

/** @param most rows that are counted, about @returns the start of the oldest that is, in epoch nanoseconds; null: all are */
export async function newestFrom(
  sql: SqlClient,
  table: 'model_call' | 'trace',
  [workspaceId, from, to]: readonly [workspaceId: number, from: bigint | null, to: bigint | null],
  most: number,
): Promise<bigint | null> {
  const [size] = decodeRows({ bytes: INT8 }, await sql.query(`select pg_relation_size('${table}') as bytes`));
  const pages = Number(size?.bytes ?? 0n) / PAGE_BYTES;
  const percent = pages <= SAMPLED_PAGES ? 100 : (100 * SAMPLED_PAGES) / pages;
  const sample = `from ${table} tablesample system (${percent.toFixed(6)}) repeatable (1) where workspace_id = $1
    and ($2::int8 is null or start_ns >= $2) and ($3::int8 is null or start_ns < $3)`;
  const bounds = [workspaceId, from, to];
  const [counted] = decodeRows({ rows: INT8 }, await sql.query(`select count(*) as rows ${sample}`, bounds));
  const rows = (Number(counted?.rows ?? 0n) * 100) / percent;
  if (rows <= most) return null;
  const [oldest] = decodeRows(
    { start_ns: orNull(INT8) },
    await sql.query(`select percentile_disc($4::float8) within group (order by start_ns) as start_ns ${sample}`, [
      ...bounds,
      1 - most / rows,
    ]),
  );
  return oldest?.start_ns ?? null;
}
