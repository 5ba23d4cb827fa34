/** COPY whose data leaves with its statement: what is stored, what fails, and what the connection is good for afterwards. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CopyWriter } from '../../core/store/copy-binary';
import { type PgClient, pgClient } from '../../server/adapters/pg-client';
import { startPostgres, type TestPostgres } from '../fixtures/databases';

let postgres: TestPostgres;
let sql: PgClient;

beforeAll(async () => {
  postgres = await startPostgres();
  sql = pgClient(await postgres.createDatabase());
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
  await sql.transaction(async (tx) => {
    await tx.copyIn('number', ['n'], rows(20_000_000, 10));
    await tx.query('savepoint before');
    await expect(tx.copyIn('number', ['n'], rows(20_000_000, 100_000))).rejects.toMatchObject({ code: '23505' });
    await tx.query('rollback to before');
    await tx.copyIn('number', ['n'], rows(20_000_010, 10));
  });
  expect(await stored()).toBe((before as number) + 20);
});

it('fails with a connection that goes, and stores nothing', async () => {
  const before = await stored();
  const lost = sql.transaction(async (tx) => {
    const [{ pid } = {}] = await tx.query('select pg_backend_pid() as pid');
    const [copied] = await Promise.allSettled([
      tx.copyIn('number', ['n'], rows(30_000_000, 2_000_000)),
      sql.query(`select pg_terminate_backend(${Number(pid)})`),
    ]);
    expect(copied.status).toBe('rejected');
    // The next statement says so, too.
    await tx.query('select 1');
  });
  await expect(lost).rejects.toThrow();
  expect(await stored()).toBe(before);
});
