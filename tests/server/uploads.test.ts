/** Large files come in parts: what was cut off goes on, what is damaged is said, what is imported is there once. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Upload } from '../../core/api/team';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { traceRequest } from '../../core/samples/otlp-builder';
import { type PgClient, pgClient } from '../../server/adapters/pg-client';
import { forgetUploads } from '../../server/modules/uploads/service/uploads';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import { MIB, manyOf, messages } from '../fixtures/hostile-requests';
import { peakResidentMib } from '../fixtures/resident';
import {
  makeKeys,
  type Owner,
  type ProjectKeys,
  setUpOwner,
  startTeamServer,
  type TeamServer,
} from '../fixtures/team-server';
import { T0 } from '../fixtures/traces';

const PART = 4 * 1024 * 1024;
let postgres: TestPostgres;
let server: TeamServer;
let ann: Owner;
let keys: ProjectKeys;
let sql: PgClient;

beforeAll(async () => {
  postgres = await startPostgres();
  const url = await postgres.createServed();
  server = await startTeamServer(url);
  ann = await setUpOwner(server);
  keys = await makeKeys(ann.client);
  sql = pgClient(url);
});
afterAll(async () => {
  await sql?.close();
  await server?.stop();
  await postgres?.stop();
});

/** A trace a line, with logs between, as the collector's file exporter writes them. */
function file(first: number, traces: number, filler = ''): Buffer {
  const lines = Array.from({ length: traces }, (_, i) => {
    const traceId = (first + i).toString(16).padStart(32, '0');
    const spanId = (first + i).toString(16).padStart(16, '0');
    const span = {
      traceId,
      spanId,
      service: 'batch',
      name: 'night job',
      startNs: T0,
      endNs: T0 + 5n,
      attributes: { filler },
    };
    return JSON.stringify(traceRequest([span]));
  });
  const log = {
    resourceLogs: [
      { scopeLogs: [{ logRecords: [{ timeUnixNano: String(T0 + BigInt(first)), body: { stringValue: 'hello' } }] }] },
    ],
  };
  return Buffer.from([...lines, '', JSON.stringify(log)].join('\n'));
}
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
const begin = async (bytes: Uint8Array, more: object = {}): Promise<Upload> => {
  const { status, body } = await keys.ingest.ask<Upload>('post', '/v1/uploads', {
    name: 'night',
    size: bytes.length,
    ...more,
  });
  expect(status).toBe(201);
  return body;
};
const put = (id: string, n: number, bytes: Uint8Array, headers: HeadersInit = {}) =>
  fetch(`${server.url}/v1/uploads/${id}/parts/${n}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${keys.ingest.token}`, 'content-type': 'application/octet-stream', ...headers },
    body: Uint8Array.from(bytes),
  });
const stateOf = async (id: string): Promise<Upload> => (await keys.ingest.ask<Upload>('get', `/v1/uploads/${id}`)).body;
const complete = (id: string) => keys.ingest.ask('post', `/v1/uploads/${id}/complete`);
const counts = async () => (await ann.client.ask('get', '/v1/status')).body.counts;

it('goes on where it was cut off, is looked at as a whole, and is imported once', async () => {
  const bytes = file(1, 60, 'x'.repeat(160_000));
  const upload = await begin(bytes, { sha256: sha256(bytes).toString('hex') });
  expect(upload).toMatchObject({ parts: 3, partBytes: PART, received: [], state: 'open' });
  const part = (n: number) => bytes.subarray((n - 1) * PART, n * PART);
  const digest = (n: number) => ({ 'content-digest': `sha-256=:${sha256(part(n)).toString('base64')}:` });
  expect((await put(upload.id, 1, part(1), digest(1))).status).toBe(200);
  // Damaged on its way, too short, and none of the file.
  const damaged = Uint8Array.from(part(2));
  damaged[7] = 0;
  const refused = [
    await put(upload.id, 2, damaged, digest(2)),
    await put(upload.id, 3, part(2)),
    await put(upload.id, 4, part(1)),
  ];
  expect(refused.map(({ status }) => status)).toEqual([400, 400, 400]);
  expect((await complete(upload.id)).body.error).toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('missing: 2, 3'),
  });
  expect((await stateOf(upload.id)).received).toEqual([1]);
  for (const n of [3, 2, 2]) expect((await put(upload.id, n, part(n), digest(n))).status).toBe(200);
  const answers = await Promise.all([complete(upload.id), complete(upload.id)]);
  expect(answers.map(({ status }) => status)).toEqual([202, 202]);
  await expect.poll(async () => (await stateOf(upload.id)).state, { timeout: 60_000 }).toBe('done');
  expect(await stateOf(upload.id)).toMatchObject({ requests: 61, rejected: 0, received: [], error: null });
  expect((await counts()).spans).toBe(60);
  const traces = await ann.client.ask('get', `/v1/projects/${keys.projectId}/traces?limit=100`);
  expect(traces.body.data).toHaveLength(60);
  expect((await put(upload.id, 1, part(1))).status).toBe(409);
});

it('takes what is packed, and requests in protobuf', async () => {
  const packed = gzipSync(file(1_000, 5));
  const lines = await begin(packed, { gzip: true });
  expect((await put(lines.id, 1, packed)).status).toBe(200);
  const span = {
    traceId: 'ab'.repeat(16),
    spanId: 'cd'.repeat(8),
    service: 'a',
    name: 'b',
    startNs: T0,
    endNs: T0 + 1n,
  };
  const request = protobufFromTraceJson(traceRequest([span]));
  const whole = await begin(request, { format: 'otlp-protobuf' });
  expect((await put(whole.id, 1, request)).status).toBe(200);
  for (const { id } of [lines, whole]) await complete(id);
  await expect.poll(async () => (await stateOf(lines.id)).state, { timeout: 60_000 }).toBe('done');
  await expect.poll(async () => (await stateOf(whole.id)).state, { timeout: 60_000 }).toBe('done');
  expect((await counts()).spans).toBe(66);
});

it('says which line is at fault, and keeps what came before', async () => {
  for (const [bytes, more, said] of [
    [Buffer.concat([file(2_000, 2), Buffer.from('\n{"resourceSpans": 7}')]), {}, 'Line 5 is no OTLP'],
    [Buffer.from('not gzip'), { gzip: true }, 'incorrect header'],
    [Buffer.from('\u0007nonsense'), { format: 'otlp-protobuf' }, ''],
  ] as const) {
    const { id } = await begin(bytes, more);
    await put(id, 1, bytes);
    await complete(id);
    await expect.poll(async () => (await stateOf(id)).state, { timeout: 60_000 }).toBe('failed');
    expect((await stateOf(id)).error).toContain(said);
  }
  expect((await counts()).spans).toBe(68);
  expect((await ann.client.ask('get', '/v1/jobs')).body.data).toEqual([]);
});

it('is of a project: another one, people and a wrong whole are refused', async () => {
  const bytes = file(3_000, 1);
  const { id } = await begin(bytes, { sha256: '0'.repeat(64) });
  await put(id, 1, bytes);
  expect((await complete(id)).body.error.message).toContain('not the one that was announced');
  const other = await makeKeys(ann.client, 'other');
  expect((await other.ingest.ask('get', `/v1/uploads/${id}`)).status).toBe(404);
  expect((await ann.client.ask('get', `/v1/uploads/${id}`)).status).toBe(403);
  expect((await keys.ingest.ask('post', '/v1/uploads', { name: 'too large', size: 2 ** 31 })).status).toBe(400);
  expect((await put(id, 1, Buffer.alloc(PART + 1))).status).toBe(413);
  expect((await keys.ingest.ask('delete', `/v1/uploads/${id}`)).status).toBe(204);
  expect((await keys.ingest.ask('get', `/v1/uploads/${id}`)).status).toBe(404);
  const old = await begin(bytes);
  await put(old.id, 1, bytes);
  await sql.query("update upload set updated_at = now() - interval '8 days'");
  await forgetUploads(sql);
  expect(await sql.query('select 1 as one from upload_part')).toEqual([]);
});

it('that would become gigabytes is refused, and exports that would are, while others are served', async () => {
  const before = (await counts()).spans;
  const sent = { spans: 0, isOver: false };
  const others = (async () => {
    for (; !sent.isOver; sent.spans++) {
      const spanId = (sent.spans + 1).toString(16).padStart(16, '0');
      const span = { traceId: 'ef'.repeat(16), spanId, service: 'a', name: 'b', startNs: T0, endNs: T0 + 1n };
      expect(await keys.ingest.export([span])).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  })();
  const objects = gzipSync(manyOf('{"resourceSpans":[', '{}', 20_000_000, ']}'), { level: 1 });
  const scopes = gzipSync(messages([0x12, 0], 60 * MIB, 1), { level: 1 });
  for (const [bytes, format, type] of [
    [objects, 'otlp-json-lines', 'json'],
    [scopes, 'otlp-protobuf', 'x-protobuf'],
  ] as const) {
    expect(bytes.length).toBeLessThan(PART);
    const { id } = await begin(bytes, { format, gzip: true });
    await put(id, 1, bytes);
    await complete(id);
    await expect.poll(async () => (await stateOf(id)).state, { timeout: 60_000 }).toBe('failed');
    expect((await stateOf(id)).error).toContain('too many messages');
    const exported = await fetch(`${server.url}/v1/traces`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${keys.ingest.token}`,
        'content-type': `application/${type}`,
        'content-encoding': 'gzip',
      },
      body: Uint8Array.from(bytes),
    });
    expect(exported.status).toBe(413);
  }
  sent.isOver = true;
  await others;
  expect((await counts()).spans).toBe(before + sent.spans);
  expect(peakResidentMib(server.process.pid) ?? 0).toBeLessThan(1_536);
});
