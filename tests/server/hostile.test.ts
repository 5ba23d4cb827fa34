/** Requests of who means harm: SQL in every filter, fields that are not theirs to set, requests hidden in others. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { protocolsWithToken, RPC_PATH } from '../../core/api/rpc/websocket';
import { decodeRows, INT8 } from '../../core/store/sql/row-spec';
import { type PgClient, pgClient } from '../../server/adapters/pg-client';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import {
  invite,
  makeKeys,
  type Owner,
  PASSWORD,
  setUpOwner,
  signIn,
  startTeamServer,
  TeamClient,
  type TeamServer,
} from '../fixtures/team-server';
import { T0 } from '../fixtures/traces';

const TRACE = 'ab'.repeat(16);
const SECRET = 'what-only-Ann-may-see';

interface Document {
  readonly paths: Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>;
}

let postgres: TestPostgres;
let server: TeamServer;
let ann: Owner;
/** An owner of another workspace, who attacks. */
let eve: TeamClient;
let evesWorkspace: string;
let sql: PgClient;

beforeAll(async () => {
  postgres = await startPostgres();
  const url = await postgres.createServed();
  server = await startTeamServer(url);
  ann = await setUpOwner(server);
  sql = pgClient(url);
  const { ingest } = await makeKeys(ann.client);
  const span = { traceId: TRACE, spanId: 'cd'.repeat(8), service: 'web', name: SECRET, startNs: T0, endNs: T0 + 9n };
  await ingest.export([{ ...span, attributes: { 'session.id': 's-1', 'user.name': "O'Brien" } }]);
  evesWorkspace = (await ann.client.ask('post', '/v1/workspaces', { name: 'Eves' })).body.id;
  eve = await signIn(server.url, ann.email, evesWorkspace);
  const own = await makeKeys(eve);
  await own.ingest.export([
    { ...span, traceId: 'ef'.repeat(16), name: 'of Eve', attributes: { 'user.name': "O'Brien" } },
  ]);
});
afterAll(async () => {
  await sql?.close();
  await server?.stop();
  await postgres?.stop();
});

/** What must be as it was, whatever is asked. */
const state = async (): Promise<number[]> => {
  const tables = ['trace', 'span', 'account', 'membership', 'workspace', 'api_key'];
  return Promise.all(
    tables.map(async (table) =>
      Number(decodeRows({ n: INT8 }, await sql.query(`select count(*) as n from ${table}`))[0]?.n),
    ),
  );
};

const INJECTIONS = [
  "' or '1'='1",
  "'; drop table trace; --",
  '") or true --',
  "\\'; select pg_sleep(5); --",
  '1); delete from span where (1=1',
  '$1',
  '%',
  '{{7*7}}',
  "' union select password_hash from account --",
];

describe('SQL in filters', () => {
  it('of every route: is a value, or not valid', async () => {
    // By others: what one account may ask in a minute is not left for those after this.
    const hired: TeamClient[] = [];
    for (const name of ['mallory', 'trudy']) {
      hired.push(await invite({ ...ann, client: eve, workspace: evesWorkspace }, `${name}@example.com`, 'owner'));
    }
    const before = await state();
    const { paths } = (await eve.ask<Document>('get', '/v1/openapi.json')).body;
    let asked = 0;
    let refused = 0;
    for (const [path, methods] of Object.entries(paths)) {
      if (!methods.get || path === '/v1/live') continue;
      const parameters = methods.get.parameters ?? [];
      for (const injection of INJECTIONS) {
        const text = encodeURIComponent(injection);
        const filled = path.replace(/\{\w+\}/g, text);
        const queries = parameters.filter((one) => one.in === 'query').map(({ name }) => `${name}=${text}`);
        // Each by itself: one that is not valid hides what the others do.
        for (const query of queries.length > 0 ? queries : ['']) {
          const { status, body } = await (hired[asked % hired.length] as TeamClient).ask('get', `${filled}?${query}`);
          // Twenty come back a second.
          if (status === 429) refused++;
          else asked++;
          expect([status, path, query], JSON.stringify(body)).not.toEqual([500, path, query]);
          const told = /what-only-Ann-may-see|argon2|syntax error at/.exec(JSON.stringify(body))?.[0];
          expect([told, path, query]).toEqual([undefined, path, query]);
        }
      }
    }
    expect(refused).toBe(0);
    expect(asked).toBeGreaterThan(500);
    expect(await state()).toEqual(before);
  });

  it('of TraceQL: strings, names of attributes and regular expressions hold what they hold', async () => {
    const before = await state();
    const find = (query: string) => eve.ask('post', '/v1/query', { query });
    for (const injection of INJECTIONS) {
      const quoted = JSON.stringify(injection);
      for (const query of [
        `{ name = ${quoted} }`,
        `{ span.${quoted} = ${quoted} }`,
        `{ resource.${quoted} != nil }`,
        `{ name =~ ${quoted} }`,
        `{ status = error || name != ${quoted} } | select(span.${quoted})`,
        `{ } | rate() by (span.${quoted})`,
        `{ } | count() > 0 | by(span.${quoted})`,
      ]) {
        const { status, body } = await find(query);
        expect([status, query], JSON.stringify(body)).not.toEqual([500, query]);
        expect(JSON.stringify(body)).not.toContain(SECRET);
      }
    }
    // What is meant as it stands is found.
    const { body } = await find(`{ span.user.name = "O'Brien" }`);
    expect(body.data.map(({ rootName }: { rootName: string }) => rootName)).toEqual(['of Eve']);
    expect(await state()).toEqual(before);
  });

  it('of what is written: it is read back as it was', async () => {
    const name = `Robert'); drop table saved_view; --`;
    const view = (await eve.ask('post', '/v1/saved-views', { name, query: name })).body;
    expect(view).toMatchObject({ name, query: name });
    expect((await eve.ask('patch', `/v1/workspaces/${evesWorkspace}`, { name, version: 1 })).body.name).toBe(name);
    const { body } = await eve.ask('get', '/v1/activity?limit=1');
    expect(body.error).toBeUndefined();
  });
});

describe('fields that are not theirs to set', () => {
  const TAKEN = {
    id: '00000000-0000-4000-8000-000000000001',
    workspace_id: 2,
    workspaceId: 2,
    role: 'owner',
    permissions: ['workspace:delete'],
    version: 99,
    createdAt: '2000-01-01T00:00:00Z',
    deletedAt: null,
  };

  it('are refused, or change nothing', async () => {
    const projects = async () => (await ann.client.ask('get', '/v1/projects')).body.data.length;
    const before = [await state(), await projects()];
    for (const [path, body] of [
      ['/v1/projects', { name: 'mine' }],
      ['/v1/workspaces', { name: 'mine' }],
      [`/v1/workspaces/${evesWorkspace}/invitations`, { email: 'mallory@example.com', role: 'viewer' }],
      ['/v1/webhooks', { url: 'https://example.com/', types: ['trace.deleted.v1'] }],
      ['/v1/auth/sign-in', { email: ann.email, password: PASSWORD, delivery: 'body' }],
    ] as const) {
      expect((await eve.ask('post', path, { ...body, ...TAKEN })).status, path).toBe(400);
    }
    const { ref: _, ...views } = { ref: 0, name: 'mine', query: '{ }' };
    const { status, body } = await eve.ask('post', '/v1/saved-views', { ...views, ...TAKEN });
    expect([status, body.version, body.id === TAKEN.id]).toEqual([201, 1, false]);
    expect((await ann.client.ask('get', '/v1/saved-views')).body.data).toEqual([]);
    expect([await state(), await projects()]).toEqual(before);
  });

  it('whose workspace it is, no header, query or body says', async () => {
    const headers = {
      'x-workspace': ann.workspace,
      'x-workspace-id': '2',
      'x-tenant-id': '2',
      'x-original-url': '/v1/auth/me',
    };
    for (const path of ['/v1/traces', `/v1/traces?workspace=${ann.workspace}&workspaceId=2&workspace_id=2`]) {
      const { body } = await eve.ask('get', path, undefined, headers);
      expect(JSON.stringify(body)).not.toContain(SECRET);
    }
    expect((await eve.ask('get', `/v1/traces/${TRACE}`, undefined, headers)).status).toBe(404);
    expect((await eve.ask('get', `/v1/workspaces/${ann.workspace}`)).status).toBe(404);
  });
});

describe('requests hidden in others', () => {
  /** As it goes over the wire. @returns all that is answered */
  const raw = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.write(text, 'latin1'));
      let answer = '';
      socket.on('data', (data) => {
        answer += data.toString('latin1');
      });
      socket.on('error', reject);
      // Which the server does after its answer, or after a while where it believes that more comes.
      socket.on('close', () => resolve(answer));
    });
  const hidden = 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n';
  const answers = (text: string): number => text.split('HTTP/1.1 ').length - 1;
  const head = 'POST /v1/auth/sign-in HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';

  it.each([
    ['a length and chunks', `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`],
    ['two lengths', `${head}Content-Length: 0\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`],
    ['a length with a sign', `${head}Content-Length: +${hidden.length}\r\n\r\n${hidden}`],
    ['chunks that are hidden', `${head}Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${hidden}`],
    ['chunks twice', `${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${hidden}`],
    ['a space before the colon', `${head}Content-Length : ${hidden.length}\r\n\r\n${hidden}`],
    ['a line that goes on', `${head}X-A: b\r\n Content-Length: 3\r\nContent-Length: 0\r\n\r\n${hidden}`],
    ['a chunk of a size that is none', `${head}Transfer-Encoding: chunked\r\n\r\n5;\n\r\nhello\r\n0\r\n\r\n${hidden}`],
    ['a NUL in a header', `${head}X-A: a\u0000b\r\nContent-Length: 0\r\n\r\n${hidden}`],
  ])('%s: are not answered', async (_, text) => {
    const answer = await raw(text);
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
    expect(answers(answer)).toBe(1);
    expect(answer).not.toContain('\r\n\r\nok');
  });

  it('a name of a request with a line in it is not taken over', async () => {
    const answer = await raw(
      'GET /v1/auth/me HTTP/1.1\r\nHost: a\r\nX-Request-Id: abc%0d%0aset-cookie:x=1\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 401/);
    expect(answer.toLowerCase()).not.toContain('set-cookie');
  });

  it('who is no proxy of ours does not say where it comes from', async () => {
    const nobody = new TeamClient(server.url);
    const statuses = new Set<number>();
    for (let n = 0; n < 40; n++) {
      const headers = {
        'x-forwarded-for': `203.0.113.${n}`,
        'x-real-ip': `203.0.113.${n}`,
        forwarded: `for=203.0.113.${n}`,
      };
      statuses.add(
        (
          await nobody.ask(
            'post',
            '/v1/auth/sign-in',
            { email: 'x@example.com', password: 'guess guess guess' },
            headers,
          )
        ).status,
      );
    }
    expect(statuses.has(429)).toBe(true);
  });
});

describe('frames that break the protocol', () => {
  it.each([
    ['too long', (socket: WebSocket) => socket.send(Buffer.alloc(1_048_577))],
    [
      'with reserved bits',
      (socket: WebSocket) => (socket as unknown as { _socket: Socket })._socket.write(Buffer.from([0xff, 0xff, 0, 0])),
    ],
  ])('%s: end their own socket', async (_, send) => {
    const { token } = eve;
    const socket = new WebSocket(server.url.replace('http', 'ws') + RPC_PATH, protocolsWithToken(token ?? ''));
    socket.on('error', () => {});
    await once(socket, 'open');
    const closed = once(socket, 'close');
    send(socket);
    await closed;
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect((await ann.client.ask('get', '/v1/traces')).status).toBe(200);
  });
});
