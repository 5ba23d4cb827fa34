/** Clients of Tempo: the requests that they make, and what they read of the answers, from outside the process. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { traceRequest } from '../../core/samples/otlp-builder';
import {
  askAt,
  COMPAT_SPANS,
  DB_ID,
  IN_TIME,
  queryText as q,
  ROOT_ID,
  SHORT,
  START_S,
  TRACE,
} from '../fixtures/compat-clients';
import { preparedFolder } from '../fixtures/prepared-folder';
import { type RunningSpoor, startSpoor } from '../fixtures/spoor';
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
import { T0 } from '../fixtures/traces';

let spoor: RunningSpoor;
let folder: Awaited<ReturnType<typeof preparedFolder>>;
beforeAll(async () => {
  folder = await preparedFolder();
  spoor = await startSpoor(folder.path);
  expect((await spoor.post('/v1/traces', traceRequest(COMPAT_SPANS))).status).toBe(200);
});
afterAll(async () => {
  await spoor?.stop();
  await folder?.remove();
});

const ask = (path: string, headers?: Record<string, string>, method?: string, body?: string) =>
  askAt(spoor, path, headers, method, body);

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

describe('the edges of time', () => {
  const query = encodeURIComponent('{ } | count_over_time()');
  const LAST = '9223372036854775807';

  it('are counted to where the database can count them', async () => {
    const { status, body } = await ask(`/tempo/api/metrics/query?q=${query}&start=0&end=${LAST}`);
    expect([status, body.series[0].value]).toEqual([200, COMPAT_SPANS.length]);
    for (const step of ['', '&step=999999999999', '&step=9223372036s']) {
      const answer = await ask(`/tempo/api/metrics/query_range?q=${query}&start=1&end=${LAST}${step}`);
      expect([step, answer.status, answer.body.series?.[0]?.samples.length]).toEqual([step, 200, expect.any(Number)]);
    }
  });

  it('leave no range without a length', async () => {
    for (const end of ['end=0', 'start=0&end=0', 'end=0&since=1h', `start=${LAST}&end=${LAST}`]) {
      for (const path of ['query', 'query_range']) {
        expect((await ask(`/tempo/api/metrics/${path}?q=${query}&${end}`)).status, end).toBe(400);
      }
    }
  });
});
