/** The server's own traces, sent to another Spoor. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningSpoor, startSpoor, temporaryFolder } from '../fixtures/spoor';
import { makeKeys, type Owner, setUpOwner, startTeamServer, type TeamServer } from '../fixtures/team-server';
import { T0, traceIdOf } from '../fixtures/traces';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let spoor: RunningSpoor;
let server: TeamServer;
let ann: Owner;

beforeAll(async () => {
  folder = await temporaryFolder();
  spoor = await startSpoor(`${folder.path}/desktop`);
  server = await startTeamServer(`${folder.path}/server`, {
    OTEL_EXPORTER_OTLP_ENDPOINT: spoor.ready.otlpHttp,
    OTEL_BSP_SCHEDULE_DELAY: '100',
  });
  ann = await setUpOwner(server);
});
afterAll(async () => {
  await server?.stop();
  await spoor?.stop();
  await folder?.remove();
});

it('go on with the trace of who asks, and hold no secrets', async () => {
  const traceId = 'ab'.repeat(16);
  const traceparent = `00-${traceId}-${'cd'.repeat(8)}-01`;
  expect((await ann.client.ask('get', '/v1/traces', undefined, { traceparent })).status).toBe(200);
  expect((await ann.client.ask('get', `/v1/traces/${traceIdOf(9)}`, undefined, { traceparent })).status).toBe(404);
  const spans = async () => {
    const { body } = await spoor.get<{ spans?: { name: string; parentSpanId: string }[] }>(`/v1/traces/${traceId}`);
    return body.spans?.map(({ name, parentSpanId }) => [name, parentSpanId]);
  };
  const requests = async () => (await spans())?.filter(([name]) => name?.startsWith('GET'));
  await expect.poll(requests, { timeout: 60_000 }).toEqual([
    ['GET /v1/traces', 'cd'.repeat(8)],
    ['GET /v1/traces/:traceId', 'cd'.repeat(8)],
  ]);
  // What was asked of the database is below the request that asked.
  expect((await spans())?.map(([name]) => name)).toContain('SELECT trace');
  expect((await spans())?.filter(([, parent]) => parent === 'cd'.repeat(8))).toHaveLength(2);
  const { body } = await spoor.get<{ spans: { spanId: string; statusCode: string }[] }>(`/v1/traces/${traceId}`);
  const details = await Promise.all(
    body.spans.map(async ({ spanId }) => (await spoor.get<object>(`/v1/traces/${traceId}/spans/${spanId}`)).body),
  );
  const text = JSON.stringify(details);
  expect(text).toContain('"spoor-server"');
  expect(text).toContain('"http.response.status_code"');
  expect(text).not.toMatch(/eyJ|spoor_|refresh_/);
});

it('have nothing of what is sent to the server', async () => {
  const { ingest } = await makeKeys(ann.client);
  const span = {
    traceId: traceIdOf(1),
    spanId: 'ab'.repeat(8),
    service: 'web',
    name: 'GET /',
    startNs: T0,
    endNs: T0 + 1n,
  };
  expect(await ingest.export([span])).toBe(200);
  expect((await ann.client.ask('get', '/v1/projects')).status).toBe(200);
  const names = async () => {
    const { body } = await spoor.get<{ data: { rootName: string }[] }>('/v1/traces?limit=100');
    return body.data.map(({ rootName }) => rootName);
  };
  await expect.poll(names, { timeout: 60_000 }).toContain('GET /v1/projects');
  expect(await names()).not.toContain('POST /v1/traces');
});
