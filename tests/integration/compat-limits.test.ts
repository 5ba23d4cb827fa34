/** How much clients of Tempo, Jaeger and Zipkin get at once, that they are told of the rest, and who may ask. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { traceRequest } from '../../core/samples/otlp-builder';
import { PROTOCOLS } from '../../services/gateway/compat/protocols';
import {
  askAt,
  COMPAT_SPANS,
  IN_TIME,
  MS,
  queryText as q,
  compatSpan as span,
  TRACE,
} from '../fixtures/compat-clients';
import { preparedFolder } from '../fixtures/prepared-folder';
import { type RunningSpoor, runSpoor, startSpoor, temporaryFolder } from '../fixtures/spoor';
import { traceByIdResponse } from '../fixtures/tempo-answers';
import { T0, traceIdOf } from '../fixtures/traces';

let spoor: RunningSpoor;
let open: RunningSpoor;
let folders: Awaited<ReturnType<typeof preparedFolder>>[];
beforeAll(async () => {
  folders = [await preparedFolder(), await preparedFolder()];
  [spoor, open] = await Promise.all([
    startSpoor(folders[0]?.path ?? ''),
    startSpoor(folders[1]?.path ?? '', ['--compat-without-token']),
  ]);
  expect((await spoor.post('/v1/traces', traceRequest(COMPAT_SPANS))).status).toBe(200);
});
afterAll(async () => {
  await Promise.all([spoor?.stop(), open?.stop()]);
  for (const folder of folders) await folder.remove();
});

const ask = (path: string, headers?: Record<string, string>, method?: string, body?: string) =>
  askAt(spoor, path, headers, method, body);

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
  });
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
  });

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
  });

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
    // A busy machine does not look through all of the range in the time that a search has.
    await expect.poll(() => sets(10), { timeout: 110_000 }).toEqual([1_500, 1]);
  });
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
