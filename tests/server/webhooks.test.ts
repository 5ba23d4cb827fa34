/** What happens in a workspace is told to its webhooks and its people, and what only the server can reach stays so. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Job, NewWebhook, Webhook } from '../../core/api/team';
import { isPublic, post, problemOf } from '../../server/adapters/outgoing';
import { type PgClient, pgClient } from '../../server/adapters/pg-client';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import { invite, makeKeys, type Owner, setUpOwner, startTeamServer, type TeamServer } from '../fixtures/team-server';
import { T0, traceIdOf } from '../fixtures/traces';

interface Told {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let postgres: TestPostgres;
let server: TeamServer;
let receiver: Server;
let address: string;
let ann: Owner;
let sql: PgClient;
/** What the receiver answers. */
let answer = 204;
const told: Told[] = [];

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      told.push({ headers: request.headers, body });
      response.writeHead(answer, { location: `${address}/elsewhere` }).end('what it says is not read');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  postgres = await startPostgres();
  const url = await postgres.createServed();
  server = await startTeamServer(url, { SPOOR_PRIVATE_ADDRESSES: '1', SPOOR_SECRET_KEY: 'a key of the test' });
  ann = await setUpOwner(server);
  sql = pgClient(url);
  const { ingest } = await makeKeys(ann.client);
  const [traceId, startNs] = [traceIdOf(1), T0];
  await ingest.export([
    { traceId, spanId: '1'.repeat(16), service: 'web', name: 'GET /', startNs, endNs: startNs + 9n },
  ]);
});
afterAll(async () => {
  await sql?.close();
  await server?.stop();
  await postgres?.stop();
  receiver?.close();
});
beforeEach(() => {
  told.length = 0;
  answer = 204;
});

const makeWebhook = async (types: string[], url = `${address}/hook`): Promise<NewWebhook> => {
  const { status, body } = await ann.client.ask<NewWebhook>('post', '/v1/webhooks', { url, types });
  expect(status).toBe(201);
  return body;
};
const webhookOf = async (id: string): Promise<Webhook | undefined> => {
  const { body } = await ann.client.ask<{ data: Webhook[] }>('get', '/v1/webhooks');
  return body.data.find((one) => one.id === id);
};
const jobsOf = async (state: Job['state']): Promise<Job[]> =>
  (await ann.client.ask<{ data: Job[] }>('get', `/v1/jobs?state=${state}`)).body.data;
const note = (text: string) =>
  ann.client.ask('post', '/v1/annotations', { traceId: traceIdOf(1), note: text, bookmarked: false });

it('are told what they asked for, signed', async () => {
  const { id, secret, ...webhook } = await makeWebhook(['annotation.created.v1']);
  expect(webhook).toMatchObject({ enabled: true, version: 1, last: null });
  const made = await note('look at this');
  await ann.client.ask('post', '/v1/saved-views', { name: 'mine', query: '{}' });
  await expect.poll(() => told.length, { timeout: 60_000 }).toBe(1);
  const { headers, body } = told[0] as Told;
  const event = JSON.parse(body);
  expect(event).toMatchObject({
    type: 'annotation.created.v1',
    version: 1,
    source: 'spoor-server',
    correlationId: made.headers.get('x-request-id'),
    actor: expect.stringMatching(/^account:/),
    payload: { id: made.body.id, traceId: traceIdOf(1) },
  });
  // As any library for Standard Webhooks checks it.
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  expect(headers['webhook-id']).toBe(event.id);
  await expect
    .poll(async () => (await webhookOf(id))?.last, { timeout: 60_000 })
    .toMatchObject({ status: 204, error: null });
  // Not in clear, nor told again.
  const rows = await sql.query('select secret from webhook');
  expect(JSON.stringify([rows, await webhookOf(id)])).not.toContain(secret);
  await ann.client.ask('delete', `/v1/webhooks/${id}`);
});

it('a delivery that fails is tried again, then is a dead letter that an admin sends anew', async () => {
  answer = 500;
  const { id } = await makeWebhook(['annotation.deleted.v1']);
  const { body } = await note('gone soon');
  await ann.client.ask('delete', `/v1/annotations/${body.id}`);
  await expect.poll(() => told.length, { timeout: 60_000 }).toBe(2);
  const waiting = { queue: 'webhook', attempts: 2, error: 'The address answered 500.' };
  await expect.poll(() => jobsOf('waiting'), { timeout: 60_000 }).toMatchObject([waiting]);
  expect((await webhookOf(id))?.last).toMatchObject({ status: 500, error: 'The address answered 500.' });
  for (const attempts of [3, 4, 5]) {
    await sql.query("update pgboss.job set start_after = now() where state = 'retry'");
    await expect.poll(() => told.length, { timeout: 60_000 }).toBe(attempts);
    if (attempts < 5) await expect.poll(async () => (await jobsOf('waiting'))[0]?.attempts).toBe(attempts);
  }
  await expect.poll(() => jobsOf('dead'), { timeout: 60_000 }).toHaveLength(1);
  const [dead] = await jobsOf('dead');
  expect(dead).toMatchObject({
    queue: 'webhook',
    attempts: 5,
    summary: `annotation.deleted.v1 to ${new URL(address).host}`,
  });
  const viewer = await invite(ann, 'vera@example.com', 'viewer');
  const path = `/v1/jobs/${dead?.id}/actions/requeue`;
  expect((await viewer.ask('post', path)).status).toBe(403);
  answer = 200;
  // The address rests a minute after five failures: a copy that starts anew knows nothing of that.
  await ann.client.ask('patch', `/v1/webhooks/${id}`, {
    url: `http://localhost:${new URL(address).port}/hook`,
    types: ['annotation.deleted.v1'],
    enabled: true,
    version: 1,
  });
  expect((await ann.client.ask('post', path)).status).toBe(204);
  await expect.poll(() => told.length, { timeout: 60_000 }).toBe(6);
  expect(new Set(told.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  await expect.poll(() => jobsOf('dead')).toEqual([]);
  expect((await ann.client.ask('post', path)).status).toBe(404);
  await ann.client.ask('delete', `/v1/webhooks/${id}`);
});

it('a redirect is not followed, a test is sent, one that is off is told nothing', async () => {
  answer = 302;
  const port = new URL(address).port;
  const { id } = await makeWebhook(['score.created.v1'], `http://[::ffff:127.0.0.1]:${port}/hook`);
  expect((await ann.client.ask('post', `/v1/webhooks/${id}/actions/test`)).status).toBe(202);
  await expect
    .poll(async () => (await webhookOf(id))?.last?.error, { timeout: 60_000 })
    .toBe('The address answered 302.');
  expect(told.every(({ headers }) => headers['webhook-id'] === told[0]?.headers['webhook-id'])).toBe(true);
  const url = `http://[::ffff:127.0.0.1]:${port}/hook`;
  const off = { url, types: ['score.created.v1'], enabled: false, version: 1 };
  expect((await ann.client.ask('patch', `/v1/webhooks/${id}`, off)).body).toMatchObject({ enabled: false, version: 2 });
  expect((await ann.client.ask('patch', `/v1/webhooks/${id}`, off)).status).toBe(409);
  await ann.client.ask('post', '/v1/scores', { traceId: traceIdOf(1), name: 'good', value: 1, source: 'human' });
  await expect.poll(async () => (await activity()).at(0)?.type, { timeout: 60_000 }).toBe('score.created.v1');
  // The test may be told a second time meanwhile, as whatever fails is.
  expect(told.map(({ body }) => JSON.parse(body).type)).not.toContain('score.created.v1');
  await ann.client.ask('delete', `/v1/webhooks/${id}`);
});

const activity = async (): Promise<{ type: string; actorName: string | null; payload: object }[]> =>
  (await ann.client.ask('get', '/v1/activity')).body.data;

it('people read who did what, newest first, page by page', async () => {
  await ann.client.ask('post', '/v1/projects', { name: 'checkout' });
  await expect
    .poll(async () => (await activity())[0], { timeout: 60_000 })
    .toMatchObject({
      type: 'project.created.v1',
      actorName: 'Ann',
      payload: { name: 'checkout' },
    });
  const all = await activity();
  const first = (await ann.client.ask('get', '/v1/activity?limit=2')).body;
  const second = (await ann.client.ask('get', `/v1/activity?limit=100&cursor=${first.pagination.nextCursor}`)).body;
  expect([...first.data, ...second.data]).toEqual(all);
  expect(second.pagination).toEqual({ nextCursor: null, hasMore: false });
});

it('an alert that begins is told, and who made its rule is in the audit log', async () => {
  // Another name: the address itself rests after the failures above.
  const { id } = await makeWebhook(['alert.fired.v1'], `http://localhost:${new URL(address).port}/hook`);
  const rule = { name: 'No payments', query: '{ name = "pay" }', comparison: 'below', threshold: 1 };
  const made = await ann.client.ask('post', '/v1/alert-rules', rule);
  expect(made.status).toBe(201);
  await expect.poll(() => told.length, { timeout: 60_000 }).toBe(1);
  expect(JSON.parse(told[0]?.body ?? '')).toMatchObject({
    type: 'alert.fired.v1',
    actor: 'system',
    payload: { id: made.body.id, name: 'No payments', value: 0, comparison: 'below', threshold: 1 },
  });
  expect((await activity())[0]).toMatchObject({ type: 'alert.fired.v1', actorName: null });
  const { body } = await ann.client.ask('get', '/v1/audit-log?action=alert-rule.create');
  expect(body.data).toMatchObject([{ recordId: made.body.id, new: { name: 'No payments' } }]);
  // What is found when it is looked at is no change of the rule.
  expect((await ann.client.ask('get', '/v1/audit-log?action=alert-rule.update')).body.data).toEqual([]);
  await ann.client.ask('delete', `/v1/webhooks/${id}`);
});

it('the audit log knows who changed a guardrail and who deleted a trace', async () => {
  const rule = { name: 'no secrets', kind: 'secrets', enabled: true };
  const made = await ann.client.ask('post', '/v1/guardrails', rule);
  expect(made.status).toBe(201);
  await ann.client.ask('delete', `/v1/guardrails/${made.body.id}`);
  expect((await ann.client.ask('delete', `/v1/traces/${traceIdOf(1)}`)).status).toBe(204);
  const { body } = await ann.client.ask('get', '/v1/audit-log?limit=3');
  const me = (await ann.client.ask('get', '/v1/auth/me')).body.id;
  expect(body.data).toMatchObject([
    { action: 'trace.delete', recordId: traceIdOf(1), actor: `account:${me}` },
    { action: 'guardrail.delete', recordId: made.body.id, actor: `account:${me}`, old: { name: 'no secrets' } },
    { action: 'guardrail.create', recordId: made.body.id, requestId: made.headers.get('x-request-id') },
  ]);
});

describe('addresses that a server must not be sent to', () => {
  it.each([
    'http://example.com/hook',
    'https://127.0.0.1/',
    'https://10.0.0.7/',
    'https://192.168.1.1/',
    'https://172.16.3.4/',
    'https://169.254.169.254/latest/meta-data',
    'https://100.64.0.1/',
    'https://0.0.0.0/',
    'https://[::1]/',
    'https://[::]/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://[::ffff:10.0.0.7]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://ann:secret@example.com/',
    'file:///etc/passwd',
    'gopher://example.com/',
    'nonsense',
  ])('%s', async (url) => {
    expect(problemOf(url, false)).not.toBeNull();
    await expect(post({ url, headers: {}, body: '' }, false)).rejects.toThrow();
  });

  it('nor by a name of such an address', async () => {
    expect(problemOf('https://localhost/', false)).toBeNull();
    const port = new URL(address).port;
    const sent = post({ url: `https://localhost:${port}/`, headers: {}, body: '' }, false);
    await expect(sent).rejects.toThrow('localhost is not an address of the public internet.');
    expect(told).toEqual([]);
  });

  it('others are', () => {
    expect(problemOf('https://hooks.example.com/services/T0/B0', false)).toBeNull();
    expect(['1.1.1.1', '2606:4700:4700::1111'].map(isPublic)).toEqual([true, true]);
  });

  it('a server says so when one is typed in', async () => {
    const strict = await startTeamServer(await postgres.createServed());
    try {
      const owner = await setUpOwner(strict);
      const { status, body } = await owner.client.ask('post', '/v1/webhooks', {
        url: 'https://169.254.169.254/latest',
        types: ['trace.deleted.v1'],
      });
      expect([status, body.error.details]).toMatchObject([400, [{ field: 'url' }]]);
    } finally {
      await strict.stop();
    }
  });
});
