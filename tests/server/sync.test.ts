/** Desktops without a window, a server on PostgreSQL, and a network between them that is what networks are. */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NO_CHOICE, type SyncChoice } from '../../core/api/sync-state';
import { nextStamp } from '../../core/sync/stamp';
import { CALM, type ChaosProxy, startChaosProxy } from '../fixtures/chaos-proxy';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import { type Desktop, desktopKey, isSettled, startDesktop } from '../fixtures/sharing-desktop';
import { temporaryFolder } from '../fixtures/spoor';
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
  await expect.poll(() => isSettled(one), { timeout: 20_000 }).toBe(true);
}

const DAY_MS = 86_400_000;
const ABOUT_TRACE = { spanId: null, sessionId: null } as const;
const ABOUT = { spanId: null, sessionId: null, label: null, comment: '', source: 'human' } as const;
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
    await expect.poll(async () => (await scores(one)).length, { timeout: 30_000 }).toBe(20);
    await expect.poll(() => scores(two), SOON).toEqual(await scores(one));
    expect((await owner.client.ask('get', '/v1/scores?limit=100')).body.data).toHaveLength(20);
    for (const traceId of traceIds) await expect.poll(() => has(one, traceId), { timeout: 20_000 }).toBe(true);
    // Sent once or three times, a span is there once.
    const count = (await owner.client.ask('get', '/v1/status')).body.counts;
    expect(count.spans).toBe((await two.spoor.get<{ counts: { spans: number } }>('/v1/status')).body.counts.spans);
    expect(count.spans).toBe(traceIds.length * 3);
  }, 120_000);

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
    await expect.poll(async () => (await one.api.syncReport()).queue.objects, { timeout: 30_000 }).toBe(0);
    const [there] = (await owner.client.at(server.url).ask('get', `/v1/annotations?traceId=${traceId}`)).body.data;
    expect(there.note).toBe('written offline');
  }, 90_000);

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
    await expect.poll(() => noteOf(one, before), { timeout: 20_000 }).toBe('after the backup');
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
      .poll(async () => (await client.ask('get', `/v1/traces/${after}`)).status, { timeout: 20_000 })
      .toBe(200);
    const notes = async (): Promise<string[]> =>
      (await client.ask('get', '/v1/annotations')).body.data.map(({ note }: { note: string }) => note).sort();
    const all = ['after the backup', 'in the browser', 'of a trace that the backup has not'];
    await expect.poll(notes, SOON).toEqual(all);
    const here = async ({ api }: Desktop): Promise<string[]> =>
      (await api.listAnnotations({})).data.map(({ note }) => note).sort();
    for (const desktop of [one, two]) await expect.poll(() => here(desktop), { timeout: 20_000 }).toEqual(all);
  }, 120_000);

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
  }, 90_000);
});

describe('who may not, or no longer', () => {
  it.each([
    ['older', 0, 'protocol-too-old', 'Update Spoor on this machine'],
    ['newer', 99, 'protocol-too-new', 'Ask for the server to be updated'],
  ])('a replica that speaks an %s version is told so', async (_, version, code, advice) => {
    const path = '/v1/sync/changes?known=&cursor=&limit=10';
    const { status, body } = await owner.client.ask('get', path, undefined, { 'x-spoor-sync': String(version) });
    expect([status, body.error.details[0].code]).toEqual([409, code]);
    expect(body.error.message).toContain(advice);
  });

  it('a key that was revoked: says so, keeps what is written, and goes on with another', async () => {
    const one = await desktop('one');
    const { id, key } = await keyFor();
    await one.api.connectSync({ server: server.url, apiKey: key });
    const traceId = await one.send();
    await one.api.share({ traceId, sessionId: null });
    await settled(one);
    await owner.client.ask('delete', `/v1/api-keys/${id}`);
    await write(one, traceId, 'nobody has this yet');
    await expect.poll(async () => (await one.api.syncReport()).problem?.code, SOON).toBe('signed-out');
    const { problem, queue } = await one.api.syncReport();
    expect(problem?.message).toContain('revoked');
    expect([problem?.retryAt, queue.objects]).toEqual([null, 1]);
    await one.api.connectSync({ server: server.url, apiKey: (await keyFor()).key });
    await settled(one);
    expect((await owner.client.ask('get', '/v1/annotations')).body.data).toHaveLength(1);
  });

  it('a viewer gets what is shared and sends nothing; a member who was removed is told; what is here stays', async () => {
    const [bob, one] = [await desktop('bob'), await connected('one')];
    const member = await invite(owner, 'bob@example.com', 'viewer');
    const { signIn } = await bob.api.connectSync({ server: server.url, apiKey: null });
    await member.ask('post', `/v1/auth/device/${signIn?.userCode}/actions/allow`);
    await expect.poll(async () => (await bob.api.syncReport()).link?.role, { timeout: 20_000 }).toBe('viewer');
    const traceId = await one.send();
    await one.api.share({ traceId, sessionId: null });
    await expect.poll(() => has(bob, traceId), SOON).toBe(true);
    await expect(bob.api.share({ traceId: await bob.send(), sessionId: null })).rejects.toThrow(
      'sharing needs a member',
    );
    const shared = { ...ABOUT, traceId, name: 'mine', value: 1 };
    await expect(bob.api.createScore(shared)).rejects.toThrow('where you may read alone');
    // What is not the team's is his own.
    expect(await bob.api.createScore({ ...shared, traceId: await bob.send() })).toMatchObject({ name: 'mine' });
    expect((await bob.api.syncReport()).queue.objects).toBe(0);
    const accountId = (await member.ask('get', '/v1/auth/me')).body.id;
    await owner.client.ask('delete', `/v1/workspaces/${owner.workspace}/members/${accountId}`);
    await bob.api.syncNow();
    await expect.poll(async () => (await bob.api.syncReport()).problem?.code, SOON).toBe('signed-out');
    expect((await bob.api.syncReport()).problem?.message).toMatch(/member|sign in/i);
    expect(await has(bob, traceId)).toBe(true);
    expect(bob.spoor.errors() + (await bob.api.syncReport()).problem?.message).not.toContain('refresh_');
  });

  it('a member who becomes a viewer goes on reading, and is not stopped by what can no longer be sent', async () => {
    const [bob, one] = [await desktop('bob'), await connected('one')];
    const member = await invite(owner, 'bob@example.com', 'member');
    const { signIn } = await bob.api.connectSync({ server: server.url, apiKey: null });
    await member.ask('post', `/v1/auth/device/${signIn?.userCode}/actions/allow`);
    await expect.poll(async () => (await bob.api.syncReport()).link?.role, { timeout: 20_000 }).toBe('member');
    await bob.api.chooseSync({ ...NO_CHOICE, projectId });
    const own = await bob.send();
    await bob.api.share({ traceId: own, sessionId: null });
    await settled(bob);
    const members = `/v1/workspaces/${owner.workspace}/members`;
    const { accountId, version } = (await owner.client.ask('get', members)).body.data.find(
      ({ email }: { email: string }) => email === 'bob@example.com',
    );
    const demoted = await owner.client.ask('patch', `${members}/${accountId}`, { role: 'viewer', version });
    expect(demoted.status).toBe(200);
    await write(bob, own, 'too late');
    await expect.poll(async () => (await bob.api.syncReport()).link?.role, { timeout: 30_000 }).toBe('viewer');
    await settled(bob);
    const theirs = await one.send();
    await one.api.share({ traceId: theirs, sessionId: null });
    await expect.poll(() => has(bob, theirs), SOON).toBe(true);
    expect(await noteOf(bob, own)).toBe('too late');
    expect((await owner.client.ask('get', '/v1/annotations')).body.data).toEqual([]);
  });

  it('a workspace that has sent all it may today: says so, keeps the rest, and goes on when it may again', async () => {
    const one = await connected('one');
    await server.stop();
    server = await startTeamServer(database, { SPOOR_DAILY_QUOTA: '3' }, Number(new URL(server.url).port));
    // What was sent is counted a moment later.
    let last = '';
    await expect
      .poll(
        async () => {
          last = await one.send();
          await one.api.share({ traceId: last, sessionId: null });
          await new Promise((resolve) => setTimeout(resolve, 1_000));
          return (await one.api.syncReport()).problem?.code;
        },
        { timeout: 60_000 },
      )
      .toBe('quota');
    const { problem, queue } = await one.api.syncReport();
    expect(problem?.message).toContain('all it may today');
    expect(queue.spans).toBeGreaterThan(0);
    expect(problem?.retryAt).toEqual(expect.any(String));
    await server.stop();
    server = await startTeamServer(database, {}, Number(new URL(server.url).port));
    await one.api.syncNow();
    await expect.poll(async () => (await owner.client.ask('get', `/v1/traces/${last}`)).status, SOON).toBe(200);
  }, 120_000);

  it('a workspace that was deleted: says so, and everything stays here', async () => {
    const one = await connected('one');
    const traceId = await one.send();
    await one.api.share({ traceId, sessionId: null });
    await settled(one);
    expect((await owner.client.ask('delete', `/v1/workspaces/${owner.workspace}`)).status).toBe(204);
    await write(one, traceId, 'kept here');
    await expect.poll(async () => (await one.api.syncReport()).problem?.code, SOON).toBe('signed-out');
    expect([await has(one, traceId), await noteOf(one, traceId)]).toEqual([true, 'kept here']);
    expect((await one.api.disconnectSync()).state).toBe('off');
    expect(await noteOf(one, traceId)).toBe('kept here');
  });

  it('a clock that is a day ahead does not win for a day, and one that is a year ahead is refused', async () => {
    const one = await connected('one');
    const traceId = await one.send();
    await one.api.share({ traceId, sessionId: null });
    await write(one, traceId, 'by a good clock');
    await settled(one);
    const headers = { 'x-spoor-sync': '1' };
    const push = async (ms: number, note: string) => {
      const { objects } = (await owner.client.ask('get', '/v1/sync/snapshot?known=', undefined, headers)).body;
      const [{ kind, id, stamp: base, fields }] = objects;
      const object = { kind, id, base, stamp: nextStamp(null, ms, 'abcdef01'), fields: { ...fields, note } };
      return (await owner.client.ask('post', '/v1/sync/objects', { known: '', objects: [object] }, headers)).body
        .results[0];
    };
    expect(await push(Date.now() + 366 * DAY_MS, 'from the future')).toMatchObject({
      state: 'refused',
      message: expect.stringContaining('more than 30 days ahead'),
    });
    expect((await push(Date.now() + DAY_MS, 'a day ahead')).state).toBe('applied');
    await expect.poll(() => noteOf(one, traceId), SOON).toBe('a day ahead');
    await write(one, traceId, 'later, by a good clock');
    await settled(one);
    const notes = async () => (await owner.client.ask('get', '/v1/annotations')).body.data[0].note;
    expect(await notes()).toBe('later, by a good clock');
    expect(await one.api.syncConflicts()).toEqual([]);
  });

  it('takes back what was shared: gone from the server, still here', async () => {
    const one = await connected('one');
    const traceId = await one.send();
    await one.api.share({ traceId, sessionId: null });
    await settled(one);
    expect(await one.api.withdrawShared()).toEqual({ traces: 1 });
    expect((await owner.client.ask('get', `/v1/traces/${traceId}`)).status).toBe(404);
    expect(await has(one, traceId)).toBe(true);
    expect((await one.api.disconnectSync()).state).toBe('off');
    expect(await has(one, traceId)).toBe(true);
  });
});

describe('a file', () => {
  it('brings a trace with what people wrote, twice without harm, and keeps what is newer here', async () => {
    const [one, two] = [await desktop('one'), await desktop('two')];
    const traceId = await one.send();
    await write(one, traceId, 'as it was saved');
    await one.api.createComment({ ...ABOUT_TRACE, traceId, text: 'why?', mentions: [], parentId: null, viewId: null });
    const bytes = Uint8Array.from(await one.api.exportFile({ traceId, sessionId: null }));
    const take = () => two.api.importFile({ uploadId: 'a', bytes, isLast: true });
    expect(await take()).toEqual({ traces: 1, spans: 3, objects: 2, objectsKept: 0, traceId });
    expect(await two.api.traceSummary(traceId)).toEqual(await one.api.traceSummary(traceId));
    expect(await noteOf(two, traceId)).toBe('as it was saved');
    await write(two, traceId, 'newer');
    expect(await take()).toEqual({ traces: 1, spans: 0, objects: 0, objectsKept: 2, traceId });
    expect(await noteOf(two, traceId)).toBe('newer');
    await expect(two.api.importFile({ uploadId: 'b', bytes: bytes.slice(0, 300), isLast: true })).rejects.toThrow(
      'cut off',
    );
  });
});
