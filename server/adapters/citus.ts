/** Whether Citus has distributed the tables of a server (deploy/citus). */
import { decodeRows, TEXT } from '../../core/store/sql/row-spec';
import type { SqlStatements } from '../../core/store/sql/sql-client';

/** Whether the script was run: Citus writes down which tables it has distributed. */
export async function isDistributed(sql: SqlStatements): Promise<boolean> {
  const rows = await sql.query(
    "select relname::text as name from pg_class where oid = to_regclass('pg_dist_partition')",
  );
  if (decodeRows({ name: TEXT }, rows).length === 0) return false;
  const [trace] = await sql.query("select 1 as found from pg_dist_partition where logicalrelid = to_regclass('trace')");
  return trace !== undefined;
}

/** The same, asked once: who distributes the tables has stopped the server. */
export function distribution(sql: SqlStatements): () => Promise<boolean> {
  let known: Promise<boolean> | null = null;
  return () => {
    known ??= isDistributed(sql).catch((error: unknown) => {
      known = null;
      throw error;
    });
    return known;
  };
}
