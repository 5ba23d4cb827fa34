/** SqlClient over PGlite. */
import type { PGliteInterface, QueryOptions, Transaction } from '@electric-sql/pglite';
import { nestedIn, type SqlClient, type SqlRow, type SqlStatements } from '../../core/store/sql/sql-client';

const INT8_OID = 20;
/** PGlite gives int8 as number or bigint, whichever fits; ours is always a bigint. */
const OPTIONS: QueryOptions = { parsers: { [INT8_OID]: BigInt } };

export function pgliteClient(db: PGliteInterface): SqlClient {
  const { query, execute, copyIn, copyOut } = statementsOver(db);
  return {
    query: (...args) => thenTurn(query(...args)),
    execute: (...args) => thenTurn(execute(...args)),
    copyIn: (...args) => thenTurn(copyIn(...args)),
    copyOut: (...args) => thenTurn(copyOut(...args)),
    transaction: (run) => thenTurn(db.transaction((tx) => run(nestedIn(statementsOver(tx))))),
  };
}

/**
 * PGlite answers within the same turn of the event loop: without a new one between two statements, what others ask is not even
 * heard until a search of many statements ends.
 */
async function thenTurn<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } finally {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function statementsOver(db: Pick<Transaction, 'query'>): SqlStatements {
  const query: SqlStatements['query'] = async (sql, parameters = []) => {
    const { rows } = await db.query<SqlRow>(sql, [...parameters], OPTIONS);
    return rows;
  };
  return {
    query,
    execute: async (...args) => void (await query(...args)),
    async copyIn(table, columns, data) {
      const blob = new Blob([data as Uint8Array<ArrayBuffer>]);
      await db.query(`copy ${table} (${columns.join(', ')}) from '/dev/blob' with (format binary)`, [], { blob });
    },
    async copyOut(select) {
      const { blob } = await db.query(`copy (${select}) to '/dev/blob' with (format binary)`);
      if (!blob) throw new Error('COPY TO gave no data');
      return new Uint8Array(await blob.arrayBuffer());
    },
  };
}
