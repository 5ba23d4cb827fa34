/** What copies of the server remember, and that all of them forget at once. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cache } from '../../server/adapters/cache';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import { eventually } from '../fixtures/spoor';
import { invite, makeKeys, type Owner, setUpOwner, startTeamServer, type TeamServer } from '../fixtures/team-server';

let postgres: TestPostgres;
let copies: TeamServer[];
let ann: Owner;

beforeAll(async () => {
  postgres = await startPostgres();
  const url = await postgres.createServed();
  copies = [await startTeamServer(url), await startTeamServer(url)];
  ann = await setUpOwner(copies[0] as TeamServer);
});
afterAll(async () => {
  await Promise.all((copies ?? []).map((copy) => copy.stop()));
  await postgres?.stop();
});

it('all who ask at the same time wait for one answer, and a failure is not kept', async () => {
  const cache = new Cache({ listen: async () => {}, notify: async () => {} });
  let asked = 0;
  const load = async (): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (++asked === 1) throw new Error('not now');
    return asked;
  };
  const failed = await Promise.allSettled(Array.from({ length: 20 }, () => cache.get('a:1:b:2', 60_000, load)));
  expect(failed.every(({ status }) => status === 'rejected')).toBe(true);
  const answers = await Promise.all(Array.from({ length: 20 }, () => cache.get('a:1:b:2', 60_000, load)));
  expect(new Set(answers)).toEqual(new Set([2]));
  await cache.forget('a:2');
  expect(await cache.get('a:1:b:2', 60_000, load)).toBe(2);
  await cache.forget('a:1');
  expect(await cache.get('a:1:b:2', 0, load)).toBe(3);
  expect(await cache.get('a:1:b:2', 60_000, load)).toBe(4);
});

it('a key that is revoked, or whose project is archived, and a member who is removed are out everywhere at once', async () => {
  const elsewhere = (copies[1] as TeamServer).url;
  const { keyId, ingest, read, projectId } = await makeKeys(ann.client);
  const bob = await invite(ann, 'bob@example.com', 'member');
  for (const client of [read, bob]) expect((await client.at(elsewhere).ask('get', '/v1/traces')).status).toBe(200);
  expect(await ingest.at(elsewhere).export([])).toBe(200);
  // Without being told it would be believed for thirty seconds.
  const isOutSoon = async (ask: () => Promise<number>): Promise<void> => {
    const startedAt = performance.now();
    await eventually(async () => (await ask()) === 401);
    expect(performance.now() - startedAt).toBeLessThan(28_000);
  };
  await ann.client.ask('delete', `/v1/api-keys/${keyId}`);
  await isOutSoon(() => ingest.at(elsewhere).export([]));
  await ann.client.ask('post', `/v1/projects/${projectId}/actions/archive`);
  await isOutSoon(async () => (await read.at(elsewhere).ask('get', '/v1/traces')).status);
  const { body: me } = await bob.ask('get', '/v1/auth/me');
  await ann.client.ask('delete', `/v1/workspaces/${ann.workspace}/members/${me.id}`);
  await isOutSoon(async () => (await bob.at(elsewhere).ask('get', '/v1/traces')).status);
});
