/** Desktops without a window, a server on PostgreSQL, and a network between them that is what networks are. */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NO_CHOICE, type SyncChoice } from '../../core/api/sync-state';
import { CALM, type ChaosProxy, startChaosProxy } from '../fixtures/chaos-proxy';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import { type Desktop, desktopKey, has, isSettled, noteOf, startDesktop, write } from '../fixtures/sharing-desktop';
import { temporaryFolder } from '../fixtures/spoor';
import { makeKeys, type Owner, setUpOwner, startTeamServer, type TeamServer } from '../fixtures/team-server';

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
  database = await postgres.createServed();
  server = await startTeamServer(database);
  owner = await setUpOwner(server);
  projectId = (await makeKeys(owner.client)).projectId;
});
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.close();
  await server.stop();
  await folder.remove();
});

async function desktop(name: string, key: string | null = null): Promise<Desktop> {
  const one = await startDesktop(join(folder.path, name), key);
  running.push({ close: () => one.stop() });
  return one;
}

const keyFor = () => desktopKey(owner.client, projectId);

async function connected(name: string, url = server.url, choice: Partial<SyncChoice> = {}): Promise<Desktop> {
  const one = await desktop(name);
  await one.api.connectSync({ server: url, apiKey: (await keyFor()).key });
  await one.api.chooseSync({ ...NO_CHOICE, projectId, ...choice });
  return one;
}

async function settled(one: Desktop): Promise<void> {
  await expect.poll(() => isSettled(one), { timeout: 60_000 }).toBe(true);
}

const ABOUT = { spanId: null, sessionId: null, label: null, comment: '', source: 'human' } as const;
const SOON = { timeout: 60_000 };

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
    await expect.poll(() => has(two, shared), SOON).toBe(true);
    const [first, second] = await Promise.all([one.api.traceSummary(shared), two.api.traceSummary(shared)]);
    expect(second).toEqual(first);
    expect(await has(two, kept)).toBe(false);
    expect(await one.api.traceSharing(shared)).toMatchObject({ state: 'shared', url: expect.stringContaining(shared) });
    expect(await two.api.traceSharing(shared)).toMatchObject({ state: 'theirs' });

    const mark = { traceId: shared, spanId: null, sessionId: null, bookmarked: false };
    const written = await two.api.createAnnotation({ ...mark, note: 'look at the second call' });
    await expect.poll(() => noteOf(one, shared), SOON).toBe('look at the second call');
    const [there] = (await owner.client.ask('get', `/v1/annotations?traceId=${shared}`)).body.data;
    expect(there).toMatchObject({ id: written.id, note: 'look at the second call' });
    // In a browser, too.
    const edit = { version: there.version, bookmarked: false, note: 'it was the third' };
    expect((await owner.client.ask('put', `/v1/annotations/${written.id}`, edit)).status).toBe(200);
    await expect.poll(() => noteOf(one, shared), SOON).toBe('it was the third');
    await expect.poll(() => noteOf(two, shared), SOON).toBe('it was the third');
    await one.api.deleteAnnotation(written.id);
    await expect.poll(() => noteOf(two, shared), SOON).toBeUndefined();
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

const CHAOS = { refuses: 15, cuts: 20, repeats: 20, maxDelayMs: 30 };

describe('a network that drops, cuts off, delays and repeats', () => {
  let proxy: ChaosProxy;
  let target: string;

  beforeEach(async () => {
    target = server.url;
    proxy = await startChaosProxy(() => target, 7);
    running.push(proxy);
  });

  it('loses nothing, and brings nothing twice', async () => {
    const [one, two] = [
      await connected('one', proxy.url),
      await connected('two', proxy.url, { rules: [{ kind: 'everything' }] }),
    ];
    const traceIds = [await one.send(), await one.send(), await two.send()];
    for (const traceId of traceIds.slice(0, 2)) await one.api.share({ traceId, sessionId: null });
    for (const traceId of traceIds)
      for (const each of [one, two]) await expect.poll(() => has(each, traceId), SOON).toBe(true);
    proxy.become(CHAOS);
    // Until each of them has happened, some times over.
    for (let i = 0; i < 20 || (i < 90 && Math.min(...Object.values(proxy.done)) < 3); i++) {
      const [each, traceId] = [i % 2 === 0 ? one : two, traceIds[i % 3] as string];
      if (i < 20) await each.api.createScore({ ...ABOUT, traceId, name: `score ${i}`, value: i });
      if (i < 20 && i % 4 === 0) traceIds.push(await two.send());
      if (i % 3 === 0) proxy.cutAll();
      for (const other of [one, two]) await other.api.syncNow();
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    expect(Math.min(...Object.values(proxy.done))).toBeGreaterThanOrEqual(3);
    proxy.become(CALM);
    for (const desktop of [one, two]) await desktop.api.syncNow();
    const scores = async ({ api }: Desktop): Promise<string[]> =>
      (await api.listScores({ limit: 100 })).data.map(({ name, traceId }) => `${name} ${traceId}`).sort();
    await expect.poll(async () => (await scores(one)).length, { timeout: 60_000 }).toBe(20);
    await expect.poll(() => scores(two), SOON).toEqual(await scores(one));
    expect((await owner.client.ask('get', '/v1/scores?limit=100')).body.data).toHaveLength(20);
    for (const traceId of traceIds) await expect.poll(() => has(one, traceId), { timeout: 60_000 }).toBe(true);
    // Sent once or three times, a span is there once.
    const count = (await owner.client.ask('get', '/v1/status')).body.counts;
    expect(count.spans).toBe((await two.spoor.get<{ counts: { spans: number } }>('/v1/status')).body.counts.spans);
    expect(count.spans).toBe(traceIds.length * 3);
  });

  it('goes on by itself when the server was away, and keeps what was written until then', async () => {
    const one = await connected('one', proxy.url);
    const traceId = await one.send();
    await one.api.share({ traceId, sessionId: null });
    await settled(one);
    await server.stop();
    await write(one, traceId, 'written offline');
    await expect.poll(async () => (await one.api.syncReport()).problem?.code, SOON).toBe('offline');
    const report = await one.api.syncReport();
    expect(report).toMatchObject({ state: 'waiting', queue: { objects: 1 }, problem: { retryAt: expect.any(String) } });
    expect(report.problem?.message).toContain('cannot be reached');
    server = await startTeamServer(database);
    target = server.url;
    await expect.poll(async () => (await one.api.syncReport()).queue.objects, { timeout: 60_000 }).toBe(0);
    const [there] = (await owner.client.at(server.url).ask('get', `/v1/annotations?traceId=${traceId}`)).body.data;
    expect(there.note).toBe('written offline');
  });

  it('gives a server that was restored from an old backup back what it had', async () => {
    const [one, two] = [await connected('one', proxy.url), await connected('two', proxy.url)];
    const before = await one.send();
    await one.api.share({ traceId: before, sessionId: null });
    await write(one, before, 'before the backup');
    await expect.poll(() => noteOf(two, before), SOON).toBe('before the backup');
    await server.stop();
    const copy = await postgres.copyDatabase(database);
    server = await startTeamServer(database);
    target = server.url;
    for (const desktop of [one, two]) await desktop.api.syncNow();
    const after = await two.send();
    await two.api.share({ traceId: after, sessionId: null });
    await write(two, before, 'after the backup');
    await write(two, after, 'of a trace that the backup has not');
    await expect.poll(() => noteOf(one, before), { timeout: 60_000 }).toBe('after the backup');
    await expect.poll(() => noteOf(one, after), SOON).toBe('of a trace that the backup has not');
    await server.stop();
    server = await startTeamServer(copy);
    target = server.url;
    const client = owner.client.at(server.url);
    expect((await client.ask('get', `/v1/traces/${after}`)).status).toBe(404);
    // What is written there meanwhile is another history.
    await client.ask('post', '/v1/annotations', {
      ...ABOUT,
      traceId: before,
      bookmarked: true,
      note: 'in the browser',
    });
    for (const desktop of [two, one]) await desktop.api.syncNow();
    await expect
      .poll(async () => (await client.ask('get', `/v1/traces/${after}`)).status, { timeout: 60_000 })
      .toBe(200);
    const notes = async (): Promise<string[]> =>
      (await client.ask('get', '/v1/annotations')).body.data.map(({ note }: { note: string }) => note).sort();
    const all = ['after the backup', 'in the browser', 'of a trace that the backup has not'];
    await expect.poll(notes, SOON).toEqual(all);
    const here = async ({ api }: Desktop): Promise<string[]> =>
      (await api.listAnnotations({})).data.map(({ note }) => note).sort();
    for (const desktop of [one, two]) await expect.poll(() => here(desktop), { timeout: 60_000 }).toEqual(all);
  });

  it('brings a desktop that was restored from an old backup up to date, and loses nothing that it had sent', async () => {
    const one = await connected('one', proxy.url);
    const [kept, lost] = [await one.send(), await one.send()];
    await one.api.share({ traceId: kept, sessionId: null });
    await write(one, kept, 'old');
    await settled(one);
    await one.stop();
    const backup = join(folder.path, 'backup');
    await cp(one.dataDir, backup, { recursive: true });
    const again = await desktop('one', (await keyFor()).key);
    await again.api.share({ traceId: lost, sessionId: null });
    await write(again, kept, 'new');
    await write(again, lost, 'written after the backup');
    await settled(again);
    await again.stop();
    await rm(one.dataDir, { recursive: true });
    await cp(backup, one.dataDir, { recursive: true });
    const restored = await desktop('one', (await keyFor()).key);
    await expect.poll(() => noteOf(restored, kept), SOON).toBe('new');
    await expect.poll(() => noteOf(restored, lost), SOON).toBe('written after the backup');
    await settled(restored);
    expect(await restored.api.syncConflicts()).toEqual([]);
  });
});
