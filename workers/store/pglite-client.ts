/** SqlClient over PGlite. */
import type { PGliteInterface, QueryOptions, Transaction } from '@electric-sql/pglite';
import type { SqlClient, SqlParameter, SqlRow } from '../../core/store/sql-client';

const INT8_OID = 20;
/** PGlite gives int8 as number or bigint, whichever fits; ours is always a bigint. */
const OPTIONS: QueryOptions = { parsers: { [INT8_OID]: BigInt } };

export class PgliteClient implements SqlClient {
  constructor(private readonly db: PGliteInterface) {}

  query(sql: string, parameters: readonly SqlParameter[] = []): Promise<readonly SqlRow[]> {
    return runQuery(this.db, sql, parameters);
  }

  copyIn(table: string, columns: readonly string[], data: Uint8Array): Promise<void> {
    return runCopyIn(this.db, table, columns, data);
  }

  copyOut(select: string): Promise<Uint8Array> {
    return runCopyOut(this.db, select);
  }

  transaction<T>(run: (tx: SqlClient) => Promise<T>): Promise<T> {
    return this.db.transaction((tx) => run(new PgliteTransaction(tx)));
  }
}

class PgliteTransaction implements SqlClient {
  constructor(private readonly tx: Transaction) {}

  query(sql: string, parameters: readonly SqlParameter[] = []): Promise<readonly SqlRow[]> {
    return runQuery(this.tx, sql, parameters);
  }

  copyIn(table: string, columns: readonly string[], data: Uint8Array): Promise<void> {
    return runCopyIn(this.tx, table, columns, data);
  }

  copyOut(select: string): Promise<Uint8Array> {
    return runCopyOut(this.tx, select);
  }

  transaction<T>(run: (tx: SqlClient) => Promise<T>): Promise<T> {
    return run(this);
  }
}

type Queryable = Pick<Transaction, 'query'>;

async function runQuery(db: Queryable, sql: string, parameters: readonly SqlParameter[]): Promise<readonly SqlRow[]> {
  const { rows } = await db.query<SqlRow>(sql, [...parameters], OPTIONS);
  return rows;
}

async function runCopyIn(db: Queryable, table: string, columns: readonly string[], data: Uint8Array): Promise<void> {
  const blob = new Blob([data as Uint8Array<ArrayBuffer>]);
  await db.query(`copy ${table} (${columns.join(', ')}) from '/dev/blob' with (format binary)`, [], { blob });
}

async function runCopyOut(db: Queryable, select: string): Promise<Uint8Array> {
  const { blob } = await db.query(`copy (${select}) to '/dev/blob' with (format binary)`);
  if (!blob) throw new Error('COPY TO gave no data');
  return new Uint8Array(await blob.arrayBuffer());
}
