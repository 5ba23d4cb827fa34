/** Clients of Tempo, Jaeger and Zipkin: the requests that they make, and what they read of the answers, from outside the process. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SampleSpan, traceRequest } from '../../core/samples/otlp-builder';
import { PROTOCOLS } from '../../services/gateway/compat/protocols';
import { type RunningSpoor, runSpoor, startSpoor, temporaryFolder } from '../fixtures/spoor';
import {
  INSTANT_RESPONSE,
  RANGE_RESPONSE,
  refused,
  SEARCH_RESPONSE,
  TAG_NAMES_RESPONSE,
  TAG_VALUES_RESPONSE,
  TAGS_RESPONSE,
  traceByIdResponse,
  traceMessage,
} from '../fixtures/tempo-answers';
import { drawnSpans, T0, traceIdOf } from '../fixtures/traces';

const TRACE = 'ab'.repeat(16);
const SHORT = `${'0'.repeat(16)}00000000000000cd`;
const ROOT_ID = '1'.repeat(16);
const CALL_ID = '2'.repeat(16);
const DB_ID = '3'.repeat(16);
const MS = 1_000_000n;
const START_S = Number(T0 / 1_000_000_000n);

const span = (more: Partial<SampleSpan>): SampleSpan => ({
  traceId: TRACE,
  spanId: ROOT_ID,
  service: 'shop',
  name: 'POST /orders',
  kind: 2,
  startNs: T0,
  endNs: T0 + 100n * MS,
  ...more,
});

const SPANS: readonly SampleSpan[] = [
  span({ attributes: { 'http.route': '/orders', 'http.response.status_code': 500, ratio: 0.5 }, error: 'no stock' }),
  span({
    spanId: CALL_ID,
    parentSpanId: ROOT_ID,
    name: 'GET stock',
    kind: 3,
    startNs: T0 + 10n * MS,
    endNs: T0 + 60n * MS,
    attributes: { 'server.address': 'stock.example', 'http.response.status_code': '200' },
    links: [{ traceId: SHORT, spanId: '4'.repeat(16) }],
  }),
  span({
    spanId: DB_ID,
    parentSpanId: CALL_ID,
    service: 'stock',
    name: 'GET /stock',
    startNs: T0 + 20n * MS,
    endNs: T0 + 50n * MS,
    attributes: { 'http.response.status_code': 200, 'a/b': 'slash' },
    events: [{ name: 'cache miss', timeNs: T0 + 21n * MS }],
  }),
  span({
    traceId: SHORT,
    spanId: '5'.repeat(16),
    parentSpanId: '6'.repeat(16),
    service: 'late',
    name: 'orphan',
    startNs: T0 + 1_000n * MS,
    endNs: T0 + 1_001n * MS,
  }),
];

let spoor: RunningSpoor;
let open: RunningSpoor;
let folders: Awaited<ReturnType<typeof temporaryFolder>>[];
beforeAll(async () => {
  folders = [await temporaryFolder(), await temporaryFolder()];
  [spoor, open] = await Promise.all([
    startSpoor(folders[0]?.path ?? ''),
    startSpoor(folders[1]?.path ?? '', ['--compat-without-token']),
  ]);
  expect((await spoor.post('/v1/traces', traceRequest(SPANS))).status).toBe(200);
}, 240_000);
afterAll(async () => {
  await Promise.all([spoor?.stop(), open?.stop()]);
  for (const folder of folders) await folder.remove();
});

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of an answer, it says
  readonly body: any;
}

async function ask(path: string, headers: Record<string, string> = {}, method = 'GET', body?: string): Promise<Answer> {
  const response = await fetch(spoor.ready.ui + path, {
    method,
    headers: { authorization: `Bearer ${spoor.ready.token}`, ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const text = new TextDecoder().decode(bytes);
  const type = response.headers.get('content-type') ?? '';
  const isJson = type.startsWith('application/json');
  return {
    status: response.status,
    type,
    text,
    bytes,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : null,
  };
}

const q = (parameters: Record<string, string | number>): string =>
  new URLSearchParams(Object.entries(parameters).map(([key, value]) => [key, String(value)])).toString();
const IN_TIME = { start: START_S - 10, end: START_S + 10 };

describe('Tempo', () => {
  it('says that it is there', async () => {
    expect(await ask('/tempo/api/echo')).toMatchObject({ status: 200, text: 'echo' });
    expect(await ask('/tempo/ready')).toMatchObject({ status: 200, text: 'ready\n' });
    expect((await ask('/tempo/api/status/buildinfo')).body).toMatchObject({ version: expect.stringContaining('.') });
  });

  it('gives a search as Grafana decodes it, with tested and selected values in their types', async () => {
    const traceql =
      '{ span.http.response.status_code = 200 || status = error } | by(resource.service.name) | select(span.ratio)';
    const { status, body } = await ask(`/tempo/api/search?${q({ q: traceql, limit: 20, spss: 1, ...IN_TIME })}`);
    expect([status, refused(body, SEARCH_RESPONSE)]).toEqual([200, []]);
    const [trace] = body.traces;
    expect(trace).toMatchObject({
      traceID: TRACE,
      rootServiceName: 'shop',
      rootTraceName: 'POST /orders',
      startTimeUnixNano: String(T0),
      durationMs: 100,
      serviceStats: { shop: { spanCount: 2, errorCount: 1 }, stock: { spanCount: 1, errorCount: 0 } },
    });
    expect(trace.spanSet).toEqual(trace.spanSets[0]);
    expect(trace.spanSets).toEqual([
      {
        spans: [
          {
            spanID: ROOT_ID,
            name: 'POST /orders',
            startTimeUnixNano: String(T0),
            durationNanos: '100000000',
            attributes: [
              { key: 'http.response.status_code', value: { intValue: '500' } },
              { key: 'status', value: { stringValue: 'error' } },
              { key: 'service.name', value: { stringValue: 'shop' } },
              { key: 'ratio', value: { doubleValue: 0.5 } },
            ],
          },
        ],
        matched: 1,
        attributes: [{ key: 'by(resource.service.name)', value: { stringValue: 'shop' } }],
      },
      {
        spans: [expect.objectContaining({ spanID: DB_ID })],
        matched: 1,
        attributes: [{ key: 'by(resource.service.name)', value: { stringValue: 'stock' } }],
      },
    ]);
    expect(body.metrics).toEqual({ totalJobs: 1, completedJobs: 1 });
  });

  it('finds everything where nothing is asked, traces that overlap the range, and tags of older clients', async () => {
    const ids = async (parameters: Record<string, string | number>) =>
      (await ask(`/tempo/api/search?${q(parameters)}`)).body.traces.map(({ traceID }: { traceID: string }) => traceID);
    expect(await ids({})).toEqual([SHORT, TRACE]);
    expect(await ids({ limit: 1 })).toEqual([SHORT]);
    expect(await ids({ q: '{}', ...IN_TIME, limit: 4_000_000_000 })).toEqual([SHORT, TRACE]);
    expect(await ids({ start: START_S - 20, end: START_S - 10 })).toEqual([]);
    expect(await ids({ tags: 'service.name=sho http.route="/ORD"', minDuration: '100ms', maxDuration: '1s' })).toEqual([
      TRACE,
    ]);
    expect(await ids({ tags: 'service.name=late', minDuration: '5ms' })).toEqual([]);
    expect(await ids({ tags: 'error=true name=GET' })).toEqual([TRACE]);
  });

  it.each([
    ['search?q=%7B%20foo%20%7D', /^invalid TraceQL query: parse error at line 1, col 3: /],
    ['search?q=%7B%7D&tags=a%3Db', /can't specify tags and q/],
    ['search?limit=0', /^invalid limit/],
    ['search?limit=many', /^invalid limit/],
    ['search?start=5&end=4', /start must be before end/],
    ['search?start=yesterday', /could not parse 'start'/],
    ['search?minDuration=5', /^invalid minDuration/],
    ['search?q=%7B%7D%7Crate()', /numbers over time/],
    ['traces/xyz', /^trace IDs/],
    [`v2/traces/${'a'.repeat(33)}`, /^trace IDs/],
    ['v2/search/tag/not%20one/values', /^invalid tag name/],
    ['v2/search/tags?scope=galaxy', /^invalid scope/],
    ['metrics/query_range?q=%7B%7D', /not a metrics query/],
    ['metrics/query_range', /q is empty/],
    ['metrics/query_range?q=%7B%7D%7Crate()&step=-5s', /step must be positive/],
    ['metrics/query_range?q=%7B%7D%7Crate()&step=1ms&since=24h', /at most 2000/],
  ])('refuses %s in plain text', async (path, message) => {
    const { status, type, text } = await ask(`/tempo/api/${path}`);
    expect([status, type]).toEqual([400, 'text/plain; charset=utf-8']);
    expect(text).toMatch(message);
  });

  it('gives a trace as protobuf, as it was sent', async () => {
    const accept = { accept: 'application/protobuf' };
    const v2 = await ask(`/tempo/api/v2/traces/${TRACE.toUpperCase()}?${q(IN_TIME)}`, accept);
    expect([v2.status, v2.type]).toEqual([200, 'application/protobuf']);
    const { trace, status, message } = traceByIdResponse(v2.bytes);
    expect([status, message]).toEqual([undefined, undefined]);
    const v1 = await ask(`/tempo/api/traces/${TRACE}`, accept);
    expect(traceMessage(v1.bytes).resourceSpans).toEqual(trace.resourceSpans);
    const spans = trace.resourceSpans.flatMap((one: { scopeSpans: { spans: object[] }[] }) =>
      one.scopeSpans.flatMap((scope) => scope.spans),
    );
    expect(spans).toHaveLength(3);
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
    const root = spans.find(({ spanId }: { spanId: Uint8Array }) => hex(spanId) === ROOT_ID);
    expect(hex(root.traceId)).toBe(TRACE);
    expect(root).toMatchObject({
      name: 'POST /orders',
      startTimeUnixNano: String(T0),
      status: { message: 'no stock' },
    });
    const keys = root.attributes.map(({ key }: { key: string }) => key);
    expect(keys).toEqual(['http.route', 'http.response.status_code', 'ratio']);
  });

  it('gives a trace as JSON with ids in base64, and one with a short id', async () => {
    const { body } = await ask(`/tempo/api/v2/traces/${TRACE}`);
    const [first] = body.trace.resourceSpans;
    expect(first.resource.attributes[0]).toEqual({ key: 'service.name', value: { stringValue: 'shop' } });
    const [root, call] = first.scopeSpans[0].spans;
    expect(root).toMatchObject({
      traceId: Buffer.from(TRACE, 'hex').toString('base64'),
      spanId: Buffer.from(ROOT_ID, 'hex').toString('base64'),
      kind: 'SPAN_KIND_SERVER',
      startTimeUnixNano: String(T0),
      status: { code: 'STATUS_CODE_ERROR', message: 'no stock' },
    });
    expect(root).not.toHaveProperty('parentSpanId');
    expect(call.links[0].traceId).toBe(Buffer.from(SHORT, 'hex').toString('base64'));
    expect((await ask('/tempo/api/traces/cd')).body.batches).toHaveLength(1);
  });

  it('knows no other trace: 404 in the first version, an empty one in the second', async () => {
    expect(await ask('/tempo/api/traces/1234')).toMatchObject({ status: 404, text: 'trace not found' });
    const { status, bytes } = await ask('/tempo/api/v2/traces/1234', { accept: 'application/protobuf' });
    expect([status, traceByIdResponse(bytes)]).toEqual([200, { trace: {}, metrics: {} }]);
  });

  it('lists tags by scope, and values with their types', async () => {
    const { body: tags } = await ask('/tempo/api/v2/search/tags?limit=1000');
    expect(refused(tags, TAGS_RESPONSE)).toEqual([]);
    const scope = (name: string) => tags.scopes.find((one: { name: string }) => one.name === name).tags;
    expect(scope('span')).toEqual(['a/b', 'http.response.status_code', 'http.route', 'ratio', 'server.address']);
    expect(scope('resource')).toContain('service.name');
    expect(scope('intrinsic')).toEqual(expect.arrayContaining(['duration', 'name', 'status', 'kind']));
    expect((await ask('/tempo/api/v2/search/tags?scope=resource')).body.scopes).toHaveLength(1);
    const { body: names } = await ask('/tempo/api/search/tags');
    expect(refused(names, TAG_NAMES_RESPONSE)).toEqual([]);
    expect(names.tagNames).toEqual(expect.arrayContaining(['http.route', 'service.name']));
    const values = async (tag: string, more = {}) => {
      const { body } = await ask(`/tempo/api/v2/search/tag/${encodeURIComponent(tag)}/values?${q(more)}`);
      expect(refused(body, TAG_VALUES_RESPONSE)).toEqual([]);
      return body.tagValues.map(({ type, value }: { type: string; value: string }) => `${type} ${value}`).sort();
    };
    expect(await values('span.http.response.status_code')).toEqual(['int 200', 'int 500', 'string 200']);
    expect(await values('.http.route')).toEqual(['string /orders']);
    expect(await values('resource.service.name', { q: '{ span.x = }' })).toHaveLength(3);
    expect(await values('resource.service.name', { q: '{ status = error }' })).toEqual(['string shop']);
    expect(await values('name', { q: '{ resource.service.name = "stock" }' })).toEqual(['string GET /stock']);
    expect(await values('status')).toEqual(['keyword error', 'keyword ok', 'keyword unset']);
    expect(await values('duration')).toEqual([]);
    expect(await values('event:name')).toEqual(['string cache miss', 'string exception']);
    expect(await values('span.http.response.status_code', { limit: 1 })).toHaveLength(1);
    // Grafana writes the slash of a tag as it is.
    expect((await ask('/tempo/api/v2/search/tag/span.a/b/values')).body.tagValues).toEqual([
      { type: 'string', value: 'slash' },
    ]);
    expect((await ask('/tempo/api/search/tag/service.name/values')).body.tagValues).toEqual(['late', 'shop', 'stock']);
  });

  it('counts over time, with typed labels, durations in seconds, and exemplars', async () => {
    const range = async (traceql: string, more = {}) => {
      const { status, body } = await ask(
        `/tempo/api/metrics/query_range?${q({ q: traceql, step: '10s', ...IN_TIME, ...more })}`,
      );
      expect([status, refused(body, RANGE_RESPONSE)]).toEqual([200, []]);
      return body.series;
    };
    const [all] = await range('{ } | count_over_time()', { exemplars: 5 });
    expect(all.labels).toEqual([{ key: '__name__', value: { stringValue: 'count_over_time' } }]);
    // A sample stands at the end of its step.
    expect(all.samples).toEqual([{ timestampMs: String((START_S + 10) * 1_000), value: 4 }]);
    expect(all.exemplars.map(({ labels }: { labels: object[] }) => labels[0])).toEqual(
      [SHORT, TRACE].map((id) => ({ key: 'trace:id', value: { stringValue: id } })),
    );
    const byCode = await range('{ } | count_over_time() by(span.http.response.status_code)');
    const labels = byCode.map((one: { labels: { value: object }[] }) => JSON.stringify(one.labels[0]?.value)).sort();
    expect(labels).toEqual([
      '{"intValue":"200"}',
      '{"intValue":"500"}',
      '{"stringValue":"200"}',
      '{"stringValue":"nil"}',
    ]);
    const [longest] = await range('{ } | max_over_time(duration)');
    expect(longest.samples[0].value).toBeCloseTo(0.1, 9);
    const buckets = await range('{ } | histogram_over_time(duration)');
    expect(buckets[0].labels[0]).toEqual({ key: '__bucket', value: { doubleValue: expect.any(Number) } });
    expect(buckets[0].labels[0].value.doubleValue).toBeLessThan(1);
    const quantiles = await range('{ } | quantile_over_time(duration, .5, .9)');
    expect(quantiles.map((one: { labels: object[] }) => one.labels[0])).toEqual([
      { key: 'p', value: { doubleValue: 0.5 } },
      { key: 'p', value: { doubleValue: 0.9 } },
    ]);
    expect(await range('{ name = "nobody" } | rate()')).toEqual([]);
    const { body: instant } = await ask(
      `/tempo/api/metrics/query?${q({ q: '{ } | count_over_time() by(resource.service.name)', ...IN_TIME })}`,
    );
    expect(refused(instant, INSTANT_RESPONSE)).toEqual([]);
    expect(instant.series).toEqual(
      expect.arrayContaining([
        { labels: [{ key: 'resource.service.name', value: { stringValue: 'shop' } }], value: 2 },
      ]),
    );
  });
});

describe('Jaeger', () => {
  const times = { 'query.startTimeMin': '2023-11-14T22:13:10.000Z', 'query.startTimeMax': '2023-11-14T22:14:00.000Z' };

  it('answers the third version as its pages check it', async () => {
    expect((await ask('/jaeger/api/v3/services')).body).toEqual({ services: ['late', 'shop', 'stock'] });
    expect((await ask('/jaeger/api/v3/operations?service=shop')).body).toEqual({
      operations: [
        { name: 'GET stock', spanKind: 'client' },
        { name: 'POST /orders', spanKind: 'server' },
      ],
    });
    const attributes = JSON.stringify({ 'http.response.status_code': '500', error: 'true' });
    const asked = {
      ...times,
      'query.serviceName': 'shop',
      'query.searchDepth': 20,
      'query.durationMin': '100ms',
      'query.attributes': attributes,
    };
    expect((await ask(`/jaeger/api/v3/trace-summaries?${q(asked)}`)).body).toEqual({
      summaries: [
        {
          traceId: TRACE,
          rootServiceName: 'shop',
          rootOperationName: 'POST /orders',
          minStartTimeUnixNano: String(T0),
          maxEndTimeUnixNano: String(T0 + 100n * MS),
          spanCount: 3,
          errorSpanCount: 1,
          orphanSpanCount: 0,
          services: [
            { name: 'shop', spanCount: 2, errorSpanCount: 1 },
            { name: 'stock', spanCount: 1, errorSpanCount: 0 },
          ],
        },
      ],
    });
    const { body } = await ask(`/jaeger/api/v3/trace-summaries?${q({ ...times, 'query.serviceName': 'late' })}`);
    expect(body.summaries).toMatchObject([{ traceId: SHORT, orphanSpanCount: 1 }]);
    const all = (await ask(`/jaeger/api/v3/traces?${q(asked)}`)).body.result.resourceSpans;
    const ids = all.flatMap(({ scopeSpans }: { scopeSpans: { spans: { traceId: string }[] }[] }) =>
      scopeSpans.flatMap(({ spans }) => spans.map(({ traceId }) => traceId)),
    );
    expect(ids).toEqual([TRACE, TRACE, TRACE]);
    const { result } = (await ask(`/jaeger/api/v3/traces/${TRACE}`)).body;
    expect(result.resourceSpans[0].scopeSpans[0].spans[0]).toMatchObject({
      traceId: TRACE,
      kind: 2,
      status: { code: 2 },
    });
  });

  it('gives a trace with processes, references, tags and logs, in microseconds', async () => {
    const { body } = await ask(`/jaeger/api/traces/${TRACE}?prettyPrint=true`);
    expect(body).toMatchObject({ total: 0, limit: 0, offset: 0, errors: null });
    const [trace] = body.data;
    const [root, call, db] = trace.spans;
    expect(trace.processes[root.processID].serviceName).toBe('shop');
    expect(trace.processes[db.processID].serviceName).toBe('stock');
    expect(root).toMatchObject({
      operationName: 'POST /orders',
      startTime: Number(T0 / 1_000n),
      duration: 100_000,
      references: [],
    });
    expect(call.references).toEqual([
      { refType: 'CHILD_OF', traceID: TRACE, spanID: ROOT_ID },
      { refType: 'FOLLOWS_FROM', traceID: SHORT, spanID: '4'.repeat(16) },
    ]);
    expect(root.tags).toEqual(
      expect.arrayContaining([
        { key: 'http.response.status_code', type: 'int64', value: 500 },
        { key: 'span.kind', type: 'string', value: 'server' },
        { key: 'error', type: 'bool', value: true },
        { key: 'otel.library.name', type: 'string', value: 'shop-instrumentation' },
      ]),
    );
    expect(db.logs).toEqual([
      { timestamp: Number((T0 + 21n * MS) / 1_000n), fields: [{ key: 'event', type: 'string', value: 'cache miss' }] },
    ]);
  });

  it('answers older pages', async () => {
    expect((await ask('/jaeger/api/services')).body).toMatchObject({
      data: ['late', 'shop', 'stock'],
      total: 3,
      errors: null,
    });
    expect((await ask('/jaeger/api/services/shop/operations')).body.data).toEqual(['GET stock', 'POST /orders']);
    expect((await ask('/jaeger/api/operations?service=shop&spanKind=server')).body.data).toEqual([
      { name: 'POST /orders', spanKind: 'server' },
    ]);
    const us = (ns: bigint) => String(ns / 1_000n);
    const asked = {
      service: 'shop',
      operation: 'GET stock',
      start: us(T0 - MS),
      end: us(T0 + 1_000n * MS),
      limit: 20,
      lookback: '1h',
      maxDuration: '',
      minDuration: '',
    };
    const { body } = await ask(`/jaeger/api/traces?${q({ ...asked, tags: '{"server.address":"stock.example"}' })}`);
    expect(body.data.map(({ traceID }: { traceID: string }) => traceID)).toEqual([TRACE]);
    expect((await ask(`/jaeger/api/traces?${q({ ...asked, tag: 'server.address:elsewhere' })}`)).body.data).toEqual([]);
    const byIds = (await ask(`/jaeger/api/traces?traceID=${TRACE}&traceID=99`)).body;
    expect([byIds.data.length, byIds.errors]).toEqual([
      1,
      [{ code: 404, msg: 'trace not found', traceID: traceIdOf(0x99) }],
    ]);
  });

  it('says who calls whom, and how it goes', async () => {
    const to = Number(T0 / MS) + 60_000;
    expect((await ask(`/jaeger/api/dependencies?${q({ endTs: to, lookback: 3_600_000 })}`)).body.data).toEqual([
      { parent: 'shop', child: 'stock', callCount: 1 },
    ]);
    const metric = async (name: string, more = {}) =>
      (
        await ask(
          `/jaeger/api/metrics/${name}?${q({ service: 'shop', endTs: to, lookback: 3_600_000, step: 60_000, spanKind: 'server', ...more })}`,
        )
      ).body;
    const calls = await metric('calls', { ratePer: 60_000 });
    expect(calls).toMatchObject({
      name: 'service_call_rate',
      type: 'GAUGE',
      metrics: [{ labels: [{ name: 'service_name', value: 'shop' }] }],
    });
    const values = (family: { metrics: { metricPoints: { gaugeValue: { doubleValue: number } }[] }[] }) =>
      family.metrics[0]?.metricPoints.map(({ gaugeValue }) => gaugeValue.doubleValue);
    expect(Math.max(...(values(calls) ?? []))).toBe(1);
    expect(values(await metric('errors'))).toEqual([1]);
    const [latency = 0] = values(await metric('latencies', { quantile: 0.95, groupByOperation: true })) ?? [];
    expect(latency).toBeCloseTo(100, -1);
  });

  it('shows a file in its own form and stores nothing of it', async () => {
    const file = JSON.stringify(traceRequest(drawnSpans(traceIdOf(0xf11e), 'of a file 0..5 shop')));
    const { status, body } = await ask('/jaeger/api/transform', {}, 'POST', file);
    expect([status, body.data[0].spans[0].operationName]).toEqual([200, 'of a file']);
    expect((await ask(`/jaeger/api/traces/${traceIdOf(0xf11e)}`)).status).toBe(404);
    expect((await ask('/jaeger/api/transform', {}, 'POST', '{"no":1')).body.errors[0].code).toBe(400);
    expect((await ask(`/jaeger/api/archive/${TRACE}`, {}, 'POST')).body.errors[0].code).toBe(501);
  });

  it.each([
    ['traces/xyz', 400],
    ['traces/12', 404],
    ['traces?start=soon', 400],
    ['traces?tags=%5B1%5D', 400],
    ['traces?minDuration=2s&maxDuration=1s', 400],
    ['operations', 400],
    ['metrics/latencies?service=shop', 400],
    ['nothing', 404],
  ])('refuses %s in the form of the first version', async (path, code) => {
    const { status, body } = await ask(`/jaeger/api/${path}`);
    expect([status, body]).toEqual([
      code,
      { data: null, total: 0, limit: 0, offset: 0, errors: [{ code, msg: expect.any(String) }] },
    ]);
  });

  it.each([
    ['traces/12', 404],
    ['traces/no', 400],
    ['trace-summaries', 400],
    [`trace-summaries?${q({ ...times, 'query.durationMin': '5' })}`, 400],
    [`trace-summaries?${q({ ...times, 'query.filter': '{}' })}`, 400],
    [`traces?${q({ ...times, 'query.serviceName': 'nobody' })}`, 404],
  ])('refuses %s in the form of the third version', async (path, httpCode) => {
    const { status, body } = await ask(`/jaeger/api/v3/${path}`);
    expect([status, body]).toEqual([httpCode, { error: { httpCode, message: expect.any(String) } }]);
  });
});

describe('Zipkin', () => {
  it('gives names, sorted', async () => {
    expect((await ask('/zipkin/api/v2/services')).body).toEqual(['late', 'shop', 'stock']);
    expect((await ask('/zipkin/api/v2/spans?serviceName=Shop')).body).toEqual(['GET stock', 'POST /orders']);
    expect((await ask('/zipkin/api/v2/remoteServices?serviceName=shop')).body).toEqual(['stock.example']);
    expect((await ask('/zipkin/api/v2/autocompleteKeys')).body).toContain('http.route');
    expect((await ask('/zipkin/api/v2/autocompleteValues?key=http.route')).body).toEqual(['/orders']);
    expect((await ask('/zipkin/health')).body).toEqual({ status: 'UP' });
    expect((await ask('/zipkin/config.json')).body).toMatchObject({
      searchEnabled: true,
      dependency: { enabled: true },
    });
  });

  it('gives a trace by an id of 16 or 32 digits, and several', async () => {
    const { body } = await ask(`/zipkin/api/v2/trace/${TRACE}`);
    expect(body).toHaveLength(3);
    expect(body[1]).toMatchObject({
      traceId: TRACE,
      parentId: ROOT_ID,
      id: CALL_ID,
      kind: 'CLIENT',
      name: 'GET stock',
      timestamp: Number((T0 + 10n * MS) / 1_000n),
      duration: 50_000,
      localEndpoint: { serviceName: 'shop' },
      remoteEndpoint: { serviceName: 'stock.example' },
      tags: { 'http.response.status_code': '200', 'otel.scope.name': 'shop-instrumentation' },
    });
    expect(body[2].annotations).toEqual([{ timestamp: Number((T0 + 21n * MS) / 1_000n), value: 'cache miss' }]);
    const [short] = (await ask(`/zipkin/api/v2/trace/${SHORT.slice(16).toUpperCase()}`)).body;
    expect(short.traceId).toBe(SHORT.slice(16));
    const many = (await ask(`/zipkin/api/v2/traceMany?traceIds=${TRACE},cd,99`)).body;
    expect(many.map((spans: object[]) => spans.length)).toEqual([3, 1]);
  });

  it('searches as its page does', async () => {
    const found = async (more: Record<string, string | number>) => {
      const asked = { endTs: Number(T0 / MS) + 5_000, lookback: 60_000, limit: 10, ...more };
      const { status, body } = await ask(`/zipkin/api/v2/traces?${q(asked)}`);
      return status === 200 ? body.map(([first]: { traceId: string }[]) => first?.traceId) : status;
    };
    expect(await found({})).toEqual([SHORT.slice(16), TRACE]);
    expect(await found({ serviceName: 'SHOP', spanName: 'get stock' })).toEqual([TRACE]);
    expect(await found({ annotationQuery: 'error and http.route=/orders' })).toEqual([TRACE]);
    expect(await found({ annotationQuery: 'cache miss', serviceName: 'shop' })).toEqual([]);
    expect(await found({ annotationQuery: 'cache miss', serviceName: 'stock' })).toEqual([TRACE]);
    expect(await found({ remoteServiceName: 'stock.example' })).toEqual([TRACE]);
    expect(await found({ minDuration: 90_000, maxDuration: 110_000 })).toEqual([TRACE]);
    expect(await found({ lookback: 1 })).toEqual([]);
    expect(await found({ limit: 1 })).toEqual([SHORT.slice(16)]);
    const { body } = await ask(
      `/zipkin/api/v2/dependencies?${q({ endTs: Number(T0 / MS) + 60_000, lookback: 3_600_000 })}`,
    );
    expect(body).toEqual([{ parent: 'shop', child: 'stock', callCount: 1 }]);
  });

  it.each([
    ['trace/99', 404],
    ['trace/xyz', 400],
    [`trace/${'0'.repeat(16)}`, 400],
    ['traceMany', 400],
    [`traceMany?traceIds=${TRACE}`, 400],
    [`traceMany?traceIds=cd,00cd`, 400],
    ['spans', 400],
    ['traces?maxDuration=5', 400],
    ['traces?limit=0', 400],
    ['traces?lookback=0', 400],
    ['dependencies', 400],
  ])('refuses %s in plain text', async (path, code) => {
    const { status, type, text } = await ask(`/zipkin/api/v2/${path}`);
    expect([status, type]).toEqual([code, 'text/plain; charset=utf-8']);
    expect(text.length).toBeGreaterThan(5);
  });
});

describe('large traces', () => {
  it('are cut, and each protocol says so', async () => {
    const id = traceIdOf(0xb16);
    const count = 50_010;
    for (let from = 0; from < count; from += 10_002) {
      const spans = Array.from({ length: 10_002 }, (_, i) =>
        span({
          traceId: id,
          spanId: (from + i + 1).toString(16).padStart(16, '0'),
          name: 'one',
          service: 'big',
          startNs: T0 + BigInt(from + i),
          endNs: T0 + BigInt(from + i + 1),
        }),
      );
      expect((await spoor.post('/v1/traces', traceRequest(spans))).status).toBe(200);
    }
    const said = `The trace has ${count} spans, and this answer has the first 50000 of them.`;
    const tempo = traceByIdResponse(
      (await ask(`/tempo/api/v2/traces/${id}`, { accept: 'application/protobuf' })).bytes,
    );
    expect([tempo.status, tempo.message]).toEqual(['PARTIAL', said]);
    const { data, errors } = (await ask(`/jaeger/api/traces/${id}`)).body;
    expect([data[0].spans.length, data[0].warnings, errors]).toEqual([
      50_000,
      [said],
      [{ code: 206, msg: said, traceID: id }],
    ]);
    const zipkin = await ask(`/zipkin/api/v2/trace/${id}`);
    expect([zipkin.body.length, zipkin.headers.get('warning')]).toEqual([50_000, `199 spoor "${said}"`]);
    // What one answer holds is shared by all of its traces.
    const found = (await ask(`/jaeger/api/traces?${q({ start: Number(T0 / 1_000n) - 10, limit: 1_000_000 })}`)).body;
    const spans = found.data.reduce((sum: number, trace: { spans: object[] }) => sum + trace.spans.length, 0);
    expect(spans).toBeLessThanOrEqual(50_000);
    expect(found.errors.length).toBeGreaterThan(0);
  }, 240_000);
});

describe('long lists and many sets', () => {
  const NOT_ALL = 'Spoor did not look through all of the range.';
  const late = T0 + 2_000n * MS;

  beforeAll(async () => {
    const many = Array.from({ length: 1_001 }, (_, i) =>
      span({
        traceId: traceIdOf(0x10_000 + i),
        spanId: (i + 1).toString(16).padStart(16, '0'),
        service: `many-${i}`,
        name: `one of many ${i}`,
        startNs: late + BigInt(i) * MS,
        endNs: late + BigInt(i + 1) * MS,
      }),
    );
    const wide = Array.from({ length: 1_500 }, (_, i) =>
      span({
        traceId: traceIdOf(0x20_000),
        spanId: (i + 1).toString(16).padStart(16, '0'),
        service: 'wide',
        name: 'one',
        startNs: T0 + BigInt(i),
        endNs: T0 + BigInt(i + 1),
      }),
    );
    for (const spans of [many, wide]) expect((await spoor.post('/v1/traces', traceRequest(spans))).status).toBe(200);
  }, 120_000);

  it('says how many services and operations there are where not all of them are given', async () => {
    for (const [path, of] of [
      ['services', 'services'],
      ['operations', 'operations'],
    ] as const) {
      const { body, headers } = await ask(`/jaeger/api/v3/${path}`);
      expect(body[of].length).toBe(1_000);
      expect(headers.get('warning')).toMatch(
        new RegExp(`^199 spoor "There are 1\\d{3} ${of}; the first 1000 are here\\."$`),
      );
    }
    expect((await ask('/jaeger/api/v3/operations?service=shop')).headers.get('warning')).toBeNull();
  });

  it('says that it has not looked through all where more traces were asked for than an answer has', async () => {
    const tempo = async (limit: number) => (await ask(`/tempo/api/search?${q({ q: '{ }', limit, ...IN_TIME })}`)).body;
    const cut = await tempo(5_000);
    expect(cut.traces.length).toBeLessThanOrEqual(1_000);
    expect(cut.metrics).toEqual({ totalJobs: 1, completedJobs: 0 });
    const enough = await tempo(10);
    expect([enough.traces.length, enough.metrics.completedJobs]).toEqual([10, 1]);
    const range = {
      'query.startTimeMin': '2023-11-14T22:13:10.000Z',
      'query.startTimeMax': '2023-11-14T22:14:00.000Z',
      'query.searchDepth': 5_000,
    };
    expect((await ask(`/jaeger/api/v3/trace-summaries?${q(range)}`)).headers.get('warning')).toContain(NOT_ALL);
    const us = String((T0 - MS) / 1_000n);
    const { errors } = (await ask(`/jaeger/api/traces?${q({ start: us, limit: 5_000 })}`)).body;
    expect(errors).toContainEqual({ code: 206, msg: NOT_ALL });
    const zipkin = { endTs: Number(T0 / MS) + 5_000, lookback: 60_000, limit: 5_000 };
    expect((await ask(`/zipkin/api/v2/traces?${q(zipkin)}`)).headers.get('warning')).toContain(NOT_ALL);
  }, 120_000);

  it('gives a trace its share of an answer, however many sets its spans are in', async () => {
    const sets = async (limit: number) => {
      const traceql = '{ resource.service.name = "wide" } | by(span:id)';
      const { body } = await ask(`/tempo/api/search?${q({ q: traceql, limit, spss: 1, ...IN_TIME })}`);
      const { spanSets } = body.traces[0];
      expect(
        new Set(
          spanSets.map(({ matched, spans }: { matched: number; spans: object[] }) => [matched, spans.length].join()),
        ),
      ).toEqual(new Set(['1,1']));
      return [spanSets.length, body.metrics.completedJobs];
    };
    expect(await sets(20)).toEqual([1_000, 0]);
    expect(await sets(10)).toEqual([1_500, 1]);
  }, 120_000);
});

describe('access', () => {
  const paths = PROTOCOLS.flatMap(({ prefix, routes }) =>
    routes.map(({ method, path }) => [method.toUpperCase(), prefix + path.replace(/:\w+(\{.+?\})?/g, '12')] as const),
  );

  /** With headers that `fetch` would not send. */
  const raw = (
    ui: string,
    method: string,
    path: string,
    headers: Record<string, string>,
  ): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request(new URL(path, ui), { method, headers, setHost: !('host' in headers) }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });

  it('needs the token on every route', async () => {
    for (const [method, path] of paths) {
      expect([path, await raw(spoor.ready.ui, method, path, {})]).toEqual([path, 401]);
      const wrong = { authorization: 'Bearer not-the-token' };
      expect([path, await raw(spoor.ready.ui, method, path, wrong)]).toEqual([path, 401]);
    }
    const { status, body, headers } = await ask('/jaeger/api/services', { authorization: '' });
    expect([status, body.errors[0].code, headers.get('www-authenticate')]).toEqual([401, 401, 'Bearer']);
  });

  it('is refused to pages of other sites and to other names of this machine, token or not', async () => {
    for (const [one, token] of [
      [spoor, true],
      [open, false],
    ] as const) {
      const { ui, token: bearer } = one.ready;
      const known = token ? { authorization: `Bearer ${bearer}` } : {};
      for (const [method, path] of paths) {
        for (const headers of [
          { origin: 'https://evil.example' },
          { origin: 'null' },
          { host: 'evil.example' },
          { 'sec-fetch-site': 'cross-site' },
          { 'sec-fetch-site': 'same-site' },
        ]) {
          expect([
            path,
            headers,
            await raw(ui, method, path, { ...known, ...(headers as Record<string, string>) }),
          ]).toEqual([path, headers, 403]);
        }
      }
    }
  });

  it('needs no token where the user says so, for these routes alone', async () => {
    const { ui } = open.ready;
    for (const path of ['/tempo/api/echo', '/tempo/api/search', '/jaeger/api/v3/services', '/zipkin/api/v2/services']) {
      expect([path, await raw(ui, 'GET', path, {})]).toEqual([path, 200]);
      expect(await raw(ui, 'GET', path, { 'sec-fetch-site': 'same-origin' })).toBe(200);
    }
    for (const path of ['/v1/traces', '/v1/status', '/tempo/../v1/traces', '/zipkin/%2e%2e/v1/traces']) {
      expect([path, await raw(ui, 'GET', path, {})]).toEqual([path, 401]);
    }
  });

  it('is never without a token where other machines reach it', async () => {
    const folder = await temporaryFolder();
    const args = [
      'serve',
      '--data-dir',
      folder.path,
      '--ui',
      '0.0.0.0:0',
      '--otlp-http',
      '127.0.0.1:0',
      '--otlp-grpc',
      '127.0.0.1:0',
    ];
    const { code, stderr } = await runSpoor([...args, '--compat-without-token']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('Leave out --compat-without-token')]);
    await folder.remove();
  });

  it('takes nothing from anybody', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      expect((await ask(`/jaeger/api/traces/${TRACE}`, {}, method)).status).toBe(404);
    }
    expect((await ask('/zipkin/api/v2/spans', {}, 'POST', '[]')).status).toBe(404);
    expect((await ask('/jaeger/api/transform', {}, 'POST', 'x'.repeat(17 * 1024 * 1024))).status).toBe(413);
  });
});
