/** Clients of Jaeger and Zipkin: the requests that they make, and what they read of the answers, from outside the process. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { traceRequest } from '../../core/samples/otlp-builder';
import { askAt, CALL_ID, COMPAT_SPANS, MS, queryText as q, ROOT_ID, SHORT, TRACE } from '../fixtures/compat-clients';
import { preparedFolder } from '../fixtures/prepared-folder';
import { type RunningSpoor, startSpoor } from '../fixtures/spoor';
import { drawnSpans, T0, traceIdOf } from '../fixtures/traces';

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
