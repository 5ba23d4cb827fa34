/** An answer that PostgreSQL ends because it met a migration the other way round is begun anew. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type PgClient, pgClient } from '../../server/adapters/pg-client';
import { startPostgres, type TestPostgres } from '../fixtures/databases';

let postgres: TestPostgres;
let sql: PgClient;
beforeAll(async () => {
  postgres = await startPostgres();
  sql = pgClient(await postgres.createMigrated());
});
afterAll(async () => {
  await sql?.close();
  await postgres?.stop();
});

it('after a deadlock', async () => {
  let attempts = 0;
  let hold = (): void => {};
  const isHeld = new Promise<void>((resolve) => {
    hold = resolve;
  });
  let meet = (): void => {};
  const isMet = new Promise<void>((resolve) => {
    meet = resolve;
  });
  const migration = sql.transaction(async (tx) => {
    await isMet;
    // The answer is the first to notice.
    await tx.query("set local deadlock_timeout = '1min'");
    await tx.query('lock table trace in access exclusive mode');
    hold();
    // Waits for the answer, which waits for `trace`.
    await tx.query('alter table span add column of_the_next int4');
  });
  const answer = sql.snapshot(async () => {
    attempts++;
    // An answer has `span` from its beginning.
    await sql.query('select 1 as one');
    meet();
    await isHeld;
    const [row] = await sql.query('select count(*) as traces from trace');
    return row?.traces;
  });
  expect(await Promise.all([answer, migration])).toEqual([0n, undefined]);
  expect(attempts).toBe(2);
});
