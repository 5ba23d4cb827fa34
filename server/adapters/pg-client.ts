/** SqlClient over connections to PostgreSQL. */
import { AsyncLocalStorage } from 'node:async_hooks';
import pg from 'pg';
import { isEndedForOthers } from '../../core/store/sql/ended-for-others';
import type { SqlClient, SqlRow, SqlStatements } from '../../core/store/sql/sql-client';
import { copyInto } from './copy-into';
import { copyOutOf } from './copy-out-of';
import { inTransaction } from './pg-transaction';

const INT8_OID = 20;

/** pg gives int8 as text; ours is a bigint. Set per client, because pg's own registry is global. */
export const PG_TYPES: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8_OID ? (text: string) => BigInt(text) : pg.types.getTypeParser(oid, format as 'text'),
};

export interface PgClient extends SqlClient {
  close(): Promise<void>;
}

export function pgClient(connectionString: string): PgClient {
  const pool = new pg.Pool({ connectionString, types: PG_TYPES, pipeline: true });
  // The server closed a connection that rests: the pool drops it, and the next query says whether there is a server.
  pool.on('error', () => {});
  // One that is in use says so to its query, too.
  pool.on('connect', (client) => client.on('error', () => {}));
  return { ...sqlOver(poolConnections(pool)), close: () => pool.end() };
}

/** Runs something on a connection of its own. */
export type WithConnection = <T>(run: (connection: pg.ClientBase) => Promise<T>) => Promise<T>;

/** @param prepare what a connection needs before it is used; one that cannot be prepared is thrown away */
export function poolConnections(
  pool: pg.Pool,
  prepare: (connection: pg.PoolClient) => Promise<void> = async () => {},
): WithConnection {
  return async (run) => {
    const connection = await pool.connect();
    try {
      await prepare(connection);
    } catch (error) {
      connection.release(true);
      throw error;
    }
    try {
      return await run(connection);
    } finally {
      connection.release();
    }
  };
}

const BEGIN_ANSWER = 'begin isolation level repeatable read read only';
const PARTITIONED = ['span', 'span_payload', 'log_record', 'payload', 'metric_point'];
/**
 * The locks come before the snapshot, which the first query takes: a partition that is dropped is gone for older snapshots, too, and
 * who drops one has to wait for them. Of the parents alone: a partition cannot go without its parent's lock.
 */
const SNAPSHOT = [BEGIN_ANSWER, `lock table only ${PARTITIONED.join(', only ')} in access share mode`];
/**
 * Citus hands LOCK TABLE on to every node, one table after the other: an answer would take all of them, and fail when one is down.
 * A function of its own locks here alone, where partitions are dropped from. Nodes read what is committed anyhow, statement by statement.
 */
const DISTRIBUTED_SNAPSHOT = [
  BEGIN_ANSWER,
  `select ${PARTITIONED.map((table) => `lock_relation_if_exists('public.${table}', 'ACCESS SHARE')`).join(', ')}`,
];

/** Of an answer. */
const ATTEMPTS = 4;

/** The transactions of answers under way, each for what is asked on its behalf. */
const answers = new AsyncLocalStorage<{ readonly of: WithConnection; readonly tx: SqlClient }>();

/** Runs something once there may be one more of its kind. */
export type InTurn = <T>(run: () => Promise<T>) => Promise<T>;

/**
 * @param answersInTurn which keep a connection each until they end
 * @param isDistributed whether Citus has distributed the tables
 */
export function sqlOver(
  withConnection: WithConnection,
  answersInTurn: InTurn = (run) => run(),
  isDistributed: () => Promise<boolean> = async () => false,
): SqlClient {
  const statements = <T>(run: (statements: SqlStatements) => Promise<T>): Promise<T> => {
    const answer = answers.getStore();
    return answer?.of === withConnection
      ? run(answer.tx)
      : withConnection((connection) => run(statementsOver(connection)));
  };
  return {
    query: (...asked) => statements((sql) => sql.query(...asked)),
    execute: (...asked) => statements((sql) => sql.execute(...asked)),
    copyIn: (...asked) => statements((sql) => sql.copyIn(...asked)),
    copyOut: (select) => statements((sql) => sql.copyOut(select)),
    transaction: (run) => {
      const answer = answers.getStore();
      if (answer?.of === withConnection) return run(answer.tx);
      return withConnection((connection) => inTransaction(statementsOver(connection), run));
    },
    snapshot: (run) => {
      if (answers.getStore()?.of === withConnection) return run();
      return answersInTurn(async () => {
        const begin = (await isDistributed()) ? DISTRIBUTED_SNAPSHOT : SNAPSHOT;
        return whileEndedForOthers(() =>
          withConnection((connection) =>
            inTransaction(statementsOver(connection), (tx) => answers.run({ of: withConnection, tx }, run), begin),
          ),
        );
      });
    },
  };
}

/** A migration takes the tables in its own order: the answer that it met the other way round is the one that ends, and begins anew. */
async function whileEndedForOthers<T>(answer: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await answer();
    } catch (error) {
      if (attempt === ATTEMPTS || !isEndedForOthers(error)) throw error;
    }
  }
}

function statementsOver(connection: pg.ClientBase): SqlStatements {
  const query: SqlStatements['query'] = async (text, parameters = [], name) => {
    const values = parameters.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value));
    return (await connection.query<SqlRow>({ text, values, ...(name && { name }) })).rows;
  };
  return {
    query,
    execute: async (...asked) => void (await query(...asked)),
    copyIn: (table, columns, data) =>
      copyInto(connection, `copy ${table} (${columns.join(', ')}) from stdin with (format binary)`, data),
    copyOut: (select) => copyOutOf(connection, `copy (${select}) to stdout with (format binary)`),
  };
}
