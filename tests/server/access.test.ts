/** Every route of the server as everybody: nobody, people of each role, API keys, and the owner of another workspace. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES } from '../../core/api/team';
import type { TeamSchemas } from '../../server/http/openapi';
import { permissionsOf, permissionsOfScopes } from '../../server/http/permissions';
import { serverRoutes } from '../../server/routes';
import type { Services } from '../../server/services';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import {
  invite,
  makeKeys,
  type Owner,
  type ProjectKeys,
  setUpOwner,
  startTeamServer,
  TeamClient,
  type TeamServer,
} from '../fixtures/team-server';
import { T0 } from '../fixtures/traces';

// What they need is asked for when they are called alone.
const ROUTES = serverRoutes({ secure: false } as Services, {
  openApi: {},
  teamSchemas: { answers: {}, schemas: {} } as TeamSchemas,
}).map(({ method, path, access }) => ({
  method,
  path,
  access,
}));
const TRACE = 'ab'.repeat(16);
const SPAN = 'cd'.repeat(8);
const NOWHERE = '00000000-0000-4000-8000-000000000000';

let postgres: TestPostgres;
let server: TeamServer;
let ann: Owner;
let keys: ProjectKeys;
let stranger: TeamClient;
let strangersKey: TeamClient;
let ids: Record<string, string>;
const people = new Map<string, TeamClient>();

beforeAll(async () => {
  postgres = await startPostgres();
  server = await startTeamServer(await postgres.createServed());
  ann = await setUpOwner(server);
  keys = await makeKeys(ann.client);
  const status = await keys.ingest.export([
    {
      traceId: TRACE,
      spanId: SPAN,
      name: 'GET /secret',
      kind: 2,
      startNs: T0,
      endNs: T0 + 1n,
      service: 'checkout',
      attributes: { 'session.id': 'session-of-ann' },
    },
  ]);
  expect(status).toBe(200);
  for (const role of ROLES) people.set(role, await invite(ann, `${role}@example.com`, role));
  people.set('key that may ingest', keys.ingest);
  people.set('key that may read', keys.read);
  stranger = await otherOwner();
  const project = await stranger.ask('post', '/v1/projects', { name: 'theirs' });
  const key = { name: 'theirs', scopes: ['ingest'] };
  strangersKey = stranger.as((await stranger.ask('post', `/v1/projects/${project.body.id}/api-keys`, key)).body.key);
  const annotation = await ann.client.ask('post', '/v1/annotations', {
    traceId: TRACE,
    note: 'mine',
    bookmarked: true,
  });
  const upload = await keys.ingest.ask('post', '/v1/uploads', { name: 'night', size: 5 });
  ids = {
    workspaceId: ann.workspace,
    projectId: keys.projectId,
    accountId: (await ann.client.ask('get', '/v1/auth/me')).body.id,
    id: annotation.body.id ?? keys.keyId,
    uploadId: upload.body.id,
    traceId: TRACE,
    spanId: SPAN,
    sessionId: 'session-of-ann',
    metricId: '1',
    key: 'span.session.id',
    tag: 'span.session.id',
    service: 'checkout',
    n: '1',
  };
});
afterAll(async () => {
  await server?.stop();
  await postgres?.stop();
});

/** Of a workspace of their own, on the same server. */
async function otherOwner(): Promise<TeamClient> {
  const bob = await invite(ann, 'bob@example.com', 'viewer');
  const { body } = await bob.ask('post', '/v1/workspaces', { name: 'Other' });
  const { body: session } = await new TeamClient(server.url).ask('post', '/v1/auth/sign-in', {
    email: 'bob@example.com',
    password: 'correct horse battery staple',
    workspace: body.id,
    delivery: 'body',
  });
  // Bob is no longer one of Ann's.
  const me = await bob.ask('get', '/v1/auth/me');
  await ann.client.ask('delete', `/v1/workspaces/${ann.workspace}/members/${me.body.id}`);
  return bob.as(session.accessToken);
}

const pathWith = (path: string, values: Record<string, string>): string =>
  path.replace(/:(\w+)(\{.+?\})?/g, (_, name: string) => encodeURIComponent(values[name] ?? NOWHERE));
/** Ids that nothing has: nobody is hurt by what is allowed. */
const nothing = (path: string): string => pathWith(path, {});
const bodyOf = (method: string): object | undefined => (['post', 'put', 'patch'].includes(method) ? {} : undefined);
const streams = (path: string): boolean => path === '/v1/live';

describe.each(ROUTES)('$method $path', ({ method, path, access }) => {
  it('is closed to who may not', async () => {
    const nobody = await new TeamClient(server.url).ask(method, nothing(path), bodyOf(method));
    if (access === 'public') {
      // What is wrong with a password or a token is another thing.
      expect([403, 500]).not.toContain(nobody.status);
      return;
    }
    expect(nobody.status).toBe(401);
    for (const [who, client] of people) {
      const role = ROLES.find((one) => one === who);
      const may =
        access === 'account'
          ? role !== undefined
          : role
            ? permissionsOf(role).includes(access)
            : permissionsOfScopes([who.endsWith('ingest') ? 'ingest' : 'read']).includes(access);
      if (may && streams(path)) continue;
      const { status, body } = await client.ask(method, nothing(path), bodyOf(method));
      if (may) expect([status, who], JSON.stringify(body)).not.toEqual([expect.toBeOneOf([401, 403, 500]), who]);
      else {
        expect([status, who]).toEqual([403, who]);
        if (access !== 'account') expect(body.error.message).toContain(access);
      }
    }
  });

  it('has nothing of another workspace', async () => {
    if (access === 'public' || streams(path)) return;
    // People send no telemetry: that is for keys.
    const other = access === 'telemetry:ingest' ? strangersKey : stranger;
    const { status, body } = await other.ask(method, pathWith(path, ids), bodyOf(method));
    // What is not valid is refused before anything is looked for; some lists of nothing are empty.
    const isEmpty = status === 200 && Array.isArray(body.data) && body.data.length === 0;
    // Other tools answer with something empty, in forms of their own.
    const isOurs = path.startsWith('/v1/');
    if (path.includes(':') && isOurs && !isEmpty) expect([400, 404]).toContain(status);
    expect(JSON.stringify(body)).not.toMatch(/GET \/secret|checkout|collector|session-of-ann"|mine|ann@example/);
  });
});

it('Ann still has everything', async () => {
  expect((await ann.client.ask('get', '/v1/traces')).body.data).toMatchObject([
    { traceId: TRACE, rootName: 'GET /secret' },
  ]);
  expect((await ann.client.ask('get', '/v1/projects')).body.data).toHaveLength(1);
  expect((await ann.client.ask('get', `/v1/workspaces/${ann.workspace}/members`)).body.data).toHaveLength(5);
});
