/** Limits that copies of the server share over Redis, and what they do without it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import { HAS_REDIS, startDeafPort, startRedis, type TestRedis } from '../fixtures/redis';
import { type Owner, setUpOwner, startTeamServer, TeamClient, type TeamServer } from '../fixtures/team-server';

const GUARDED = 30;

describe.skipIf(!HAS_REDIS && process.env.CI !== 'true')('with Redis', () => {
  let postgres: TestPostgres;
  let redis: TestRedis;
  let copies: TeamServer[];
  let ann: Owner;

  beforeAll(async () => {
    postgres = await startPostgres();
    redis = await startRedis();
    const url = await postgres.createServed();
    const environment = { REDIS_URL: redis.url };
    const first = await startTeamServer(url, environment);
    copies = [first, await startTeamServer(url, environment)];
    ann = await setUpOwner(first);
  });
  afterAll(async () => {
    await Promise.all((copies ?? []).map((copy) => copy.stop()));
    await redis?.stop();
    await postgres?.stop();
  });

  const tryPassword = (n: number) =>
    new TeamClient(copies[n % 2]?.url ?? '').ask('post', '/v1/auth/sign-in', {
      email: ann.email,
      password: `guess ${n}`,
    });

  it('copies count together', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < GUARDED + 5; n++) statuses.push((await tryPassword(n)).status);
    // Setting up was one.
    expect(statuses.filter((status) => status === 401)).toHaveLength(GUARDED - 1);
    expect(statuses.slice(GUARDED)).toEqual([429, 429, 429, 429, 429]);
    // Twenty come back a second.
    await Promise.all(Array.from({ length: 200 }, () => ann.client.ask('get', '/v1/auth/me')));
    const elsewhere = await new TeamClient(copies[1]?.url ?? '', ann.client.token).ask('get', '/v1/traces');
    expect(Number(elsewhere.headers.get('x-ratelimit-remaining'))).toBeLessThan(1_150);
  });

  it('while Redis is away each counts for itself, and with it again together', async () => {
    await redis.stop();
    const alone = await ann.client.ask('get', '/v1/traces');
    expect(alone.status).toBe(200);
    expect(Number(alone.headers.get('x-ratelimit-remaining'))).toBeGreaterThan(1_190);
    expect((await tryPassword(0)).status).toBe(401);
    expect((await fetch(`${copies[0]?.url}/readyz`)).status).toBe(200);
    await redis.start();
    await expect.poll(() => copies[0]?.errors(), { timeout: 60_000 }).toContain('Redis is back');
    expect(copies[0]?.errors().match(/Redis is away/g)).toHaveLength(1);
  });
});

it('a Redis that takes connections and says nothing holds up two requests, not all', async () => {
  const postgres = await startPostgres();
  const deaf = await startDeafPort();
  const server = await startTeamServer(await postgres.createServed(), {
    REDIS_URL: `redis://127.0.0.1:${deaf.port}`,
  });
  try {
    const ann = await setUpOwner(server);
    const startedAt = performance.now();
    for (let n = 0; n < 5; n++) expect((await ann.client.ask('get', '/v1/traces')).status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  } finally {
    await server.stop();
    await deaf.stop();
    await postgres.stop();
  }
});
