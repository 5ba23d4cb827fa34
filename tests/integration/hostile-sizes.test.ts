/** Requests of few bytes that would become gigabytes, against a running process: each is refused by name, and others notice nothing. */
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { traceRequest } from '../../core/samples/otlp-builder';
import { connectRpc, type RpcClient } from '../../services/net/rpc-client';
import { packFile } from '../../workers/sync/spoor-file';
import { denseSpans, MIB, manyOf, messages } from '../fixtures/hostile-requests';
import { preparedFolder } from '../fixtures/prepared-folder';
import { peakResidentMib } from '../fixtures/resident';
import { decodeStatusMessage } from '../fixtures/rpc-status';
import { type RunningSpoor, startSpoor } from '../fixtures/spoor';
import { drawnSpans, traceIdOf } from '../fixtures/traces';

/** Of the whole process with its five threads and the database: it has 300 when nothing happens. */
const MAX_RSS_MIB = 1_536;
const PAUSE_MS = 50;
const FILE_PART = 512 * 1024;
const GRPC = '/opentelemetry.proto.collector';

let spoor: RunningSpoor;
let grpc: Client;
let rpc: RpcClient;
let folder: Awaited<ReturnType<typeof preparedFolder>>;
let sent = 0;

beforeAll(async () => {
  folder = await preparedFolder();
  spoor = await startSpoor(folder.path);
  grpc = new Client(spoor.ready.otlpGrpc, credentials.createInsecure(), { 'grpc.max_send_message_length': 100 * MIB });
  rpc = await connectRpc(spoor.ready.ui, spoor.ready.token);
});
afterAll(async () => {
  grpc?.close();
  rpc?.close();
  expect(await spoor?.stop()).toBe(0);
  await folder?.remove();
});

/** What another sender is answered while `attack` is on its way, and after. */
async function meanwhile<T>(attack: Promise<T>): Promise<T> {
  let isOver = false;
  const over = attack.finally(() => {
    isOver = true;
  });
  over.catch(() => {});
  const first = sent + 1;
  do {
    const trace = traceRequest(drawnSpans(traceIdOf(++sent), 'GET /a 0..100 web'));
    expect((await spoor.post('/v1/traces', trace)).status).toBe(200);
    // As another sender would, which leaves the attack its processor.
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  } while (!isOver);
  for (let n = first; n <= sent; n++) expect((await spoor.get(`/v1/traces/${traceIdOf(n)}`)).status).toBe(200);
  return over;
}

async function post(
  path: string,
  body: Uint8Array<ArrayBuffer>,
  type: string,
): Promise<{ status: number; text: string }> {
  const headers = { 'content-encoding': 'gzip', 'content-type': type };
  const response = await spoor.post(path, Uint8Array.from(gzipSync(body, { level: 1 })), headers);
  const answer = new Uint8Array(await response.arrayBuffer());
  const text = type.endsWith('json') ? Buffer.from(answer).toString() : decodeStatusMessage(answer).message;
  return { status: response.status, text };
}

function call(service: string, request: Uint8Array): Promise<ServiceError | null> {
  const bytes = (value: Buffer): Buffer => value;
  return new Promise((resolve) => {
    grpc.makeUnaryRequest(`${GRPC}.${service}/Export`, bytes, bytes, Buffer.from(request), (error) => resolve(error));
  });
}

async function importFile(bytes: Uint8Array): Promise<unknown> {
  const uploadId = randomUUID();
  for (let at = 0; ; at += FILE_PART) {
    const isLast = at + FILE_PART >= bytes.length;
    const report = await rpc.api.importFile({ uploadId, bytes: bytes.slice(at, at + FILE_PART), isLast });
    if (isLast) return report;
  }
}

const ways = (bytes: number) =>
  [
    ['resources', messages([0x0a, 0], bytes)],
    ['scopes', messages([0x12, 0], bytes, 1)],
    ['records', messages([0x12, 0], bytes, 2, 1)],
  ] as const;
// As large as requests may be for one signal: the others share its decoder, and are about what each refuses.
const SIGNALS = [
  ['traces', 'trace.v1.TraceService', 'resourceSpans', 'scopeSpans', 'spans', 60 * MIB, 20_000_000],
  ['logs', 'logs.v1.LogsService', 'resourceLogs', 'scopeLogs', 'logRecords', 16 * MIB, 8_000_000],
  ['metrics', 'metrics.v1.MetricsService', 'resourceMetrics', 'scopeMetrics', 'metrics', 16 * MIB, 8_000_000],
] as const;

describe.each(SIGNALS)('too many messages for %s', (name, service, list, scopes, records, bytes, count) => {
  it('are refused in protobuf over HTTP and gRPC', async () => {
    for (const [what, body] of ways(bytes)) {
      const answer = await meanwhile(post(`/v1/${name}`, body, 'application/x-protobuf'));
      expect(answer, what).toEqual({ status: 413, text: expect.stringContaining('Send smaller batches') });
      const error = await meanwhile(call(service, body));
      expect([error?.code, error?.details], what).toEqual([
        status.RESOURCE_EXHAUSTED,
        expect.stringContaining('Send smaller batches'),
      ]);
    }
  });

  it('are refused in JSON', async () => {
    const bodies = [
      manyOf(`{"${list}":[`, '{}', count, ']}'),
      manyOf(`{"${list}":[{"${scopes}":[`, '{}', count, ']}]}'),
      manyOf(`{"${list}":[{"${scopes}":[{"${records}":[`, '{}', count, ']}]}]}'),
      // Few enough to be parsed, and still too many.
      manyOf(`{"${list}":[`, '{}', 4_000_000, ']}'),
    ];
    for (const body of bodies) {
      const answer = await meanwhile(post(`/v1/${name}`, body, 'application/json'));
      expect(answer).toEqual({ status: 413, text: expect.stringContaining('Send smaller batches') });
    }
  });
});

it('too many Zipkin spans are refused, and runs of agents', async () => {
  // A trace id and an id, and no more.
  const span = [0x0a, 28, 0x0a, 16, ...Array<number>(16).fill(1), 0x1a, 8, ...Array<number>(8).fill(1)];
  const answers = [
    await meanwhile(post('/api/v2/spans', messages(span, 60 * MIB), 'application/x-protobuf')),
    await meanwhile(post('/api/v2/spans', manyOf('[', '{}', 8_000_000, ']'), 'application/json')),
    await meanwhile(post('/api/v2/spans', manyOf('[', '{"traceId":"1","id":"1"}', 2_000_000, ']'), 'application/json')),
    await meanwhile(post('/v1/traces/ingest', manyOf('{"data":[', '{}', 8_000_000, ']}'), 'application/json')),
  ];
  expect(answers.map((one) => one.status)).toEqual([413, 413, 413, 413]);
});

it('too many messages in a .spoor file are refused', async () => {
  for (const [what, body] of ways(60 * MIB)) {
    const file = packFile({ requests: [body], objects: [] }, { traces: 1, spans: 1 });
    expect(file.length, what).toBeLessThan(MIB);
    await expect(meanwhile(importFile(file)), what).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  }
});

it('the largest of honest requests is taken', async () => {
  const body = denseSpans(63 * MIB);
  const spans = async () => (await spoor.get<{ counts: { spans: number } }>('/v1/status')).body.counts.spans;
  const before = await spans();
  expect((await meanwhile(post('/v1/traces', body, 'application/x-protobuf'))).status).toBe(200);
  expect((await spans()) - before).toBeGreaterThan(200_000);
});

it('none of it took the memory of the machine', () => {
  const peak = peakResidentMib(spoor.process.pid);
  if (peak === null) return;
  expect(peak).toBeLessThan(MAX_RSS_MIB);
});
