/** SqlClient over PGlite. */
import type { PGliteInterface, QueryOptions, Transaction } from '@electric-sql/pglite';
import { nestedIn, type SqlClient, type SqlRow, type SqlStatements } from '../../core/store/sql/sql-client';
import { type Patience, SnapshotGate } from './snapshot-gate';

const INT8_OID = 20;
/** PGlite gives int8 as number or bigint, whichever fits; ours is always a bigint. */
const OPTIONS: QueryOptions = { parsers: { [INT8_OID]: BigInt } };

/** @param patience of changes with the answers under way */
export function pgliteClient(db: PGliteInterface, patience?: Patience): SqlClient {
  const { query, execute, copyIn, copyOut } = statementsOver(db);
  const gate = new SnapshotGate(patience);
  const change = <T>(run: () => Promise<T>): Promise<T> => thenTurn(gate.change(run, 'adds'));
  const read = <T>(run: () => Promise<T>): Promise<T> => thenTurn(gate.read(run));
  return {
    query: (sql, ...rest) => (isRead(sql) ? read(() => query(sql, ...rest)) : change(() => query(sql, ...rest))),
    execute: (...args) => change(() => execute(...args)),
    copyIn: (...args) => change(() => copyIn(...args)),
    copyOut: (...args) => read(() => copyOut(...args)),
    transaction: (run, kind = 'adds') =>
      thenTurn(gate.change(() => db.transaction((tx) => run(nestedIn(statementsOver(tx)))), kind)),
    snapshot: (run, goesOn) => gate.answer(run, goesOn),
  };
}

const READS = /^\s*(?:select|with)\b/i;
const CHANGES = /\b(?:insert\s+into|update|delete\s+from|merge\s+into)\b/i;

/** Whether a statement changes no rows: what does not, must not make the answers under way begin anew. */
export function isRead(sql: string): boolean {
  return READS.test(sql) && !CHANGES.test(sql);
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
