/** Events reach every consumer once, in the order of their workspace, whoever dies when. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AlertRuleEdit } from '../../core/api/alert';
import { Alerts } from '../../core/store/people/alerts';
import { decodeRows, INT4, INT8, TEXT } from '../../core/store/sql/row-spec';
import type { SqlClient } from '../../core/store/sql/sql-client';
import type { ServerDatabase } from '../../server/adapters/database';
import { pgClient } from '../../server/adapters/pg-client';
import { openPostgres } from '../../server/adapters/postgresql';
import { Consumers, type EventConsumer } from '../../server/events/consumers';
import type { TeamEvent } from '../../server/events/event';
import { forgetEvents, publish, readEvents } from '../../server/events/outbox';
import { Jobs, RETRY_AFTER_S } from '../../server/jobs/jobs';
import { migrateServer } from '../../server/migrations/migrate-server';
import { startPostgres, type TestPostgres } from '../fixtures/databases';

let postgres: TestPostgres;
let database: ServerDatabase;
let url: string;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres?.stop();
});
beforeEach(async () => {
  url = await postgres.createServed();
  database = openPostgres({ url, connections: 8 });
  await migrateServer(database);
  await database.system.query(
    'create table seen (workspace_id int4, seq int8, place int8 generated always as identity)',
  );
});
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
  await database.close();
});

const TYPE = 'project.created.v1';
const RULE: AlertRuleEdit = {
  name: 'Errors',
  enabled: true,
  measure: 'logs',
  query: 'severity>=error',
  comparison: 'above',
  threshold: 1,
  windowSeconds: 300,
  forSeconds: 0,
  resolveThreshold: null,
  severity: 'warning',
  mutedUntil: null,
};

/** Notes down what it is told. */
function noting(fails: (event: TeamEvent) => boolean = () => false): EventConsumer {
  return {
    name: 'noting',
    types: null,
    async handle(tx, workspaceId, events) {
      for (const event of events) {
        if (fails(event)) throw new Error(`event ${event.sequence} is refused`);
        await tx.query('insert into seen (workspace_id, seq) values ($1, $2)', [workspaceId, event.sequence]);
      }
    },
  };
}

async function run(consumer: EventConsumer, over: ServerDatabase = database): Promise<Jobs> {
  const jobs = new Jobs(over, () => {});
  const consumers = new Consumers(over, [consumer], jobs, () => {});
  await jobs.start();
  await consumers.start();
  opened.push(jobs, consumers);
  return jobs;
}

async function seen(): Promise<Record<number, number[]>> {
  const rows = await database.system.query('select workspace_id, seq from seen order by place');
  const found: Record<number, number[]> = {};
  for (const { workspace_id: id, seq } of decodeRows({ workspace_id: INT4, seq: INT8 }, rows)) {
    found[id] = [...(found[id] ?? []), Number(seq)];
  }
  return found;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

it('numbers those of a workspace without a gap, in the order of their commits', async () => {
  const write = async (n: number): Promise<void> => {
    const attempt = database.system.transaction(async (tx) => {
      await publish(tx, 2 + (n % 2), TYPE, { n });
      if (n % 5 === 0) throw new Error('changed my mind');
    });
    await attempt.catch(() => {});
  };
  await Promise.all(Array.from({ length: 60 }, (_, n) => write(n)));
  for (const workspaceId of [2, 3]) {
    const events = await readEvents(database.system, workspaceId, null, 0n, 1_000n);
    expect(events.map(({ sequence }) => sequence)).toEqual(upTo(24));
    expect(new Set(events.map(({ id }) => id)).size).toBe(24);
    expect(events[0]).toMatchObject({ type: TYPE, version: 1, source: 'spoor-server', actor: 'system' });
  }
});

it('an alert that begins while its rule is muted is told when that ends and it goes on, and then its end is, too', async () => {
  await database.system.query("insert into workspace (id, name) values (2, 'Shop') on conflict do nothing");
  const alerts = new Alerts(database.system, 2);
  const mutedUntil = new Date(Date.now() + 3_600_000).toISOString();
  const { id } = await alerts.create({ ...RULE, mutedUntil }, 'count');
  const look = (value: number) =>
    alerts.record(id, 1, { reading: { value, unit: 'count', labels: {} }, standing: value > 1 ? 'beyond' : 'back' });
  const told = async (): Promise<string[]> =>
    (await readEvents(database.system, 2, null, 0n, 1_000n))
      .map(({ type }) => type)
      .filter((type) => /^alert\./.test(type));
  for (const value of [2, 3]) await look(value);
  expect(await told()).toEqual([]);
  await database.system.query("update alert_rule set muted_until = '2026-01-01T00:00:00Z'");
  for (const value of [4, 5, 0]) await look(value);
  expect(await told()).toEqual(['alert.fired.v1', 'alert.resolved.v1']);
});

it('tells two copies of the server each event once, in order', async () => {
  const other = openPostgres({ url, connections: 8 });
  opened.push(other);
  await run(noting());
  await run(noting(), other);
  await Promise.all(upTo(100).map((n) => publish(database.system, 2 + (n % 4), TYPE, { n })));
  await expect.poll(async () => Object.values(await seen()).flat().length, { timeout: 60_000 }).toBe(100);
  expect(await seen()).toEqual({ 2: upTo(25), 3: upTo(25), 4: upTo(25), 5: upTo(25) });
});

it('what happens while a consumer is at work is not left for later', async () => {
  let begun = (): void => {};
  const atWork = new Promise<void>((resolve) => {
    begun = resolve;
  });
  let end = (): void => {};
  const told = new Promise<void>((resolve) => {
    end = resolve;
  });
  const { handle } = noting();
  // Of ingest it hears nothing. Only what it is told counts here: it never looks by itself.
  const slow: EventConsumer = {
    name: 'noting',
    types: [TYPE],
    async handle(...args) {
      await handle(...args);
      begun();
      await told;
    },
  };
  vi.useFakeTimers({ toFake: ['setInterval'] });
  await run(slow).finally(() => vi.useRealTimers());
  await publish(database.system, 2, TYPE, { n: 1 });
  await atWork;
  await publish(database.system, 2, TYPE, { n: 2 });
  // The notification is on its way.
  await new Promise((resolve) => setTimeout(resolve, 100));
  end();
  await expect.poll(async () => (await seen())[2]).toEqual([1, 2]);
});

it('many workspaces that are always behind do not hide the others', async () => {
  await database.system.query('insert into event_feed (workspace_id, seq) select i, 1 from generate_series(2, 151) i');
  await database.system.query(
    `insert into event (workspace_id, seq, type, actor, correlation_id, payload)
     select i, 1, '${TYPE}', 'system', '', '{}' from generate_series(2, 151) i`,
  );
  await database.system.query(
    "insert into event_consumer (consumer, workspace_id) select 'noting', i from generate_series(2, 121) i",
  );
  const other = pgClient(url);
  opened.push(other);
  await other.transaction(async (tx) => {
    // As if other copies were at them, for as long as this lasts.
    await tx.query("select seq from event_consumer where consumer = 'noting' for update");
    await run(noting());
    await expect.poll(async () => Object.keys(await seen()).length, { timeout: 60_000 }).toBe(30);
  });
  await expect.poll(async () => Object.keys(await seen()).length, { timeout: 60_000 }).toBe(150);
});

it('a consumer that is killed after any of its statements has done each event once', async () => {
  const EVENTS = 3;
  let died = 0;
  for (const round of [1, 2]) {
    for (const n of upTo(EVENTS)) await publish(database.system, 2, TYPE, { n });
    // Until a turn is over before it is killed.
    for (let step = 1; await runUntilKilled(step); step++) died++;
    expect((await seen())[2]).toEqual(upTo(EVENTS * round));
  }
  // The lock, what is there, the events, a row each, the place: before each of them and before the commit.
  expect(died).toBeGreaterThanOrEqual(2 * (4 + EVENTS));
});

/** PostgreSQL ends the connection after so many statements of a turn. @returns false: the turn ended before */
async function runUntilKilled(step: number): Promise<boolean> {
  const victim = openPostgres({ url, connections: 8 });
  let statements = 0;
  let killed = false;
  const kill = async (tx: Pick<SqlClient, 'query'>): Promise<void> => {
    if (killed || ++statements !== step) return;
    killed = true;
    await tx.query('select pg_terminate_backend(pg_backend_pid())').catch(() => {});
  };
  const counted = (tx: SqlClient): SqlClient => ({
    ...tx,
    async query(...args) {
      const rows = await tx.query(...args);
      await kill(tx);
      return rows;
    },
  });
  const system: SqlClient = {
    ...victim.system,
    transaction: (work) => victim.system.transaction((tx) => work(counted(tx))),
  };
  const jobs = new Jobs(victim, () => {});
  const consumers = new Consumers({ ...victim, system }, [noting()], jobs, () => {});
  const [row] = decodeRows({ seq: INT8 }, await database.system.query('select seq from event_feed'));
  const place = async (): Promise<bigint> => {
    const rows = await database.system.query("select seq from event_consumer where consumer = 'noting'");
    return decodeRows({ seq: INT8 }, rows)[0]?.seq ?? 0n;
  };
  await consumers.start();
  await expect.poll(async () => killed || (await place()) === row?.seq, { timeout: 60_000 }).toBe(true);
  await consumers.close();
  await victim.close();
  return killed;
}

describe('an event that fails', () => {
  it('is left to the jobs, holds nothing up, and is done once when it works', async () => {
    let isMended = false;
    const jobs = await run(noting(({ sequence }) => sequence === 4 && !isMended));
    await Promise.all(upTo(10).map((n) => publish(database.system, 2, TYPE, { n })));
    await expect.poll(async () => (await seen())[2]?.length, { timeout: 60_000 }).toBe(9);
    expect((await seen())[2]).toEqual(upTo(10).filter((n) => n !== 4));
    const summary = `${TYPE} for noting`;
    const waits = [{ queue: 'event', summary, attempts: 2, error: 'event 4 is refused' }];
    await expect.poll(() => jobs.list(2, 'waiting', 10), { timeout: 60_000 }).toMatchObject(waits);
    isMended = true;
    await hurry();
    await expect.poll(async () => (await seen())[2]?.length, { timeout: 60_000 }).toBe(10);
    await expect.poll(() => jobs.list(2, 'waiting', 10)).toEqual([]);
    // As if the copy had died before it said that the job is done.
    await jobs.send(database.system, 'event', [
      { workspaceId: 2, summary, consumer: 'noting', sequence: 4 } as Parameters<Jobs['send']>[2][number],
    ]);
    jobs.wake();
    await expect.poll(() => jobs.list(2, 'waiting', 10)).toEqual([]);
    expect((await seen())[2]?.filter((n) => n === 4)).toHaveLength(1);
  });

  it('is tried at once, after 1, 5 and 30 minutes, then is a dead letter that can be sent anew', async () => {
    let isMended = false;
    const jobs = await run(noting(() => !isMended));
    await publish(database.system, 2, TYPE, {});
    const pauses: number[] = [];
    for (const attempts of [2, 3, 4]) {
      await expect
        .poll(async () => (await jobs.list(2, 'waiting', 10))[0]?.attempts, { timeout: 60_000 })
        .toBe(attempts);
      const rows = await database.system.query(
        "select extract(epoch from start_after - now())::int4 as pause from pgboss.job where name = 'event'",
      );
      pauses.push(decodeRows({ pause: INT4 }, rows)[0]?.pause ?? 0);
      await hurry();
    }
    for (const [i, pause] of pauses.entries()) {
      const wanted = RETRY_AFTER_S[i + 1] as number;
      expect(pause).toBeGreaterThan(wanted - 10);
      expect(pause).toBeLessThanOrEqual(wanted);
    }
    await expect.poll(() => jobs.list(2, 'dead', 10), { timeout: 60_000 }).toHaveLength(1);
    const [dead] = await jobs.list(2, 'dead', 10);
    expect(dead).toMatchObject({ queue: 'event', attempts: 5, error: 'event 1 is refused' });
    expect(await jobs.list(3, 'dead', 10)).toEqual([]);
    const requeue = (workspaceId: number): Promise<void> =>
      database.system.transaction((tx) => jobs.requeue(tx, workspaceId, dead?.id ?? ''));
    await expect(requeue(3)).rejects.toThrow('no such dead letter');
    isMended = true;
    await requeue(2);
    await expect.poll(seen, { timeout: 60_000 }).toEqual({ 2: [1] });
    expect(await jobs.list(2, 'dead', 10)).toEqual([]);
    await expect(requeue(2)).rejects.toThrow('no such dead letter');
  });
});

it('forgets what is old once every consumer has it', async () => {
  for (const n of upTo(4)) await publish(database.system, 2, TYPE, { n });
  await database.system.query("update event set at = now() - interval '8 days' where seq < 4");
  const left = async (): Promise<number[]> => {
    const rows = await database.system.query('select seq from event order by seq');
    return decodeRows({ seq: INT8 }, rows).map(({ seq }) => Number(seq));
  };
  await forgetEvents(database.system, ['noting']);
  expect(await left()).toEqual([1, 2, 3, 4]);
  await database.system.query("insert into event_consumer values ('noting', 2, 2)");
  await forgetEvents(database.system, ['noting']);
  expect(await left()).toEqual([3, 4]);
});

/** What waits to be tried again is tried now. */
async function hurry(): Promise<void> {
  const rows = await database.system.query(
    "update pgboss.job set start_after = now() where state = 'retry' returning id::text as id",
  );
  expect(decodeRows({ id: TEXT }, rows).length).toBeGreaterThan(0);
}
