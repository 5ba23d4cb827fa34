/** A program is signed in by somebody who has a browser. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pgClient } from '../../server/adapters/pg-client';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import {
  invite,
  type Owner,
  setUpOwner,
  signIn,
  startTeamServer,
  TeamClient,
  type TeamServer,
} from '../fixtures/team-server';

let postgres: TestPostgres;
let url: string;
let server: TeamServer;
let ann: Owner;
let nobody: TeamClient;

beforeAll(async () => {
  postgres = await startPostgres();
  url = await postgres.createServed();
  server = await startTeamServer(url);
  ann = await setUpOwner(server);
  nobody = new TeamClient(server.url);
});
afterAll(async () => {
  await server?.stop();
  await postgres?.stop();
});

const begin = async () => (await nobody.ask('post', '/v1/auth/device', { clientName: 'Spoor on a laptop' })).body;
const poll = (deviceCode: string) => nobody.ask('post', '/v1/auth/device/token', { deviceCode });
/** Without waiting for as long as a program has to. */
async function asIfLater(): Promise<void> {
  const sql = pgClient(url);
  await sql.query("update device_code set polled_at = polled_at - interval '1 minute'");
  await sql.close();
}

it('once it is allowed, however the code is typed, and once', async () => {
  const code = await begin();
  expect(code).toMatchObject({
    userCode: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
    verificationUriComplete: `${server.url}/#/device/${code.userCode}`,
    expiresIn: 600,
    interval: 5,
  });
  expect((await poll(code.deviceCode)).body).toEqual({ state: 'pending', interval: 5 });
  expect((await poll(code.deviceCode)).body).toEqual({ state: 'slow-down', interval: 10 });
  const typed = code.userCode.toLowerCase().replace('-', ' ');
  const path = `/v1/auth/device/${encodeURIComponent(typed)}`;
  expect((await ann.client.ask('get', path)).body).toEqual({ clientName: 'Spoor on a laptop' });
  expect((await ann.client.ask('post', `${path}/actions/allow`)).status).toBe(204);
  expect((await ann.client.ask('post', `${path}/actions/allow`)).status).toBe(404);
  await asIfLater();
  const { state, session } = (await poll(code.deviceCode)).body;
  expect(state).toBe('signed-in');
  const me = await nobody.as(session.accessToken).ask('get', '/v1/auth/me');
  expect(me.body).toMatchObject({ email: ann.email, workspace: ann.workspace, role: 'owner' });
  const next = await nobody.ask('post', '/v1/auth/refresh', { refreshToken: session.refreshToken });
  expect(next.status).toBe(200);
  expect((await poll(code.deviceCode)).status).toBe(404);
  const log = await ann.client.ask('get', '/v1/audit-log?action=device.sign-in');
  expect(log.body.data).toMatchObject([{ new: { clientName: 'Spoor on a laptop' } }]);
});

it('not when it is denied, old, or invented', async () => {
  const denied = await begin();
  await ann.client.ask('post', `/v1/auth/device/${denied.userCode}/actions/deny`);
  expect((await poll(denied.deviceCode)).status).toBe(403);
  expect((await poll(denied.deviceCode)).status).toBe(404);
  const old = await begin();
  const sql = pgClient(url);
  await sql.query("update device_code set expires_at = now() - interval '1 second'");
  await sql.close();
  expect((await ann.client.ask('get', `/v1/auth/device/${old.userCode}`)).status).toBe(404);
  expect((await ann.client.ask('post', `/v1/auth/device/${old.userCode}/actions/allow`)).status).toBe(404);
  expect((await poll(old.deviceCode)).status).toBe(404);
  expect((await poll('device_invented')).status).toBe(404);
  // What a person types opens nothing by itself.
  const code = await begin();
  expect((await poll(code.userCode)).status).toBe(404);
});

it('as whoever allowed it, and for as long as they are a member', async () => {
  const vic = await invite(ann, 'vic@example.com', 'viewer');
  const code = await begin();
  await vic.ask('post', `/v1/auth/device/${code.userCode}/actions/allow`);
  const { session } = (await poll(code.deviceCode)).body;
  const program = nobody.as(session.accessToken);
  const note = { traceId: 'ab'.repeat(16), note: 'no' };
  expect((await program.ask('post', '/v1/annotations', note)).status).toBe(403);
  const { id } = (await vic.ask('get', '/v1/auth/me')).body;
  await ann.client.ask('delete', `/v1/workspaces/${ann.workspace}/members/${id}`);
  expect((await program.ask('get', '/v1/traces')).status).toBe(401);
  expect((await nobody.ask('post', '/v1/auth/refresh', { refreshToken: session.refreshToken })).status).toBe(404);
});

it('not into a workspace that is deleted meanwhile', async () => {
  const { body: other } = await ann.client.ask('post', '/v1/workspaces', { name: 'Other' });
  const owner = await signIn(server.url, ann.email, other.id);
  const code = await begin();
  await owner.ask('post', `/v1/auth/device/${code.userCode}/actions/allow`);
  await owner.ask('delete', `/v1/workspaces/${other.id}`);
  expect((await poll(code.deviceCode)).status).toBe(404);
});
