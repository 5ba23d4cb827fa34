/** Events in streams of Redis: each once and in order, whoever dies when. */
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeRows, TEXT } from '../../core/store/sql/row-spec';
import type { ServerDatabase } from '../../server/adapters/database';
import { openPostgres } from '../../server/adapters/postgresql';
import { openRedis } from '../../server/adapters/redis';
import { Consumers, type EventConsumer } from '../../server/events/consumers';
import type { TeamEvent } from '../../server/events/event';
import { publish, readEvents } from '../../server/events/outbox';
import { redisStreams } from '../../server/events/redis-streams';
import { Jobs } from '../../server/jobs/jobs';
import { migrateServer } from '../../server/migrations/migrate-server';
import type { Log } from '../../services/log';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import { HAS_REDIS, startRedis, type TestRedis } from '../fixtures/redis';
import { setUpOwner, startTeamServer } from '../fixtures/team-server';

const TYPE = 'project.created.v1';
const SOON = { timeout: 60_000 };

describe.skipIf(!HAS_REDIS && process.env.CI !== 'true')('streams of Redis', () => {
  let postgres: TestPostgres;
  let redis: TestRedis;
  let url: string;
  let database: ServerDatabase;
  /** Of whoever follows. */
  let reader: Redis;
  const opened: { close(): Promise<void> }[] = [];
  const said: string[] = [];

  beforeAll(async () => {
    postgres = await startPostgres();
    redis = await startRedis();
    reader = new Redis(redis.url, { retryStrategy: () => 50 });
    reader.on('error', () => {});
  });
  afterAll(async () => {
    reader?.disconnect();
    await redis?.stop();
    await postgres?.stop();
  });
  beforeEach(async () => {
    said.length = 0;
    await reader.flushall();
    url = await postgres.createServed();
    database = openPostgres({ url, connections: 8 });
    await migrateServer(database);
    for (const id of [2, 3])
      await database.system.query('insert into workspace (id, name) values ($1, $2)', [id, `w${id}`]);
  });
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one.close();
    await database.close();
  });

  async function run(of: (streams: EventConsumer) => EventConsumer = (streams) => streams): Promise<void> {
    const client = openRedis(redis.url, () => {});
    const jobs = new Jobs(database, () => {});
    const log: Log = (_, message) => said.push(message);
    const consumers = new Consumers(database, [of(redisStreams(client, log))], jobs, () => {});
    await jobs.start();
    await consumers.start();
    opened.push({ close: async () => client.disconnect() }, jobs, consumers);
  }

  async function publishMany(workspaceId: number, count: number): Promise<void> {
    for (let n = 0; n < count; n++) await publish(database.system, workspaceId, TYPE, { n });
  }

  async function keyOf(workspaceId: number): Promise<string> {
    const query = 'select public_id::text as id from workspace where id = $1';
    const [row] = decodeRows({ id: TEXT }, await database.system.query(query, [workspaceId]));
    return `spoor:events:${row?.id}`;
  }

  async function streamOf(workspaceId: number): Promise<{ ids: string[]; events: TeamEvent[] }> {
    const entries = await reader.xrange(await keyOf(workspaceId), '-', '+');
    return {
      ids: entries.map(([id]) => id),
      events: entries.map(([, [field, event]]) => (field === 'event' ? JSON.parse(event as string) : null)),
    };
  }

  const published = (workspaceId: number, after = 0n): Promise<TeamEvent[]> =>
    readEvents(database.system, workspaceId, null, after, 1_000n);

  it('have the events of each workspace in order, under their numbers, for two copies of the server', async () => {
    await run();
    await run();
    await Promise.all([publishMany(2, 40), publishMany(3, 25)]);
    await expect.poll(async () => (await streamOf(3)).events.length, SOON).toBe(25);
    await expect.poll(async () => (await streamOf(2)).events.length, SOON).toBe(40);
    const { ids, events } = await streamOf(2);
    expect(ids).toEqual(Array.from({ length: 40 }, (_, n) => `${n + 1}-0`));
    expect(events).toEqual(await published(2));
    expect(await reader.ttl(await keyOf(2))).toBeGreaterThan(6 * 24 * 3600);
  });

  it('have each once when the server dies before it has noted that', async () => {
    let deaths = 3;
    await run((streams) => ({
      ...streams,
      async handle(...told) {
        await streams.handle(...told);
        // As when the connection goes before the commit.
        if (deaths-- > 0) throw Object.assign(new Error('died'), { code: '57P01' });
      },
    }));
    await publishMany(2, 12);
    const noted = async () => {
      const rows = await database.system.query('select seq::text as seq from event_consumer where workspace_id = 2');
      return decodeRows({ seq: TEXT }, rows)[0]?.seq;
    };
    await expect.poll(noted, SOON).toBe('12');
    expect((await streamOf(2)).events).toEqual(await published(2));
    expect(deaths).toBeLessThan(0);
  });

  it('go on where they were when Redis comes back, and nobody waits for it', async () => {
    await run();
    await publishMany(2, 3);
    await expect.poll(async () => (await streamOf(2)).events.length, SOON).toBe(3);
    await redis.stop();
    await publishMany(2, 4);
    await redis.start();
    // It forgot what it had, as it may.
    await expect.poll(async () => (await streamOf(2)).events.length, { timeout: 60_000 }).toBe(4);
    expect((await streamOf(2)).events).toEqual(await published(2, 3n));
    expect(said).toEqual(['events wait for Redis', 'events go to Redis again']);
  });

  it('take no more than there is room for, and lose nothing by it', async () => {
    await run();
    await reader.config('SET', 'maxmemory', '1');
    await publishMany(2, 5);
    await expect.poll(() => said, SOON).toEqual(['events wait for Redis']);
    await reader.config('SET', 'maxmemory', '0');
    await expect.poll(async () => (await streamOf(2)).events.length, { timeout: 60_000 }).toBe(5);
    expect((await streamOf(2)).events).toEqual(await published(2));
  });

  it('begin anew where the database was restored from an older backup', async () => {
    await run();
    await publishMany(2, 9);
    await expect.poll(async () => (await streamOf(2)).events.length, SOON).toBe(9);
    await database.system.transaction(async (tx) => {
      await tx.execute('delete from event where workspace_id = 2 and seq > 5');
      await tx.execute('update event_feed set seq = 5 where workspace_id = 2');
      await tx.execute('update event_consumer set seq = 5 where workspace_id = 2');
    });
    await publishMany(2, 2);
    await expect.poll(async () => (await streamOf(2)).ids, SOON).toEqual(['6-0', '7-0']);
    expect((await streamOf(2)).events).toEqual(await published(2, 5n));
  });

  it('are filled by a server that has a Redis', async () => {
    const server = await startTeamServer(await postgres.createServed(), { REDIS_URL: redis.url });
    try {
      const ann = await setUpOwner(server);
      expect((await ann.client.ask('post', '/v1/projects', { name: 'shop' })).status).toBe(201);
      const types = async (): Promise<string[]> => {
        const [key] = await reader.keys('spoor:events:*');
        const entries = key ? await reader.xrange(key, '-', '+') : [];
        return entries.map(([, fields]) => (JSON.parse(fields[1] as string) as TeamEvent).type);
      };
      await expect.poll(types, SOON).toContain('project.created.v1');
    } finally {
      await server.stop();
    }
  });
});
