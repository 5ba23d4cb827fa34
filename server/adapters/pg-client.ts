/** SqlClient over connections to PostgreSQL. */
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { nestedIn, type SqlClient, type SqlRow, type SqlStatements } from '../../core/store/sql-client';
import { copyInto } from './copy-into';

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
  const pool = new pg.Pool({ connectionString, types: PG_TYPES });
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

export function sqlOver(withConnection: WithConnection): SqlClient {
  return {
    query: (sql, parameters) => withConnection((connection) => statementsOver(connection).query(sql, parameters)),
    copyIn: (table, columns, data) =>
      withConnection((connection) => statementsOver(connection).copyIn(table, columns, data)),
    copyOut: (select) => withConnection((connection) => statementsOver(connection).copyOut(select)),
    transaction: (run) =>
      withConnection(async (connection) => {
        await connection.query('begin');
        try {
          const result = await run(nestedIn(statementsOver(connection)));
          await connection.query('commit');
          return result;
        } catch (error) {
          // Of a connection that is gone the transaction is, too; what matters is why.
          await connection.query('rollback').catch(() => {});
          throw error;
        }
      }),
  };
}

function statementsOver(connection: pg.ClientBase): SqlStatements {
  return {
    async query(sql, parameters = []) {
      const values = parameters.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value));
      return (await connection.query<SqlRow>(sql, values)).rows;
    },
    async copyIn(table, columns, data) {
      await copyInto(connection, `copy ${table} (${columns.join(', ')}) from stdin with (format binary)`, data);
    },
    async copyOut(select) {
      const chunks: Buffer[] = [];
      const stream = connection.query(copyTo(`copy (${select}) to stdout with (format binary)`));
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
  };
}
