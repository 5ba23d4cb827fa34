/** What is in the way of sharing, and the way on: nothing that is here is lost. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NO_CHOICE, type SyncChoice } from '../../core/api/sync-state';
import { nextStamp } from '../../core/sync/stamp';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import { freePort } from '../fixtures/free-port';
import {
  type Desktop,
  desktopKey,
  has,
  isSettled,
  noteOf,
  signIn,
  startDesktop,
  write,
} from '../fixtures/sharing-desktop';
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
  database = await postgres.createServed();
  // Where it will start again.
  server = await startTeamServer(database, {}, await freePort());
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

const DAY_MS = 86_400_000;
const ABOUT_TRACE = { spanId: null, sessionId: null } as const;
const ABOUT = { spanId: null, sessionId: null, label: null, comment: '', source: 'human' } as const;
const SOON = { timeout: 60_000 };

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

  it('a replica of before dashboards is sent none, nor rules that it cannot read, and everything else', async () => {
    const panels = [{ id: 'a', kind: 'spans', query: '{ } | rate()' }];
    await owner.client.ask('post', '/v1/dashboards', { name: 'Shop', panels });
    await owner.client.ask('post', '/v1/saved-views', { name: 'Errors', query: 'status:error' });
    const logs = { name: 'Errors', measure: 'logs', query: 'severity>=error', threshold: 1 };
    expect((await owner.client.ask('post', '/v1/alert-rules', logs)).status).toBe(201);
    const kinds = async (path: string, version: number): Promise<string[]> => {
      const { body } = await owner.client.ask('get', path, undefined, { 'x-spoor-sync': String(version) });
      return body.objects.map(({ kind }: { kind: string }) => kind).sort();
    };
    for (const path of ['/v1/sync/changes?known=&cursor=&limit=500', '/v1/sync/snapshot?known=']) {
      expect(await kinds(path, 2)).toEqual(['saved-view']);
      expect(await kinds(path, 3)).toEqual(['alert-rule', 'dashboard', 'saved-view']);
    }
  });

  it('a replica of before logs were counted is not answered with a rule that it cannot read, whatever it pushes', async () => {
    const logs = { name: 'Errors', measure: 'logs', query: 'severity>=error', threshold: 1 };
    const { body: rule } = await owner.client.ask('post', '/v1/alert-rules', logs);
    const push = async (version: number, fields: object | null) => {
      const stamp = nextStamp(null, Date.now(), 'aaaaaaaa');
      const objects = [{ kind: 'alert-rule', id: rule.id, stamp, fields, base: null }];
      const headers = { 'x-spoor-sync': String(version) };
      return (await owner.client.ask('post', '/v1/sync/objects', { known: '', objects }, headers)).body.results[0];
    };
    const fields = { ...logs, measure: 'query', query: '{ } | rate()', comparison: 'above', enabled: true };
    for (const pushed of [{ ...fields, windowSeconds: 300, createdAt: rule.createdAt }, null]) {
      expect(await push(2, pushed)).toEqual({ state: 'refused', message: 'Update Spoor to change this.' });
      expect(await push(3, pushed)).toMatchObject({ state: 'conflict', current: { fields: { measure: 'logs' } } });
    }
  });

  it('a dashboard with a text that grows too long without its secret is refused, and none becomes unreadable', async () => {
    const title = `${'x '.repeat(100)}password=Zq7!xK9w1`.slice(-200);
    const panel = { id: 'a', title, width: 'half', kind: 'spans', query: '{ } | rate()' };
    const { status, body } = await owner.client.ask('post', '/v1/dashboards', { name: 'Shop', panels: [panel] });
    expect([status, body.error.details[0].field]).toEqual([400, 'panels.0.title']);
    const fields = { name: 'Shop', panels: JSON.stringify([panel]), createdAt: '2026-01-01T00:00:00Z' };
    const stamp = nextStamp(null, Date.now(), 'aaaaaaaa');
    const objects = [{ kind: 'dashboard', id: '00000000-0000-4000-8000-000000000001', stamp, fields, base: null }];
    const pushed = await owner.client.ask('post', '/v1/sync/objects', { known: '', objects }, { 'x-spoor-sync': '3' });
    expect(pushed.body.results).toEqual([{ state: 'refused', message: expect.stringContaining('panels') }]);
    expect((await owner.client.ask('get', '/v1/dashboards')).body.data).toEqual([]);
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
    await expect(one.api.connectSync({ server: server.url, apiKey: 'spoor_wrong' })).rejects.toThrow();
    expect(await one.api.syncReport()).toMatchObject({ state: 'waiting', problem: { code: 'signed-out' } });
    await one.api.connectSync({ server: server.url, apiKey: (await keyFor()).key });
    await settled(one);
    expect((await owner.client.ask('get', '/v1/annotations')).body.data).toHaveLength(1);
  });

  it('a viewer gets what is shared and sends nothing; a member who was removed is told; what is here stays', async () => {
    const [bob, one] = [await desktop('bob'), await connected('one')];
    const member = await invite(owner, 'bob@example.com', 'viewer');
    const { signIn: asked } = await bob.api.connectSync({ server: server.url, apiKey: null });
    await member.ask('post', `/v1/auth/device/${asked?.userCode}/actions/allow`);
    await expect.poll(async () => (await bob.api.syncReport()).link?.role, { timeout: 60_000 }).toBe('viewer');
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
    const { signIn: asked } = await bob.api.connectSync({ server: server.url, apiKey: null });
    await member.ask('post', `/v1/auth/device/${asked?.userCode}/actions/allow`);
    await expect.poll(async () => (await bob.api.syncReport()).link?.role, { timeout: 60_000 }).toBe('member');
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
    await expect.poll(async () => (await bob.api.syncReport()).link?.role, { timeout: 60_000 }).toBe('viewer');
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
    let [first, last] = ['', ''];
    await expect
      .poll(
        async () => {
          last = await one.send();
          first ||= last;
          await one.api.share({ traceId: last, sessionId: null });
          await new Promise((resolve) => setTimeout(resolve, 1_000));
          return (await one.api.syncReport()).problem?.code;
        },
        { timeout: 60_000 },
      )
      .toBe('quota');
    const { problem, queue } = await one.api.syncReport();
    expect(problem?.message).toContain('all it may today');
    // All but spans goes on.
    const note = { traceId: first, bookmarked: false, note: 'seen meanwhile' };
    expect((await owner.client.ask('post', '/v1/annotations', note)).status).toBe(201);
    await expect.poll(() => noteOf(one, first), SOON).toBe('seen meanwhile');
    expect(queue.spans).toBeGreaterThan(0);
    expect(problem?.retryAt).toEqual(expect.any(String));
    await server.stop();
    server = await startTeamServer(database, {}, Number(new URL(server.url).port));
    await one.api.syncNow();
    await expect.poll(async () => (await owner.client.ask('get', `/v1/traces/${last}`)).status, SOON).toBe(200);
  });

  it('a project that was archived: says so, takes what others share, and goes on in another', async () => {
    // Keys end with their project.
    const [one, two] = [await desktop('one'), await desktop('two')];
    for (const each of [one, two]) await signIn(each, server.url, owner.client, { projectId });
    const made = await owner.client.ask('post', '/v1/projects', { name: 'Second' });
    const second: string = made.body.id;
    const { body } = await owner.client.ask('get', `/v1/projects/${projectId}`);
    const archived = await owner.client.ask('post', `/v1/projects/${projectId}/actions/archive`, {
      version: body.version,
    });
    expect(archived.status).toBe(200);
    const waits = await one.send();
    await one.api.share({ traceId: waits, sessionId: null });
    await expect
      .poll(async () => (await one.api.syncReport()).problem?.message, SOON)
      .toContain('Choose another project');
    expect(await one.api.syncProjects()).toEqual([{ projectId, sent: 0, waiting: 1, received: 0, wanted: 0 }]);
    for (const each of [one, two]) {
      await each.api.syncNow();
      const projects = async () => (await each.api.syncReport()).link?.projects.map(({ id }) => id);
      await expect.poll(projects, SOON).toEqual([second]);
    }
    await two.api.chooseSync({ ...NO_CHOICE, projectId: second });
    const theirs = await two.send();
    await two.api.share({ traceId: theirs, sessionId: null });
    await expect.poll(() => has(one, theirs), SOON).toBe(true);
    // `syncNow` offered the spans again: until the server refuses them, nothing is wrong.
    await expect.poll(async () => (await one.api.syncReport()).problem?.code, SOON).toBe('forbidden');
    await one.api.chooseSync({ ...NO_CHOICE, projectId: second });
    await expect.poll(() => has(two, waits), SOON).toBe(true);
    await settled(one);
    expect(await one.api.syncProjects()).toEqual([{ projectId: second, sent: 1, waiting: 0, received: 1, wanted: 0 }]);
  });

  it('shows what a rule would share before it does, without what is taken out of it', async () => {
    const one = await connected('one');
    for (const _ of [1, 2, 3]) await one.send();
    const all = await one.api.previewRule({ kind: 'everything' });
    expect(all).toMatchObject({ traces: 3, lookedThrough: 3, spans: 9, redacted: {}, complete: true });
    expect(all.bytes).toBeGreaterThan(500);
    expect(JSON.parse(all.sample).resourceSpans).toBeDefined();
    expect(await one.api.previewRule({ kind: 'service', service: 'nobody' })).toMatchObject({ traces: 0, sample: '' });
    expect((await owner.client.ask('get', '/v1/traces')).body.data).toEqual([]);
  });

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
    for (const shared of [traceId, await one.send()]) {
      await one.api.share({ traceId: shared, sessionId: null });
      await settled(one);
    }
    const told = async () => (await owner.client.ask('get', '/v1/activity')).body.data;
    const counts = (events: readonly { type: string; payload: Record<string, unknown> }[]) =>
      events.flatMap(({ type, payload }) => (type === 'trace.shared.v1' ? [payload.count] : []));
    await expect.poll(async () => counts(await told()), SOON).toEqual([2]);
    await expect.poll(async () => counts(await one.api.syncEvents()), SOON).toEqual([2]);
    expect(await one.api.withdrawShared()).toEqual({ traces: 2 });
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
