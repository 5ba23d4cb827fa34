/** SqlClient over a PostgreSQL connection pool. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { nestedIn, type SqlClient, type SqlRow, type SqlStatements } from '../../core/store/sql-client';

const INT8_OID = 20;

/** pg gives int8 as text; ours is a bigint. Set per client, because pg's own registry is global. */
const TYPES: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8_OID ? (text: string) => BigInt(text) : pg.types.getTypeParser(oid, format as 'text'),
};

export interface PgClient extends SqlClient {
  close(): Promise<void>;
}

export function pgClient(connectionString: string): PgClient {
  const pool = new pg.Pool({ connectionString, types: TYPES });
  // The server closed a connection that rests: the pool drops it, and the next query says whether there is a server.
  pool.on('error', () => {});
  const withConnection = async <T>(run: (connection: pg.PoolClient) => Promise<T>): Promise<T> => {
    const connection = await pool.connect();
    try {
      return await run(connection);
    } finally {
      connection.release();
    }
  };
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
          await connection.query('rollback');
          throw error;
        }
      }),
    close: () => pool.end(),
  };
}

function statementsOver(connection: pg.PoolClient): SqlStatements {
  return {
    async query(sql, parameters = []) {
      const values = parameters.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value));
      return (await connection.query<SqlRow>(sql, values)).rows;
    },
    async copyIn(table, columns, data) {
      const sql = `copy ${table} (${columns.join(', ')}) from stdin with (format binary)`;
      await pipeline(Readable.from([Buffer.from(data)]), connection.query(copyFrom(sql)));
    },
    async copyOut(select) {
      const chunks: Buffer[] = [];
      const stream = connection.query(copyTo(`copy (${select}) to stdout with (format binary)`));
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
  };
}
