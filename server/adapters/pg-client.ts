/** SqlClient over a PostgreSQL connection pool. */

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { SqlClient, SqlParameter, SqlRow } from '../../core/store/sql-client';

const INT8_OID = 20;

/** pg gives int8 as text; ours is a bigint. Set per client, because pg's own registry is global. */
const TYPES: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8_OID ? (text: string) => BigInt(text) : pg.types.getTypeParser(oid, format as 'text'),
};

export class PgClient implements SqlClient {
  private readonly pool: pg.Pool;

  constructor(connectionString: string) {
    this.pool = new pg.Pool({ connectionString, types: TYPES });
  }

  async query(sql: string, parameters: readonly SqlParameter[] = []): Promise<readonly SqlRow[]> {
    return this.withConnection((client) => runQuery(client, sql, parameters));
  }

  async copyIn(table: string, columns: readonly string[], data: Uint8Array): Promise<void> {
    return this.withConnection((client) => runCopyIn(client, table, columns, data));
  }

  async copyOut(select: string): Promise<Uint8Array> {
    return this.withConnection((client) => runCopyOut(client, select));
  }

  async transaction<T>(run: (tx: SqlClient) => Promise<T>): Promise<T> {
    return this.withConnection(async (client) => {
      await client.query('begin');
      try {
        const result = await run(new PgTransaction(client));
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback');
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async withConnection<T>(run: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      return await run(client);
    } finally {
      client.release();
    }
  }
}

class PgTransaction implements SqlClient {
  constructor(private readonly client: pg.PoolClient) {}

  query(sql: string, parameters: readonly SqlParameter[] = []): Promise<readonly SqlRow[]> {
    return runQuery(this.client, sql, parameters);
  }

  copyIn(table: string, columns: readonly string[], data: Uint8Array): Promise<void> {
    return runCopyIn(this.client, table, columns, data);
  }

  copyOut(select: string): Promise<Uint8Array> {
    return runCopyOut(this.client, select);
  }

  transaction<T>(run: (tx: SqlClient) => Promise<T>): Promise<T> {
    return run(this);
  }
}

async function runQuery(
  client: pg.PoolClient,
  sql: string,
  parameters: readonly SqlParameter[],
): Promise<readonly SqlRow[]> {
  const values = parameters.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value));
  return (await client.query<SqlRow>(sql, values)).rows;
}

async function runCopyIn(
  client: pg.PoolClient,
  table: string,
  columns: readonly string[],
  data: Uint8Array,
): Promise<void> {
  const stream = client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin with (format binary)`));
  await pipeline(Readable.from([Buffer.from(data)]), stream);
}

async function runCopyOut(client: pg.PoolClient, select: string): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  const stream = client.query(copyTo(`copy (${select}) to stdout with (format binary)`));
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
