/** Several copies of the server on one PostgreSQL: what is acknowledged is stored once, whoever dies when. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { pgClient } from '../../server/adapters/pg-client';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import { eventually } from '../fixtures/spoor';
import {
  makeKeys,
  type Owner,
  setUpOwner,
  startTeamServer,
  TeamClient,
  type TeamServer,
} from '../fixtures/team-server';
import { T0 } from '../fixtures/traces';

let postgres: TestPostgres;
let url: string;
let copies: TeamServer[];
let ann: Owner;
let ingestKey: string;
let readKey: string;

beforeAll(async () => {
  postgres = await startPostgres();
  url = await postgres.createServed();
  const first = await startTeamServer(url);
  copies = [first, await startTeamServer(url)];
  ann = await setUpOwner(first);
  const keys = await makeKeys(ann.client);
  ingestKey = keys.ingest.token as string;
  readKey = keys.read.token as string;
});
afterAll(async () => {
  await Promise.all(copies.map((copy) => copy.stop()));
  await postgres.stop();
});

let made = 0;
const SPANS = 20;
function trace(): { traceId: string; spans: SampleSpan[] } {
  const number = ++made;
  const traceId = (BigInt(number) + (1n << 100n)).toString(16).padStart(32, '0');
  const spans = Array.from({ length: SPANS }, (_, i) => ({
    traceId,
    spanId: (BigInt(number * 100 + i) + (1n << 60n)).toString(16),
    ...(i > 0 && { parentSpanId: (BigInt(number * 100) + (1n << 60n)).toString(16) }),
    name: `span ${i}`,
    kind: 1,
    startNs: T0 + BigInt(number) * 1_000_000n,
    endNs: T0 + BigInt(number) * 1_000_000n + 1_000n,
    service: 'load',
  }));
  return { traceId, spans };
}

/** By turns to every copy, as a load balancer does; who gets no answer tries the next. @returns ids of acknowledged traces */
async function load(count: number, onSent: (sent: number) => void = () => {}): Promise<string[]> {
  const acknowledged: string[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const turn = next++;
      const { traceId, spans } = trace();
      for (let attempt = 0; attempt < 200; attempt++) {
        const copy = copies[(turn + attempt) % copies.length] as TeamServer;
        const status = await new TeamClient(copy.url, ingestKey).export(spans).catch(() => 0);
        if (status === 200) {
          acknowledged.push(traceId);
          break;
        }
        expect([0, 503]).toContain(status);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      onSent(acknowledged.length);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return acknowledged;
}

async function stored(): Promise<{ traces: number; spans: number }> {
  const last = copies.at(-1) as TeamServer;
  return (await new TeamClient(last.url, readKey).ask('get', '/v1/status')).body.counts;
}

let all = 0;
async function expectAll(acknowledged: readonly string[]): Promise<void> {
  all += acknowledged.length;
  await eventually(async () => (await stored()).traces === all);
  expect(await stored()).toMatchObject({ traces: all, spans: all * SPANS });
}

it('store what any of them took, once', async () => {
  const acknowledged = await load(60);
  expect(acknowledged).toHaveLength(60);
  await expectAll(acknowledged);
  // A trace that comes twice, over both, is there once.
  const { spans } = trace();
  for (const copy of [...copies, ...copies]) expect(await new TeamClient(copy.url, ingestKey).export(spans)).toBe(200);
  await expectAll(['one']);
});

it('tell each other what was changed', async () => {
  const [first, second] = copies as [TeamServer, TeamServer];
  const at = (copy: TeamServer) => new TeamClient(copy.url, ann.client.token);
  const made = await at(first).ask('post', '/v1/saved-views', { name: 'Errors', query: 'status:error' });
  expect(made.status).toBe(201);
  const { body } = await at(second).ask('get', '/v1/saved-views');
  expect(body.data).toMatchObject([{ id: made.body.id }]);
  const stale = await at(second).ask('put', `/v1/saved-views/${made.body.id}`, { ...made.body, version: 7 });
  expect(stale.status).toBe(409);
});

it('forget figures that took long to find when a trace is deleted on another', async () => {
  const [first, second] = copies as [TeamServer, TeamServer];
  const { traceId, spans } = trace();
  const attributes = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm', 'gen_ai.usage.input_tokens': 7 };
  const calls = spans.map((span) => ({ ...span, attributes }));
  expect(await new TeamClient(first.url, ingestKey).export(calls)).toBe(200);
  const ask = async () =>
    (await new TeamClient(second.url, readKey).ask('get', '/v1/metrics/usage?groupBy=model')).body as {
      asOf?: string;
      groups: readonly object[];
    };
  // A copy that does not write the workspace acknowledges what it has put on disk for the one that does, which stores it a moment later.
  await eventually(async () => JSON.stringify(await ask()).includes('"m"'));
  // Nobody reads calls for a while: finding the figures takes long.
  const sql = pgClient(url);
  let slow: ReturnType<typeof ask> | undefined;
  await sql.transaction(async (tx) => {
    await tx.query('lock table model_call in access exclusive mode');
    slow = ask();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  });
  await sql.close();
  expect(JSON.stringify(await slow)).toContain('"m"');
  expect(await ask()).toHaveProperty('asOf');
  const deleted = await new TeamClient(first.url, ann.client.token).ask('delete', `/v1/traces/${traceId}`);
  expect(deleted.status).toBe(204);
  await eventually(async () => !JSON.stringify(await ask()).includes('"m"'));
});

it('one that is killed under load loses nothing that was acknowledged', async () => {
  let killed = false;
  // The first wrote the workspace, since it got the first request.
  const acknowledged = await load(150, (sent) => {
    if (killed || sent < 40) return;
    killed = true;
    (copies[0] as TeamServer).process.kill('SIGKILL');
  });
  expect(killed).toBe(true);
  expect(acknowledged).toHaveLength(150);
  copies = copies.slice(1);
  await expectAll(acknowledged);
});

it('PostgreSQL that is started again under load is waited for', async () => {
  let restarting: Promise<void> | null = null;
  const acknowledged = await load(150, (sent) => {
    if (sent >= 40) restarting ??= postgres.restart();
  });
  await restarting;
  expect(acknowledged).toHaveLength(150);
  await expectAll(acknowledged);
  const [copy] = copies as [TeamServer];
  expect((await fetch(`${copy.url}/readyz`)).status).toBe(200);
});

it('one that is told to end answers what it has taken', async () => {
  const [copy] = copies as [TeamServer];
  const another = await startTeamServer(url);
  let ended: Promise<number | null> | null = null;
  const both = [copy, another];
  copies = both;
  const acknowledged = await load(100, (sent) => {
    if (sent >= 30) ended ??= copy.stop();
  });
  expect(await ended).toBe(0);
  copies = [another];
  expect(acknowledged).toHaveLength(100);
  await expectAll(acknowledged);
});
