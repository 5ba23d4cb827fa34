/** OTLP/HTTP from outside the process. */
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { protobufFromMetricsJson } from '../../core/otlp/metrics-json-to-proto';
import { traceRequest } from '../../core/samples/otlp-builder';
import { preparedFolder } from '../fixtures/prepared-folder';
import { decodeStatusMessage } from '../fixtures/rpc-status';
import { type RunningSpoor, startSpoor } from '../fixtures/spoor';
import { drawnSpans, traceIdOf } from '../fixtures/traces';

let spoor: RunningSpoor;
let folder: Awaited<ReturnType<typeof preparedFolder>>;

beforeAll(async () => {
  folder = await preparedFolder();
  spoor = await startSpoor(folder.path);
});
afterAll(async () => {
  expect(await spoor.stop()).toBe(0);
  await folder.remove();
});

const trace = (n: number) => traceRequest(drawnSpans(traceIdOf(n), 'GET /a 0..100 web\n  SELECT 10..20 db !timeout'));
const spanCount = async (n: number): Promise<unknown> =>
  (await spoor.get<{ spanCount?: number }>(`/v1/traces/${traceIdOf(n)}`)).body.spanCount;

describe('accepts', () => {
  it('protobuf, answering an empty body of the same type', async () => {
    const response = await spoor.post('/v1/traces', protobufFromTraceJson(trace(1)) as Uint8Array<ArrayBuffer>);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/x-protobuf']);
    expect((await response.arrayBuffer()).byteLength).toBe(0);
    expect(await spanCount(1)).toBe(2);
  });

  it('the next request over the same connection, longer than exporters batch', async () => {
    const response = await spoor.post('/v1/traces', trace(1));
    expect(Number(/timeout=(\d+)/.exec(response.headers.get('keep-alive') ?? '')?.[1])).toBeGreaterThan(60);
  });

  it('JSON, with parameters on its type, answering {}', async () => {
    const response = await spoor.post('/v1/traces', trace(2), { 'content-type': 'application/json; charset=utf-8' });
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      200,
      'application/json',
      '{}',
    ]);
    expect(await spanCount(2)).toBe(2);
  });

  it('gzip of either', async () => {
    const protobuf = gzipSync(protobufFromTraceJson(trace(3)));
    expect(
      (await spoor.post('/v1/traces', protobuf as Uint8Array<ArrayBuffer>, { 'content-encoding': 'gzip' })).status,
    ).toBe(200);
    const json = gzipSync(JSON.stringify(trace(4)));
    expect(
      (
        await spoor.post('/v1/traces', json as Uint8Array<ArrayBuffer>, {
          'content-encoding': 'gzip',
          'content-type': 'application/json',
        })
      ).status,
    ).toBe(200);
    expect([await spanCount(3), await spanCount(4)]).toEqual([2, 2]);
  });

  it('snappy, as a block and framed, under the names that collectors give it', async () => {
    const text = JSON.stringify(trace(14));
    // A block of one literal; what packs better is in unsnappy.test.ts.
    const size = text.length;
    const varint = [(size & 0x7f) | 0x80, size >> 7];
    const block = Buffer.concat([
      Uint8Array.from([...varint, 61 << 2, (size - 1) & 0xff, (size - 1) >> 8]),
      Buffer.from(text),
    ]);
    const framed = Buffer.from('/wYAAHNOYVBwWQAlAACfmi0y0gFQeyJyZXNvdXJjZVNwYW5zIjpbXX0g/hUA/hUA8hUA', 'base64');
    const post = (body: Uint8Array, encoding: string) =>
      spoor.post('/v1/traces', body as Uint8Array<ArrayBuffer>, {
        'content-type': 'application/json',
        'content-encoding': encoding,
      });
    expect((await post(block, 'snappy')).status).toBe(200);
    expect(await spanCount(14)).toBe(2);
    // It is ten documents: unpacked and read, and not JSON.
    for (const encoding of ['snappy', 'x-snappy-framed']) {
      const answer = await post(framed, encoding);
      expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('The body is not JSON')]);
    }
    expect((await post(block.subarray(0, 40), 'snappy')).status).toBe(400);
    expect(
      (await post(Buffer.concat([Uint8Array.of(0xff, 0xff, 0xff, 0x7f), Buffer.alloc(14 * 1024 * 1024)]), 'snappy'))
        .status,
    ).toBe(413);
  });

  it('paths that exporters of others write, and slashes at their end', async () => {
    for (const [n, path] of [
      [15, '/api/public/otel/v1/traces'],
      [16, '/otel/v1/traces/'],
      [17, '/v1/traces/'],
    ] as const) {
      expect((await spoor.post(path, trace(n))).status, path).toBe(200);
      expect(await spanCount(n), path).toBe(2);
    }
    const logs = { resourceLogs: [{ scopeLogs: [{ logRecords: [] }] }] };
    expect((await spoor.post('/api/public/otel/v1/logs', logs)).status).toBe(200);
    expect((await spoor.post('/otel/v1/metrics/', {})).status).toBe(200);
  });

  it('times as bare numbers, to the nanosecond', async () => {
    const text = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${traceIdOf(12)}","spanId":"1111111111111111","name":"n","startTimeUnixNano":1544712660000000001,"endTimeUnixNano":1544712660000000003}]}]}]}`;
    expect((await spoor.post('/v1/traces', text, { 'content-type': 'application/json' })).status).toBe(200);
    const { body } = await spoor.get<{ startTime: string; durationNs: number }>(`/v1/traces/${traceIdOf(12)}`);
    expect([body.startTime, body.durationNs]).toEqual(['2018-12-13T14:51:00.000000001Z', 2]);
  });

  it('empty requests', async () => {
    expect((await spoor.post('/v1/traces', new Uint8Array(0))).status).toBe(200);
    expect((await spoor.post('/v1/traces', {})).status).toBe(200);
  });

  it('the same spans again, storing them once', async () => {
    for (let i = 0; i < 3; i++) expect((await spoor.post('/v1/traces', trace(5))).status).toBe(200);
    expect(await spanCount(5)).toBe(2);
  });

  it('a span without a valid id beside good ones, rejecting it alone', async () => {
    const body = {
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [
                { traceId: traceIdOf(6), spanId: '1'.repeat(16), name: 'good' },
                { traceId: 'xyz', spanId: '2'.repeat(16), name: 'bad' },
              ],
            },
          ],
        },
      ],
    };
    const json = (await (await spoor.post('/v1/traces', body)).json()) as object;
    expect(json).toEqual({
      partialSuccess: { rejectedSpans: '1', errorMessage: expect.stringContaining('span "bad": trace_id') },
    });
    const protobuf = await spoor.post('/v1/traces', protobufFromTraceJson(body) as Uint8Array<ArrayBuffer>);
    expect(protobuf.status).toBe(200);
    // partial_success, its rejected_spans = 1
    expect([...new Uint8Array(await protobuf.arrayBuffer())].slice(2, 4)).toEqual([8, 1]);
    expect(await spanCount(6)).toBe(1);
  });

  it('logs and metrics, each request once', async () => {
    const logs = {
      resourceLogs: [
        {
          scopeLogs: [
            {
              logRecords: [
                { body: { stringValue: 'x' }, traceId: traceIdOf(1) },
                { severityNumber: 'SEVERITY_NUMBER_WARN' },
              ],
            },
          ],
        },
      ],
    };
    for (let sent = 0; sent < 3; sent++) {
      const answer = await spoor.post('/v1/logs', logs);
      expect([answer.status, await answer.json()]).toEqual([200, {}]);
    }
    const stored = await spoor.get<{ data: object[] }>(`/v1/logs?traceId=${traceIdOf(1)}`);
    expect(stored.body.data).toMatchObject([{ message: 'x', body: 'x', severityNumber: 0 }]);
    const metrics = {
      resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'm', sum: { dataPoints: [{ asInt: 3 }] } }] }] }],
    };
    for (let sent = 0; sent < 2; sent++) expect(await (await spoor.post('/v1/metrics', metrics)).json()).toEqual({});
    expect((await spoor.post('/v1/metrics', new Uint8Array(0))).status).toBe(200);
    expect((await spoor.get<{ counts: object }>('/v1/status')).body.counts).toMatchObject({ logs: 2, metricPoints: 1 });
  });

  it('what comes to / by what it holds', async () => {
    const log = {
      resource_logs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: '5', body: { stringValue: 'root' } }] }] }],
    };
    expect((await spoor.post('/', log)).status).toBe(200);
    const metric = {
      resourceMetrics: [
        { scopeMetrics: [{ metrics: [{ name: 'sniffed', gauge: { dataPoints: [{ asDouble: 1 }] } }] }] },
      ],
    };
    const asProtobuf = (bytes: Uint8Array) => spoor.post('/', bytes as Uint8Array<ArrayBuffer>);
    expect((await asProtobuf(protobufFromMetricsJson(metric))).status).toBe(200);
    expect((await asProtobuf(protobufFromTraceJson(traceRequest(drawnSpans(traceIdOf(77), 'a 0..1'))))).status).toBe(
      200,
    );
    expect((await spoor.get<{ data: object[] }>('/v1/logs?query=root')).body.data).toHaveLength(1);
    expect((await spoor.get<{ data: object[] }>('/v1/metrics?query=sniffed')).body.data).toMatchObject([
      { kind: 'gauge' },
    ]);
    expect(await spanCount(77)).toBe(1);
  });
});

describe('refuses', () => {
  it('malformed protobuf with 400 and a google.rpc.Status', async () => {
    const response = await spoor.post('/v1/traces', new Uint8Array([10, 200, 1, 1]));
    expect([response.status, response.headers.get('content-type')]).toEqual([400, 'application/x-protobuf']);
    const status = decodeStatusMessage(new Uint8Array(await response.arrayBuffer()));
    expect(status).toEqual({
      code: 3,
      message: expect.stringContaining('not OTLP protobuf'),
      detailTypes: ['type.googleapis.com/google.rpc.BadRequest'],
    });
  });

  it.each([
    ['not json', 'JSON'],
    ['{"resourceSpans":[{"scopeSpans":5}]}', 'resourceSpans[0].scopeSpans: not an array'],
    ['[1]', 'not an object'],
    [`${'['.repeat(200_000)}`, 'JSON'],
  ])('malformed JSON %.40s with 400 and a google.rpc.Status', async (body, reason) => {
    const response = await spoor.post('/v1/traces', body, { 'content-type': 'application/json' });
    expect([response.status, response.headers.get('content-type')]).toEqual([400, 'application/json']);
    expect(await response.json()).toEqual({
      code: 3,
      message: expect.stringContaining(reason),
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.BadRequest',
          fieldViolations: [{ description: expect.stringContaining(reason) }],
        },
      ],
    });
  });

  it('other media types with 415, naming what it takes', async () => {
    for (const type of ['text/plain', 'application/octet-stream', '']) {
      const response = await spoor.post('/v1/traces', '{}', { 'content-type': type });
      expect([response.status, await response.text()]).toEqual([
        415,
        expect.stringContaining('application/x-protobuf or application/json'),
      ]);
    }
  });

  it('other encodings with 415 and damaged gzip with 400', async () => {
    expect((await spoor.post('/v1/traces', {}, { 'content-encoding': 'br' })).status).toBe(415);
    expect((await spoor.post('/v1/traces', new Uint8Array([1, 2, 3]), { 'content-encoding': 'gzip' })).status).toBe(
      400,
    );
    const cut = gzipSync(JSON.stringify(trace(9))).subarray(0, 40);
    expect(
      (await spoor.post('/v1/traces', cut as Uint8Array<ArrayBuffer>, { 'content-encoding': 'gzip' })).status,
    ).toBe(400);
  });

  it('a zip bomb with 413, by the bytes it unpacks to', async () => {
    const bomb = gzipSync(Buffer.alloc(70 * 1024 * 1024));
    const response = await spoor.post('/v1/traces', bomb as Uint8Array<ArrayBuffer>, { 'content-encoding': 'gzip' });
    expect([response.status, decodeStatusMessage(new Uint8Array(await response.arrayBuffer())).code]).toEqual([413, 8]);
  });

  it('wrong methods and unknown paths', async () => {
    const get = await fetch(`${spoor.ready.otlpHttp}/v1/traces`);
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await spoor.post('/v1/nothing', {})).status).toBe(404);
  });

  it('pages of other sites and names that are not this machine', async () => {
    expect((await spoor.post('/v1/traces', trace(10), { origin: 'https://evil.example' })).status).toBe(403);
    expect(await rawStatus({ host: 'rebound.example' })).toBe(403);
    expect(await rawStatus({ host: 'localhost:1' })).toBe(200);
    const local = await spoor.post('/v1/traces', trace(11), { origin: 'http://localhost:3000' });
    expect([local.status, local.headers.get('access-control-allow-origin')]).toEqual([200, 'http://localhost:3000']);
    expect(await spanCount(10)).toBeUndefined();
  });
});

/** `fetch` does not let a test choose the Host. */
function rawStatus(headers: Record<string, string>): Promise<number | undefined> {
  const { hostname, port } = new URL(spoor.ready.otlpHttp);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        hostname,
        port,
        path: '/v1/traces',
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    sent.on('error', reject);
    sent.end('{}');
  });
}
