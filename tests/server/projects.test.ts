/** Telemetry belongs to the project whose key it came with, over every protocol, whatever it says of itself. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { claudeCodeLogs } from '../fixtures/coding-agent-logs';
import { temporaryFolder } from '../fixtures/spoor';
import {
  makeKeys,
  type Owner,
  type ProjectKeys,
  setUpOwner,
  startTeamServer,
  type TeamServer,
} from '../fixtures/team-server';
import { T0, traceIdOf } from '../fixtures/traces';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: TeamServer;
let ann: Owner;
let shop: ProjectKeys;
let blog: ProjectKeys;

beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startTeamServer(folder.path);
  ann = await setUpOwner(server);
  shop = await makeKeys(ann.client, 'shop');
  blog = await makeKeys(ann.client, 'blog');
  const span = (n: number, name: string) => {
    const times = { startNs: T0 + BigInt(n), endNs: T0 + BigInt(n + 1) };
    return { traceId: traceIdOf(n), spanId: `${n}`.padStart(16, '0'), service: 'web', name, kind: 2, ...times };
  };
  expect(await shop.ingest.export([span(1, 'GET /cart'), span(2, 'GET /pay')])).toBe(200);
  expect(await blog.ingest.export([span(3, 'GET /post')])).toBe(200);
  const zipkin = { traceId: traceIdOf(4), id: '0000000000000004', name: 'zipkin', timestamp: 1_700_000_000_000_000 };
  const sent = [{ ...zipkin, duration: 5, localEndpoint: { serviceName: 'web' } }];
  expect((await blog.ingest.ask('post', '/api/v2/spans', sent as object)).status).toBe(202);
  const attribute = { key: 'spoor.project.id', value: { stringValue: shop.projectId } };
  const times = { startTimeUnixNano: String(T0), endTimeUnixNano: String(T0 + 1n) };
  const forged = { traceId: traceIdOf(5), spanId: '0000000000000005', name: 'forged', ...times };
  const resourceSpans = [{ resource: { attributes: [attribute] }, scopeSpans: [{ spans: [forged] }] }];
  expect((await blog.ingest.ask('post', '/v1/traces', { resourceSpans })).status).toBe(200);
});
afterAll(async () => {
  await server?.stop();
  await folder?.remove();
});

const namesOf = async (projectId: string, query = '') => {
  const search = query === '' ? '' : `?query=${encodeURIComponent(query)}`;
  const { status, body } = await shop.read.ask('get', `/v1/projects/${projectId}/traces${search}`);
  return status === 200 ? body.data.map(({ rootName }: { rootName: string }) => rootName).sort() : status;
};

it('is listed by project, with any query', async () => {
  expect(await namesOf(shop.projectId)).toEqual(['GET /cart', 'GET /pay']);
  expect(await namesOf(blog.projectId)).toEqual(['GET /post', 'forged', 'zipkin']);
  expect(await namesOf(shop.projectId, 'pay')).toEqual(['GET /pay']);
  expect(await namesOf(shop.projectId, '{ name = "GET /post" } || { name = "GET /cart" }')).toEqual(['GET /cart']);
  expect(await namesOf(shop.projectId, '{ name =')).toBe(400);
  expect(await namesOf('00000000-0000-4000-8000-000000000000')).toBe(404);
  expect(await namesOf('no-id')).toBe(404);
});

it('are the spans, too, that are made of what a coding agent logs', async () => {
  const docs = await makeKeys(ann.client, 'docs');
  const logs = claudeCodeLogs(T0, 'cc-1', 'p-1', [
    ['user_prompt', 0, { prompt: 'Fix the build', prompt_length: 13 }],
    ['api_request', 2_000, { model: 'claude-sonnet-4-5', input_tokens: 100, output_tokens: 50, duration_ms: 1_500 }],
  ]);
  expect((await docs.ingest.ask('post', '/v1/logs', logs)).status).toBe(200);
  expect(await namesOf(docs.projectId)).toHaveLength(1);
});

it('says so where it is read', async () => {
  const { body } = await shop.read.ask('get', `/v1/traces/${traceIdOf(5)}/spans/0000000000000005`);
  expect(JSON.stringify(body)).toContain(blog.projectId);
  expect(JSON.stringify(body)).not.toContain(shop.projectId);
});
