/** Statements that leave without waiting: what is stored, what fails, and what the connection is good for afterwards. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CopyReader, CopyWriter } from '../../core/store/sql/copy-binary';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { type PgClient, pgClient } from '../../server/adapters/pg-client';
import { startPostgres, type TestPostgres } from '../fixtures/databases';

let postgres: TestPostgres;
let url: string;
let sql: PgClient;

beforeAll(async () => {
  postgres = await startPostgres();
  url = await postgres.createDatabase();
  sql = pgClient(url);
  await sql.query('create table number (n int4 primary key)');
});
afterAll(async () => {
  await sql?.close();
  await postgres?.stop();
});

function rows(from: number, count: number): Uint8Array {
  const copy = new CopyWriter(64);
  for (let n = from; n < from + count; n++) {
    copy.row(1);
    copy.int4(n);
  }
  return copy.finish();
}
const stored = async (): Promise<unknown> => (await sql.query('select count(*)::int4 as n from number'))[0]?.n;

it('stores megabytes, one after the other and several at once', async () => {
  await sql.copyIn('number', ['n'], rows(0, 200_000));
  const at = [1, 2, 3, 4].map((n) => sql.copyIn('number', ['n'], rows(n * 1_000_000, 50_000)));
  await Promise.all(at);
  expect(await stored()).toBe(400_000);
});

it('says what failed, before the data or in it, and the connection goes on', async () => {
  const before = await stored();
  const large = rows(10_000_000, 300_000);
  await expect(sql.copyIn('nowhere', ['n'], large)).rejects.toMatchObject({ code: '42P01' });
  await expect(sql.copyIn('number', ['n'], rows(0, 300_000))).rejects.toMatchObject({ code: '23505' });
  await expect(sql.copyIn('number', ['n'], large.subarray(0, large.length - 7))).rejects.toMatchObject({
    code: '22P04',
  });
  expect(await stored()).toBe(before);
  await sql.copyIn('number', ['n'], rows(20_000_000, 10));
  expect(await stored()).toBe((before as number) + 10);
});

it('gives back what it stored, of any size', async () => {
  for (const count of [0, 1, 100_000]) {
    const copied = new CopyReader(await sql.copyOut(`select n from number order by n limit ${count}`));
    let read = 0;
    while (copied.next()) expect(copied.int4()).toBe(read++);
    expect(read).toBe(count);
  }
  await expect(sql.copyOut('select n from nowhere')).rejects.toMatchObject({ code: '42P01' });
});

describe('a transaction', () => {
  it('does not wait for statements whose rows nobody wants', async () => {
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    await other.query('select pg_advisory_lock(7)');
    const seen = await sql.transaction(async (tx) => {
      await tx.execute('select pg_advisory_xact_lock(7)');
      await tx.execute('insert into number (n) values (-1)');
      await tx.copyIn('number', ['n'], rows(-3, 2));
      await other.query('select pg_advisory_unlock(7)');
      return tx.query('select n from number where n < 0 order by n');
    });
    expect(seen).toEqual([{ n: -3 }, { n: -2 }, { n: -1 }]);
    await other.end();
  });

  it('fails with the first that fails, wherever that is heard of', async () => {
    const before = await stored();
    const twice = (tx: SqlClient) => tx.execute('insert into number (n) values (40000000), (40000000)');
    const ends: ((tx: SqlClient) => Promise<unknown>)[] = [
      async () => {},
      (tx) => tx.execute('insert into number (n) values (40000001)'),
      (tx) => tx.copyIn('number', ['n'], rows(50_000_000, 10_000)),
      (tx) => tx.query('select 1'),
      (tx) => tx.copyOut('select 1'),
      async () => {
        throw new Error('what came of it');
      },
    ];
    for (const end of ends) {
      const failed = sql.transaction(async (tx) => {
        await tx.execute('insert into number (n) values (40000002)');
        await twice(tx);
        await end(tx);
      });
      await expect(failed).rejects.toMatchObject({ code: '23505' });
    }
    expect(await stored()).toBe(before);
  });

  it('fails when its commit fails, and with what it ran', async () => {
    await sql.query('create table late (n int4 unique deferrable initially deferred)');
    const late = sql.transaction((tx) => tx.execute('insert into late (n) values (1), (1)'));
    await expect(late).rejects.toMatchObject({ code: '23505' });
    const ours = sql.transaction(async (tx) => {
      await tx.execute('insert into late (n) values (1)');
      throw new Error('ours');
    });
    await expect(ours).rejects.toThrow('ours');
    expect(await sql.query('select 1 as one from late')).toEqual([]);
  });
});

it('fails with a connection that goes, and stores nothing', async () => {
  const before = await stored();
  const lost = sql.transaction(async (tx) => {
    const [{ pid } = {}] = await tx.query('select pg_backend_pid() as pid');
    await tx.copyIn('number', ['n'], rows(30_000_000, 2_000_000));
    await sql.query(`select pg_terminate_backend(${Number(pid)})`);
    await tx.query('select 1');
  });
  await expect(lost).rejects.toThrow(/terminat/i);
  expect(await stored()).toBe(before);
});
