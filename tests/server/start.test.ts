/** Copies that start together on an empty database: one makes what is missing, all of them serve. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import { startTeamServer } from '../fixtures/team-server';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres?.stop();
});

it.each([1, 2, 3])('four at once, time %i', async () => {
  const url = await postgres.createDatabase();
  const started = await Promise.allSettled(Array.from({ length: 4 }, () => startTeamServer(url)));
  const copies = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failures = started.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
  try {
    expect(failures).toEqual([]);
    for (const { url: address } of copies) expect((await fetch(`${address}/readyz`)).status).toBe(200);
    expect(copies.filter(({ setupSecret }) => setupSecret !== null).length).toBeGreaterThan(0);
  } finally {
    await Promise.all(copies.map((copy) => copy.stop()));
  }
});
