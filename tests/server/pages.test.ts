/** The pages of the server and their WebSocket: who may call what over it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SOCKET_EXPIRED } from '../../core/api/rpc/websocket';
import { ROLES, type Role } from '../../core/api/team';
import { OPERATIONS, type OperationName } from '../../core/operations/operations';
import { permissionsOf } from '../../server/http/permissions';
import { connectRpc } from '../../services/net/rpc-client';
import { serveSockets } from '../../services/net/rpc-sockets';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import {
  invite,
  makeKeys,
  type Owner,
  type ProjectKeys,
  setUpOwner,
  signIn,
  startTeamServer,
  type TeamClient,
  type TeamServer,
} from '../fixtures/team-server';
import { T0 } from '../fixtures/traces';

const TRACE = 'ab'.repeat(16);
const METHODS = Object.keys(OPERATIONS) as OperationName[];

let postgres: TestPostgres;
let server: TeamServer;
let ann: Owner;
let keys: ProjectKeys;
const people = new Map<Role, TeamClient>();

beforeAll(async () => {
  postgres = await startPostgres();
  server = await startTeamServer(await postgres.createServed());
  ann = await setUpOwner(server);
  keys = await makeKeys(ann.client);
  const span = { traceId: TRACE, spanId: 'cd'.repeat(8), name: 'GET /secret', service: 'checkout' };
  expect(await keys.ingest.export([{ ...span, startNs: T0, endNs: T0 + 1n }])).toBe(200);
  for (const role of ROLES) people.set(role, await invite(ann, `${role}@example.com`, role));
});
afterAll(async () => {
  await server?.stop();
  await postgres?.stop();
});

const tokenOf = (client: TeamClient | undefined): string => client?.token ?? '';

describe('pages', () => {
  it('are the app, which knows that it is on a team server, and no file beside it', async () => {
    const page = await fetch(`${server.url}/`);
    const html = await page.text();
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(html).toContain('<meta name="spoor-host" content="team" />');
    const script = /src="\.(\/assets\/[^"]+\.js)"/.exec(html)?.[1] ?? '';
    const asset = await fetch(server.url + script);
    expect([asset.status, asset.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
    for (const path of ['/../main/server.js', '/%2e%2e/main/server.js', '/assets/', '/assets/../../main/server.js']) {
      expect((await fetch(server.url + path)).status).toBe(404);
    }
  });
});

describe('a socket', () => {
  it('opens for a token of this server alone, and for its own pages', async () => {
    const good = tokenOf(ann.client);
    const forged = `${good.slice(0, -4)}AAAA`;
    const refused = [
      () => connectRpc(server.url, ''),
      () => connectRpc(server.url, 'x'.repeat(9_000)),
      () => connectRpc(server.url, forged),
      () => connectRpc(server.url, 'spoor_invented'),
      // It may send, and not read.
      () => connectRpc(server.url, tokenOf(keys.ingest)),
      () => connectRpc(server.url, good, { origin: 'http://evil.example' }),
      () => connectRpc(server.url, good, { origin: 'null' }),
    ];
    for (const attempt of refused) await expect(attempt()).rejects.toThrow('401');
    for (const token of [good, tokenOf(keys.read)]) {
      const client = await connectRpc(server.url, token, { origin: server.url });
      expect((await client.api.status()).counts.traces).toBe(1);
      client.close();
    }
  });

  it('answers each method to whom the table says', async () => {
    for (const role of ROLES) {
      const { api, close } = await connectRpc(server.url, tokenOf(people.get(role)));
      const refused: string[] = [];
      for (const method of METHODS) {
        // It waits for a change.
        if (method === 'nextChange') continue;
        const call = api[method] as (...parameters: unknown[]) => Promise<unknown>;
        const code = await call('nothing').then(
          () => null,
          (error: { code?: string }) => error.code,
        );
        expect(code, method).not.toBe('INTERNAL_ERROR');
        if (code === 'FORBIDDEN') refused.push(method);
      }
      const owned = permissionsOf(role);
      const forbidden = METHODS.filter((method) => {
        const access = OPERATIONS[method].permission;
        return access === null || !owned.includes(access);
      });
      expect(refused).toEqual(forbidden);
      close();
    }
  });

  it('has no more methods than the contract', async () => {
    const { api, close } = await connectRpc(server.url, tokenOf(ann.client));
    for (const name of ['wholeTrace', 'constructor', 'toString', '__proto__', 'evaluation']) {
      const call = (api as unknown as Record<string, () => Promise<unknown>>)[name];
      await expect(call?.()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    close();
  });

  it('shows another workspace nothing', async () => {
    const made = await ann.client.ask('post', '/v1/workspaces', { name: 'Other' });
    const other = await signIn(server.url, ann.email, made.body.id);
    const { api, close } = await connectRpc(server.url, tokenOf(other));
    expect((await api.listTraces({})).data).toEqual([]);
    await expect(api.traceSummary(TRACE)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(api.openTimeline(TRACE, { adjustClocks: false, search: '' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    close();
  });

  it('answers no more to who is no longer a member', async () => {
    const eve = await invite(ann, 'eve@example.com', 'member');
    const { api, close } = await connectRpc(server.url, tokenOf(eve));
    expect((await api.listTraces({})).data).toHaveLength(1);
    const { id } = (await eve.ask('get', '/v1/auth/me')).body;
    await ann.client.ask('delete', `/v1/workspaces/${ann.workspace}/members/${id}`);
    await expect(api.listTraces({})).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    await expect(connectRpc(server.url, tokenOf(eve))).rejects.toThrow('401');
    close();
  });

  it('hears of what is stored', async () => {
    const { api, close } = await connectRpc(server.url, tokenOf(people.get('viewer')));
    const before = await api.nextChange(0);
    const next = api.nextChange(before);
    await keys.ingest.export([
      { traceId: 'ef'.repeat(16), spanId: 'ef'.repeat(8), name: 'new', service: 'a', startNs: T0, endNs: T0 + 1n },
    ]);
    expect(await next).not.toBe(before);
    close();
  });

  it('ends with its token', async () => {
    const http = createServer();
    const closeAll = serveSockets(http, (token) => ({
      api: { status: async () => token },
      holder: token,
      until: token === 'short' ? Date.now() + 200 : Number.POSITIVE_INFINITY,
    }));
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    const long = await connectRpc(url, 'long');
    const short = await connectRpc(url, 'short');
    expect(await short.closed).toBe(SOCKET_EXPIRED);
    expect(await long.api.status()).toBe('long');
    closeAll();
    expect(await long.closed).toBe(1001);
    await new Promise((resolve) => http.close(resolve));
  });
});
