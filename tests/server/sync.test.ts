/** Desktops without a window, a server on PostgreSQL, and a network between them that is what networks are. */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SpoorApi } from '../../core/api/contract';
import type { SyncChoice, SyncReport } from '../../core/api/sync-state';
import { traceRequest } from '../../core/samples/otlp-builder';
import { testTrace } from '../../core/samples/test-trace';
import { CALM, type ChaosProxy, startChaosProxy } from '../fixtures/chaos-proxy';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import { connectRpc, type RpcClient } from '../fixtures/rpc-client';
import { type RunningSpoor, startSpoor, temporaryFolder } from '../fixtures/spoor';
import { invite, makeKeys, type Owner, setUpOwner, startTeamServer, type TeamServer } from '../fixtures/team-server';

let postgres: TestPostgres;
let database: string;
let server: TeamServer;
let owner: Owner;
let projectId: string;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const running: { close(): Promise<unknown> }[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres?.stop();
});
beforeEach(async () => {
  folder = await temporaryFolder();
  database = await postgres.createDatabase();
  server = await startTeamServer(database);
  owner = await setUpOwner(server);
  projectId = (await makeKeys(owner.client)).projectId;
});
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.close();
  await server.stop();
  await folder.remove();
});

interface Desktop {
  readonly spoor: RunningSpoor;
  readonly api: SpoorApi;
  readonly dataDir: string;
  send(at?: number): Promise<string>;
  stop(): Promise<void>;
}

async function startDesktop(name: string, key: string | null = null): Promise<Desktop> {
  const dataDir = join(folder.path, name);
  const spoor = await startSpoor(dataDir, [], key === null ? {} : { SPOOR_SYNC_KEY: key });
  const rpc: RpcClient = await connectRpc(spoor.ready.ui, spoor.ready.token);
  let stopped = false;
  const stop = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    rpc.close();
    await spoor.stop();
  };
  running.push({ close: stop });
  let sent = 0;
  return {
    spoor,
    api: rpc.api,
    dataDir,
    async send(at = 1_760_000_000_000) {
      const spans = testTrace(BigInt(at + sent) * 1_000_000n, Math.floor(Math.random() * 0xffff_ffff) + sent++);
      const response = await spoor.post('/v1/traces', traceRequest(spans));
      expect(response.status).toBe(200);
      return spans[0]?.traceId ?? '';
    },
    stop,
  };
}

const CHOICE: SyncChoice = {
  projectId: null,
  follow: null,
  rules: [],
  sharesViews: false,
  sharesAlertRules: false,
  maxBytesPerSecond: null,
  redactsEmails: false,
  redactedKeys: [],
};

async function keyFor(scopes: readonly string[] = ['ingest', 'read', 'notes']): Promise<{ id: string; key: string }> {
  const path = `/v1/projects/${projectId}/api-keys`;
  const { body, status } = await owner.client.ask('post', path, { name: `desktop ${Math.random()}`, scopes });
  expect(status).toBe(201);
  return body;
}

async function connected(name: string, url = server.url, choice: Partial<SyncChoice> = {}): Promise<Desktop> {
  const desktop = await startDesktop(name);
  await desktop.api.connectSync({ server: url, apiKey: (await keyFor()).key });
  await desktop.api.chooseSync({ ...CHOICE, projectId, ...choice });
  return desktop;
}

async function settled(desktop: Desktop): Promise<SyncReport> {
  await expect
    .poll(
      async () => {
        const { state, queue, problem } = await desktop.api.syncReport();
        return { state, objects: queue.objects, traces: queue.traces, wanted: queue.wanted, problem };
      },
      { timeout: 20_000 },
    )
    .toEqual({ state: 'idle', objects: 0, traces: 0, wanted: 0, problem: null });
  return desktop.api.syncReport();
}

const SOON = { timeout: 10_000 };

async function write({ api }: Desktop, traceId: string, note: string): Promise<void> {
  const [known] = await api.traceAnnotations(traceId);
  if (known) await api.updateAnnotation(known.id, known.version, { bookmarked: false, note });
  else await api.createAnnotation({ traceId, spanId: null, sessionId: null, bookmarked: false, note });
}

const noteOf = async ({ api }: Desktop, traceId: string): Promise<string | undefined> =>
  (await api.traceAnnotations(traceId))[0]?.note;
const has = async ({ api }: Desktop, traceId: string): Promise<boolean> =>
  api.traceSummary(traceId).then(
    () => true,
    () => false,
  );

describe('a desktop that shares', () => {
  it('shares nothing until it is told to, then the trace that is shared, with what is written about it', async () => {
    const [one, two] = [await connected('one'), await connected('two')];
    const kept = await one.send();
    const shared = await one.send();
    await one.api.createAnnotation({ traceId: kept, spanId: null, sessionId: null, bookmarked: true, note: 'mine' });
    await settled(one);
    expect((await owner.client.ask('get', '/v1/traces')).body.data).toEqual([]);
    expect((await owner.client.ask('get', '/v1/annotations')).body.data).toEqual([]);

    await one.api.share({ traceId: shared, sessionId: null });
    await expect.poll(() => has(two, shared)).toBe(true);
    const [first, second] = await Promise.all([one.api.traceSummary(shared), two.api.traceSummary(shared)]);
    expect(second).toEqual(first);
    expect(await has(two, kept)).toBe(false);
    expect(await one.api.traceSharing(shared)).toMatchObject({ state: 'shared', url: expect.stringContaining(shared) });
    expect(await two.api.traceSharing(shared)).toMatchObject({ state: 'theirs' });

    const mark = { traceId: shared, spanId: null, sessionId: null, bookmarked: false };
    const written = await two.api.createAnnotation({ ...mark, note: 'look at the second call' });
    await expect.poll(() => noteOf(one, shared)).toBe('look at the second call');
    const [there] = (await owner.client.ask('get', `/v1/annotations?traceId=${shared}`)).body.data;
    expect(there).toMatchObject({ id: written.id, note: 'look at the second call' });
    // In a browser, too.
    const edit = { version: there.version, bookmarked: false, note: 'it was the third' };
    expect((await owner.client.ask('put', `/v1/annotations/${written.id}`, edit)).status).toBe(200);
    await expect.poll(() => noteOf(one, shared)).toBe('it was the third');
    await expect.poll(() => noteOf(two, shared)).toBe('it was the third');
    await one.api.deleteAnnotation(written.id);
    await expect.poll(() => noteOf(two, shared)).toBeUndefined();
    expect(await noteOf(one, kept)).toBe('mine');
  });

  it('keeps both texts of what two wrote while they could not hear each other, and says so', async () => {
    const [one, two] = [await connected('one'), await connected('two')];
    const traceId = await one.send();
    await one.api.share({ traceId, sessionId: null });
    await expect.poll(() => has(two, traceId), SOON).toBe(true);
    const target = { traceId, spanId: null, sessionId: null };
    await one.api.createAnnotation({ ...target, bookmarked: false, note: 'first' });
    await expect.poll(() => noteOf(two, traceId), SOON).toBe('first');
    await two.api.pauseSync(true);
    await write(two, traceId, 'the retry was too eager');
    await write(one, traceId, 'the cache was cold');
    await settled(one);
    await two.api.pauseSync(false);
    const both = 'the cache was cold\n\n— written at the same time —\n\nthe retry was too eager';
    await expect.poll(() => noteOf(one, traceId), SOON).toBe(both);
    expect(await noteOf(two, traceId)).toBe(both);
    const [conflict] = await two.api.syncConflicts();
    expect(conflict).toMatchObject({
      kind: 'annotation',
      field: 'note',
      mine: 'the retry was too eager',
      theirs: 'the cache was cold',
      kept: 'both',
    });
    expect((await two.api.syncReport()).queue.conflicts).toBe(1);
    await two.api.dismissSyncConflict(conflict?.id ?? null);
    expect(await two.api.syncConflicts()).toEqual([]);
    expect(await one.api.syncEvents()).toContainEqual(expect.objectContaining({ type: 'annotation.updated.v1' }));
  });
});
