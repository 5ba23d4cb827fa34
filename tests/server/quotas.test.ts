/** A workspace sends no more a day than it may, and others do not feel it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Metadata } from '@grpc/grpc-js';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import { REPOSITORY } from '../fixtures/spoor';
import {
  makeKeys,
  type Owner,
  type ProjectKeys,
  setUpOwner,
  signIn,
  startTeamServer,
  type TeamServer,
} from '../fixtures/team-server';
import { T0, traceIdOf } from '../fixtures/traces';

const QUOTA = 50;
let postgres: TestPostgres;
let server: TeamServer;
let url: string;
let ann: Owner;
let keys: ProjectKeys;

beforeAll(async () => {
  postgres = await startPostgres();
  url = await postgres.createServed();
  server = await startTeamServer(url, { SPOOR_DAILY_QUOTA: String(QUOTA) });
  ann = await setUpOwner(server);
  keys = await makeKeys(ann.client);
});
afterAll(async () => {
  await server?.stop();
  await postgres?.stop();
});

let sent = 0;
const spans = (count: number) =>
  Array.from({ length: count }, () => {
    const spanId = (++sent).toString(16).padStart(16, '0');
    return { traceId: traceIdOf(1), spanId, service: 'web', name: 'work', startNs: T0, endNs: T0 + 5n };
  });
const quota = async () => (await ann.client.ask('get', `/v1/workspaces/${ann.workspace}/quota`)).body;

it('what is beyond the quota of a day is refused, with when to come again', async () => {
  expect(await quota()).toMatchObject({ used: 0, limit: QUOTA });
  expect(await keys.ingest.export(spans(30))).toBe(200);
  // What is sent twice is stored and counted once.
  sent -= 30;
  expect(await keys.ingest.export(spans(30))).toBe(200);
  await expect.poll(async () => (await quota()).used, { timeout: 60_000 }).toBe(30);
  expect(await keys.ingest.export(spans(40))).toBe(200);
  await expect.poll(async () => (await quota()).used, { timeout: 60_000 }).toBe(70);
  await expect.poll(() => keys.ingest.export(spans(1)), { timeout: 60_000, interval: 500 }).toBe(429);
  const refused = await keys.ingest.ask('post', '/v1/traces', {});
  expect(refused.body).toContain('all it may today');
  const seconds = Number(refused.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(3_600);
});

it('nor is a file taken', async () => {
  const refused = await keys.ingest.ask('post', '/v1/uploads', { name: 'night', size: 5 });
  expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true]);
});

it('gRPC says that resources are exhausted', async () => {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${keys.ingest.token}`);
  const exporter = new GrpcExporter({ url: `http://${server.otlpGrpc}`, metadata, timeoutMillis: 1_500 });
  const results: unknown[] = [];
  const provider = new BasicTracerProvider({
    spanProcessors: [
      new SimpleSpanProcessor({
        export: (batch, done) =>
          exporter.export(batch, (result) => {
            results.push(result.error);
            done(result);
          }),
        shutdown: () => exporter.shutdown(),
      }),
    ],
  });
  provider.getTracer('test').startSpan('refused').end();
  await expect
    .poll(() => String(results[0] ?? ''), { timeout: 60_000 })
    .toMatch(/RESOURCE_EXHAUSTED|all it may|retry/i);
  await provider.shutdown();
});

it('other workspaces do not feel it, and who runs the server gives more', async () => {
  const { body } = await ann.client.ask('post', '/v1/workspaces', { name: 'Other' });
  const other = await makeKeys(await signIn(server.url, ann.email, body.id));
  expect(await other.ingest.export(spans(1))).toBe(200);
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [
      join(REPOSITORY, 'out', 'main', 'server.js'),
      ...args,
      '--database-url',
      url,
    ]);
  await run('quota', '--workspace', ann.workspace, '--daily', '1000');
  expect(await quota()).toMatchObject({ used: expect.any(Number), limit: 1_000 });
  await expect.poll(() => keys.ingest.export(spans(1)), { timeout: 60_000, interval: 500 }).toBe(200);
  await expect(run('quota', '--workspace', 'none', '--daily', '1')).rejects.toThrow('There is no workspace none.');
  await expect(run('quota', '--daily', '1')).rejects.toThrow('quota wants --workspace');
});
