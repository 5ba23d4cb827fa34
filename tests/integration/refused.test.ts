/** What is refused, kept without a part, or not understood: the answer says so, and the status counts it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { protobufFromLogsJson } from '../../core/otlp/logs-json-to-proto';
import { preparedFolder } from '../fixtures/prepared-folder';
import { type RunningSpoor, startSpoor } from '../fixtures/spoor';
import { traceIdOf } from '../fixtures/traces';

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

interface Refused {
  readonly requests: number;
  readonly records: number;
  readonly last: { readonly time: string; readonly message: string } | null;
}
interface Answer {
  readonly partialSuccess?: Readonly<Record<string, string>>;
}

const refused = async (): Promise<Refused> => (await spoor.get<{ refused: Refused }>('/v1/status')).body.refused;
const json = { 'content-type': 'application/json' };
const answerOf = async (path: string, body: string | object): Promise<[number, Answer]> => {
  const response = await spoor.post(path, typeof body === 'string' ? body : JSON.stringify(body), json);
  return [response.status, (await response.json()) as Answer];
};
const span = (n: number, rest: object = {}) => ({
  traceId: traceIdOf(n),
  spanId: '1'.repeat(16),
  name: `span ${n}`,
  startTimeUnixNano: '1795900000000000000',
  endTimeUnixNano: '1795900000000000001',
  ...rest,
});
const traces = (...spans: object[]) => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] });

describe('numbers out of range', () => {
  it('refuse their record alone, and the request where nothing else is in it', async () => {
    const before = await refused();
    const bad = { attributes: [{ key: 'a', value: { intValue: '9223372036854775808' } }] };
    const [status, answer] = await answerOf('/v1/traces', traces(span(1), span(2, bad), span(3)));
    expect([status, answer.partialSuccess]).toEqual([
      200,
      {
        rejectedSpans: '1',
        errorMessage: 'resourceSpans[0].scopeSpans[0].spans[1].attributes[0].value.intValue: beyond the range of int64',
      },
    ]);
    expect((await spoor.get(`/v1/traces/${traceIdOf(1)}`)).status).toBe(200);
    expect((await spoor.get(`/v1/traces/${traceIdOf(2)}`)).status).toBe(404);
    expect((await answerOf('/v1/traces', traces(span(2, bad))))[0]).toBe(400);
    expect((await answerOf('/v1/traces', traces(span(2, { startTimeUnixNano: '18446744073709551616' }))))[0]).toBe(400);
    const after = await refused();
    expect([after.records - before.records, after.requests - before.requests]).toEqual([1, 2]);
  });

  it('refuse a data point alone', async () => {
    const histogram = { dataPoints: [{ count: '18446744073709551616' }, { count: '3', bucketCounts: ['3'] }] };
    const request = { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'one.good', histogram }] }] }] };
    const [status, answer] = await answerOf('/v1/metrics', request);
    expect([status, answer.partialSuccess?.rejectedDataPoints]).toEqual([200, '1']);
    expect((await spoor.get<{ data: object[] }>('/v1/metrics?query=one.good')).body.data).toHaveLength(1);
  });

  it('refuse a Zipkin span alone; its answer has no place for it but the status', async () => {
    const zipkin = (n: number, rest: object) => ({ traceId: traceIdOf(n), id: '1'.repeat(16), name: 'z', ...rest });
    const [status] = await answerOf(
      '/api/v2/spans',
      JSON.stringify([zipkin(11, { timestamp: 1795900000000000 }), zipkin(12, { duration: '9223372036854775808' })]),
    );
    expect(status).toBe(400);
    expect((await spoor.get(`/v1/traces/${traceIdOf(11)}`)).status).toBe(200);
    expect((await spoor.get(`/v1/traces/${traceIdOf(12)}`)).status).toBe(404);
    const [beyond] = await answerOf(
      '/api/v2/spans',
      JSON.stringify([zipkin(13, { timestamp: '9223372036854775807' })]),
    );
    expect([beyond, (await spoor.get(`/v1/traces/${traceIdOf(13)}`)).status]).toEqual([400, 404]);
  });
});

describe('ids that are none', () => {
  it('leave log records as they are, and tell the sender', async () => {
    const record = (text: string, ids: object) => ({
      timeUnixNano: '1795900000000000000',
      body: { stringValue: text },
      ...ids,
    });
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'ids' } }] };
    const request = {
      resourceLogs: [
        {
          resource,
          scopeLogs: [
            {
              logRecords: [
                record('short', { traceId: '7863caa9b359c53e' }),
                record('zero', { traceId: '0', spanId: '0' }),
                record('bad span', { traceId: traceIdOf(5), spanId: '12' }),
              ],
            },
          ],
        },
      ],
    };
    const [status, answer] = await answerOf('/v1/logs', request);
    expect([status, answer.partialSuccess]).toEqual([
      200,
      {
        rejectedLogRecords: '0',
        errorMessage:
          'log records stored without a trace_id, because it is not 16 bytes: 1; log records stored without a span_id, because it is not 8 bytes: 1',
      },
    ]);
    const found = await spoor.get<{ data: { message: string; traceId: string | null }[] }>(
      '/v1/logs?query=service:ids',
    );
    expect(Object.fromEntries(found.body.data.map(({ message, traceId }) => [message, traceId]))).toEqual({
      short: null,
      zero: null,
      'bad span': traceIdOf(5),
    });
  });

  it('leave spans with their links, without the ids', async () => {
    const links = [{ traceId: 'abc', spanId: '12', attributes: [{ key: 'why', value: { stringValue: 'kept' } }] }];
    const [status, answer] = await answerOf('/v1/traces', traces(span(20, { parentSpanId: 'nonsense', links })));
    expect([status, answer.partialSuccess?.rejectedSpans]).toEqual([200, '0']);
    expect(answer.partialSuccess?.errorMessage).toContain('stored without a parent');
    const { body } = await spoor.get<{ links: object[]; parentSpanId: string | null }>(
      `/v1/traces/${traceIdOf(20)}/spans/${'1'.repeat(16)}`,
    );
    expect([body.parentSpanId, body.links]).toEqual([null, [expect.objectContaining({ traceId: '', spanId: '' })]]);
  });
});

describe('a request of which nothing is understood', () => {
  it.each([
    [
      '/v1/traces',
      { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'x' } }] }] }] },
      'logs (resourceLogs): export them to /v1/logs',
    ],
    ['/v1/logs', traces(span(30)), 'traces (resourceSpans): export them to /v1/traces'],
    ['/v1/traces', [{ traceId: traceIdOf(30), id: '1'.repeat(16) }], 'Zipkin v2'],
    ['/v1/traces', { data: [{ traceID: traceIdOf(30), spans: [], processes: {} }] }, 'Jaeger JSON'],
    ['/v1/traces', `${JSON.stringify(traces(span(30)))}\n${JSON.stringify(traces(span(30)))}\n`, 'JSON lines'],
    ['/v1/traces', { scopeSpans: [{ spans: [span(30)] }] }, 'without its envelope'],
    ['/v1/traces', [span(30)], 'without their envelope'],
    ['/', { hello: 'world' }, 'JSON with "hello"'],
  ])('%s is told what it looks like, and counted', async (path, body, look) => {
    const before = await refused();
    const [status, answer] = await answerOf(path, body);
    expect(status).toBe(200);
    expect(answer.partialSuccess?.errorMessage).toContain(look);
    const after = await refused();
    expect(after.requests - before.requests).toBe(1);
    expect(after.last?.message).toContain(look);
    expect((await spoor.get(`/v1/traces/${traceIdOf(30)}`)).status).toBe(404);
  });

  it('in protobuf is told the same, and a body that is nothing is refused with a hint', async () => {
    const logs = protobufFromLogsJson({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: '5' }] }] }] });
    const told = await spoor.post('/v1/traces', logs as Uint8Array<ArrayBuffer>);
    expect([told.status, Buffer.from(await told.arrayBuffer()).toString()]).toEqual([
      200,
      expect.stringContaining('It looks like logs: export them to /v1/logs.'),
    ]);
    const wrongType = await spoor.post('/v1/traces', JSON.stringify(traces(span(30))), {
      'content-type': 'application/x-protobuf',
    });
    expect([wrongType.status, Buffer.from(await wrongType.arrayBuffer()).toString()]).toEqual([
      400,
      expect.stringContaining('Content-Type should be application/json'),
    ]);
  });

  it('is not one with nothing in it, and a list for another path beside good spans is named', async () => {
    const before = await refused();
    expect(await answerOf('/v1/traces', {})).toEqual([200, {}]);
    expect(await answerOf('/v1/traces', { resourceSpans: [{ resource: {}, scopeSpans: [] }] })).toEqual([200, {}]);
    expect(await refused()).toEqual(before);
    const both = { ...traces(span(31)), resourceLogs: [{ scopeLogs: [] }] };
    const [, answer] = await answerOf('/v1/traces', both);
    expect(answer.partialSuccess).toEqual({
      rejectedSpans: '0',
      errorMessage: 'ignored: resourceLogs, which /v1/logs takes',
    });
  });
});

describe('other forms that are understood', () => {
  it('instrumentation libraries of before 2022', async () => {
    const request = {
      resourceSpans: [
        { instrumentationLibrarySpans: [{ instrumentationLibrary: { name: 'lib' }, spans: [span(40)] }] },
      ],
    };
    expect(await answerOf('/v1/traces', request)).toEqual([200, {}]);
    expect((await spoor.get(`/v1/traces/${traceIdOf(40)}`)).status).toBe(200);
  });

  it("what Tempo's API answers", async () => {
    const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
    const spans = [span(41, { traceId: base64(traceIdOf(41)), spanId: base64('1'.repeat(16)) })];
    expect(await answerOf('/v1/traces', { batches: [{ scopeSpans: [{ spans }] }] })).toEqual([200, {}]);
    expect((await spoor.get(`/v1/traces/${traceIdOf(41)}`)).status).toBe(200);
  });
});
