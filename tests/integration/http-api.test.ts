/** The HTTP API from outside the process. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { protocolsWithToken } from '../../core/api/rpc/websocket';
import { type SampleSpan, traceRequest } from '../../core/samples/otlp-builder';
import { preparedFolder } from '../fixtures/prepared-folder';
import { type RunningSpoor, startSpoor } from '../fixtures/spoor';
import { drawnSpans, T0, traceIdOf } from '../fixtures/traces';

let spoor: RunningSpoor;
let folder: Awaited<ReturnType<typeof preparedFolder>>;

const rich: SampleSpan = {
  traceId: traceIdOf(1),
  spanId: 'ab'.repeat(8),
  service: 'web',
  name: 'GET /a',
  kind: 2,
  startNs: T0,
  endNs: T0 + 100n,
  attributes: { __proto__x: 'a', 'http.response.status_code': 200, ratio: 0.5 },
  events: [{ name: 'e', timeNs: T0 + 1n }],
  error: 'Boom: no',
};

beforeAll(async () => {
  folder = await preparedFolder();
  spoor = await startSpoor(folder.path);
  const hostile = {
    ...rich,
    spanId: 'cd'.repeat(8),
    parentSpanId: rich.spanId,
    attributes: JSON.parse('{"__proto__":"polluted","constructor":"x"}'),
  };
  await spoor.post('/v1/traces', traceRequest([rich, hostile]));
  for (let n = 2; n <= 6; n++)
    await spoor.post('/v1/traces', traceRequest(drawnSpans(traceIdOf(n), `t${n} ${n}..${n + 1}`)));
});
afterAll(async () => {
  await spoor.stop();
  await folder.remove();
});

describe('/v1', () => {
  it('wants the token, from anyone', async () => {
    for (const headers of [
      {},
      { authorization: 'Bearer wrong' },
      { authorization: `Basic ${spoor.ready.token}` },
    ] as Record<string, string>[]) {
      const response = await fetch(`${spoor.ready.ui}/v1/traces`, { headers });
      expect([response.status, ((await response.json()) as { error: { code: string } }).error.code]).toEqual([
        401,
        'UNAUTHORIZED',
      ]);
    }
  });

  it('refuses a body that is no object, wherever one is taken', async () => {
    const { body: description } = await spoor.get('/v1/openapi.json');
    const paths = description.paths as Record<string, Record<string, { requestBody?: object }>>;
    const taken = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { requestBody }]) => (requestBody ? [[method, path] as const] : [])),
    );
    expect(taken.length).toBeGreaterThan(20);
    for (const [method, path] of taken) {
      for (const body of ['null', '[]', '[{}]', '"spanId"', '7', 'true', '{', '']) {
        const response = await fetch(spoor.ready.ui + path.replace(/\{\w+\}/g, 'x'), {
          method: method.toUpperCase(),
          headers: { authorization: `Bearer ${spoor.ready.token}`, 'content-type': 'application/json' },
          body,
        });
        expect(response.status, `${method} ${path} ${body}`).toBe(400);
      }
    }
  });

  it('refuses pages of other origins and rebound names, token or not', async () => {
    const authorization = `Bearer ${spoor.ready.token}`;
    const evil = await fetch(`${spoor.ready.ui}/v1/traces`, {
      headers: { authorization, origin: 'https://evil.example' },
    });
    expect([evil.status, evil.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    const otherPort = await fetch(`${spoor.ready.ui}/v1/traces`, {
      headers: { authorization, origin: 'http://localhost:3000' },
    });
    expect(otherPort.status).toBe(403);
    expect(await statusWithHost('rebound.example')).toBe(403);
  });

  it('reports its status', async () => {
    const { status, body } = await spoor.get('/v1/status');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      version: expect.stringMatching(/^\d+\./),
      store: { state: 'ready' },
      ports: { otlpHttp: Number(new URL(spoor.ready.otlpHttp).port) },
      counts: { traces: 6, spans: 7, logs: 0, metricPoints: 0 },
      queueDepth: 0,
      retention: { days: 14, bytes: 5 * 1024 ** 3, spans: null },
      lastPruning: null,
    });
    expect(body.bytesOnDisk).toBeGreaterThan(1_000_000);
  });

  it('lists traces with every documented field', async () => {
    const { body } = await spoor.get<{ data: object[]; pagination: object }>('/v1/traces?limit=2');
    expect(body.pagination).toEqual({ nextCursor: expect.any(String), hasMore: true });
    expect(Object.keys(body.data[0] as object).sort()).toEqual([
      'agentName',
      'agentSpanCount',
      'changes',
      'costComplete',
      'costUsd',
      'durationNs',
      'errorCount',
      'failedCount',
      'incomplete',
      'inputTokens',
      'matchedSpans',
      'outputTokens',
      'reportedCostUsd',
      'rootName',
      'rootService',
      'services',
      'sessionId',
      'spanCount',
      'spans',
      'startTime',
      'traceId',
      'userId',
    ]);
  });

  it('lists attributes with their frequency, and the values of one', async () => {
    const keys = await spoor.get<{ data: { key: string; spanCount: number }[] }>('/v1/attributes?query=status_code');
    expect(keys.body.data).toEqual([
      { key: 'span.http.response.status_code', valueCount: 1, complete: true, spanCount: expect.any(Number) },
    ]);
    const values = await spoor.get('/v1/attributes/span.http.response.status_code/values?limit=5');
    expect(values.body).toEqual({
      data: [{ value: '200', isText: false, spanCount: keys.body.data[0]?.spanCount }],
      pagination: { nextCursor: null, hasMore: false },
      total: 1,
    });
    expect((await spoor.get('/v1/attributes/http.route/values')).status).toBe(400);
    expect((await spoor.get('/v1/attributes?from=yesterday')).status).toBe(400);
  });

  it('opens a trace with its spans, and a span with everything', async () => {
    const trace = await spoor.get<{ spans: object[] }>(`/v1/traces/${traceIdOf(1).toUpperCase()}`);
    expect(trace.body).toMatchObject({ traceId: traceIdOf(1), spanCount: 2, rootName: 'GET /a' });
    expect(trace.body.spans[0]).toEqual({
      spanId: 'ab'.repeat(8),
      parentSpanId: null,
      name: 'GET /a',
      service: 'web',
      kind: 'server',
      startTime: '2023-11-14T22:13:20.000000000Z',
      durationNs: 100,
      status: 'error',
    });
    const span = await spoor.get<object>(`/v1/traces/${traceIdOf(1)}/spans/${'ab'.repeat(8)}`);
    expect(span.body).toMatchObject({
      attributes: { 'http.response.status_code': 200, ratio: 0.5 },
      events: [{ name: 'e' }, { name: 'exception', attributes: { 'exception.message': 'Boom: no' } }],
      resource: { attributes: { 'service.name': 'web' } },
      scope: { name: 'web-instrumentation', version: '1.0.0' },
      status: { code: 'error', message: 'Boom: no' },
      raw: { resourceSpans: [{ scopeSpans: [{ spans: [{ kind: 2 }] }] }] },
    });
  });

  it('keeps attributes with the names of object internals', async () => {
    const response = await fetch(`${spoor.ready.ui}/v1/traces/${traceIdOf(1)}/spans/${'cd'.repeat(8)}`, {
      headers: { authorization: `Bearer ${spoor.ready.token}` },
    });
    expect(await response.text()).toContain('"__proto__":"polluted"');
  });

  it('deletes a trace, says so, and restores it; keeps notes on its spans', async () => {
    const call = (method: string, path: string, body?: unknown) =>
      fetch(spoor.ready.ui + path, {
        method,
        headers: { authorization: `Bearer ${spoor.ready.token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
    await spoor.post('/v1/traces', traceRequest(drawnSpans(traceIdOf(77), 'short-lived 0..5')));
    const trace = `/v1/traces/${traceIdOf(77)}`;
    const note = `${trace}/spans/0000000000000001/annotation`;
    expect((await call('PUT', note, { bookmarked: true, note: 'here' })).status).toBe(204);
    expect((await call('PUT', note, { bookmarked: 'yes' })).status).toBe(400);
    expect((await call('PUT', note, '{')).status).toBe(400);
    const { body } = await spoor.get<{ data: object[] }>(`${trace}/annotations`);
    expect(body.data).toMatchObject([{ spanId: '0000000000000001', bookmarked: true, note: 'here' }]);
    expect((await call('DELETE', trace)).status).toBe(204);
    expect((await call('DELETE', trace)).status).toBe(404);
    const gone = await spoor.get<{ error: { details: object[] } }>(trace);
    expect(gone.status).toBe(404);
    expect(gone.body.error.details).toMatchObject([{ field: 'traceId', code: 'deleted' }]);
    const restored = await call('POST', `${trace}/actions/restore`);
    expect(await restored.json()).toMatchObject({ traceId: traceIdOf(77), rootName: 'short-lived' });
    expect((await spoor.get(trace)).status).toBe(200);
    expect((await call('DELETE', trace)).status).toBe(204);
  });

  it.each([
    ['/v1/traces?limit=0', 400, 'VALIDATION_ERROR', 'limit'],
    ['/v1/traces?limit=101', 400, 'VALIDATION_ERROR', 'limit'],
    ['/v1/traces?cursor=zzz', 400, 'VALIDATION_ERROR', 'cursor'],
    ['/v1/traces?from=never', 400, 'VALIDATION_ERROR', 'from'],
    ['/v1/traces?sort=cost', 400, 'VALIDATION_ERROR', 'sort'],
    ['/v1/histogram?buckets=-1', 400, 'VALIDATION_ERROR', 'buckets'],
    [`/v1/traces/${'f'.repeat(32)}`, 404, 'NOT_FOUND', 'traceId'],
    ['/v1/traces/not-an-id', 404, 'NOT_FOUND', undefined],
    [`/v1/traces/${traceIdOf(1)}/spans/${'f'.repeat(16)}`, 404, 'NOT_FOUND', undefined],
    ['/v1/nothing', 404, 'NOT_FOUND', undefined],
  ])('answers %s with %d %s', async (path, status, code, field) => {
    const answer = await spoor.get<{
      error: { code: string; message: string; details: { field: string }[]; requestId: string };
    }>(path);
    expect([answer.status, answer.body.error.code, answer.body.error.details[0]?.field]).toEqual([status, code, field]);
    expect(answer.body.error.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('the pages', () => {
  it('come with a policy that runs nothing but our scripts, and nothing beside the build is served', async () => {
    const page = await fetch(`${spoor.ready.ui}/`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    for (const path of [
      '/../package.json',
      '/%2e%2e/package.json',
      '/assets/../../main/cli.js',
      '/token',
      '//etc/passwd',
    ]) {
      expect((await fetch(spoor.ready.ui + path)).status).toBe(404);
    }
  });

  it('talk over a WebSocket that wants token and origin', async () => {
    const url = `${spoor.ready.ui.replace('http', 'ws')}/rpc`;
    expect(await handshake(url, protocolsWithToken(spoor.ready.token))).toBe(101);
    expect(await handshake(url, protocolsWithToken('wrong-token'))).toBe(401);
    expect(await handshake(url, ['spoor.v2'])).toBe(401);
    expect(await handshake(url, protocolsWithToken(spoor.ready.token), 'https://evil.example')).toBe(401);
    expect(await handshake(url.replace('/rpc', '/other'), protocolsWithToken(spoor.ready.token))).toBe(401);
  });
});

function handshake(url: string, protocols: string[], origin?: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, protocols, origin ? { origin } : {});
    socket.on('open', () => {
      socket.close();
      resolve(101);
    });
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode);
      response.destroy();
    });
    socket.on('error', () => {});
  });
}

function statusWithHost(host: string): Promise<number | undefined> {
  const { hostname, port } = new URL(spoor.ready.ui);
  return new Promise((resolve, reject) => {
    request(
      { hostname, port, path: '/v1/status', headers: { host, authorization: `Bearer ${spoor.ready.token}` } },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    )
      .on('error', reject)
      .end();
  });
}

it('refuses a query whose bytes are not UTF-8, and reads one of any script', async () => {
  const ask = async (body: Uint8Array<ArrayBuffer>) => {
    const headers = { authorization: `Bearer ${spoor.ready.token}`, 'content-type': 'application/json' };
    const response = await fetch(`${spoor.ready.ui}/v1/query`, { method: 'POST', headers, body });
    return { status: response.status, text: await response.text() };
  };
  const bytes = (query: string) => new TextEncoder().encode(JSON.stringify({ query }));
  expect((await ask(bytes('{ name = "天气" }'))).status).toBe(200);
  const latin1 = Uint8Array.from(bytes('{ name = "caf?" }'), (byte) => (byte === 0x3f ? 0xe9 : byte));
  const refused = await ask(latin1);
  expect(refused.status).toBe(400);
  expect(refused.text).toContain('not UTF-8');
});
