/**
 * Gives back the empty part of tables that lose rows one by one. PGlite has no autovacuum: without this a table that is written and
 * pruned for ever grows for ever, and no row of it is to blame.
 */
import { decodeRows, FLOAT8, INT8, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { isQuarantinedName } from './quarantine';

/** A smaller table is not worth a look. */
const WORTH_BYTES = 1024 * 1024;
/** A table of which less than this is in use is written anew. */
const IN_USE = 0.7;
/** Writing so much anew holds the store for some hundred milliseconds, once; of more the space is used again. */
const MOST_LIVE_BYTES = 32 * 1024 * 1024;
/** Pages that tell how full a table is. */
const SAMPLE_PAGES = 256;
const PAGE_BYTES = 8_192;
/** Of a row, beside what it says. */
const ROW_BYTES = 28;

const CATALOGS = [
  'pg_attribute',
  'pg_class',
  'pg_constraint',
  'pg_depend',
  'pg_index',
  'pg_inherits',
  'pg_statistic',
  'pg_type',
];

/** Tables that are no partitions and can be empty in large part. @returns whether any was written anew */
export async function compact(sql: SqlClient, isStopped: () => boolean): Promise<boolean> {
  const tables = decodeRows(
    { name: TEXT, heap: INT8, bytes: INT8 },
    await sql.query(
      `select c.relname::text as name, pg_relation_size(c.oid) as heap, pg_table_size(c.oid) as bytes from pg_class c
       where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not c.relispartition
         and not ${isQuarantinedName('c.relname')}
         and pg_total_relation_size(c.oid) >= $1 order by c.relname`,
      [WORTH_BYTES],
    ),
  );
  // Each partition is a dozen rows of them.
  for (const name of CATALOGS) await sql.query(`vacuum ${name}`);
  let isSmaller = false;
  for (const { name, heap, bytes } of tables) {
    if (isStopped()) return isSmaller;
    await sql.query(`vacuum ${name}`);
    const live = await liveBytes(sql, name, Number(heap));
    if (live > IN_USE * Number(bytes) || live > MOST_LIVE_BYTES) continue;
    await sql.query(`vacuum full ${name}`);
    isSmaller = true;
  }
  return isSmaller;
}

/** About, from some pages. */
async function liveBytes(sql: SqlClient, table: string, heapBytes: number): Promise<number> {
  const percent = Math.min(100, (100 * SAMPLE_PAGES * PAGE_BYTES) / Math.max(1, heapBytes));
  const rows = await sql.query(
    `select coalesce(sum(pg_column_size(t.*) + ${ROW_BYTES}), 0)::float8 as bytes from ${table} t tablesample system (${percent})`,
  );
  return ((decodeRows({ bytes: FLOAT8 }, rows)[0]?.bytes ?? 0) * 100) / percent;
}
