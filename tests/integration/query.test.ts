/** Searching from outside the process: the HTTP API for TraceQL, live traces, and the command line. */
import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QueryResult, TraceListPage } from '../../core/api/search';
import { traceRequest } from '../../core/samples/otlp-builder';
import { preparedFolder } from '../fixtures/prepared-folder';
import { CLI, eventually, type RunningSpoor, runSpoor, startSpoor, temporaryFolder } from '../fixtures/spoor';
import { drawnSpans, T0, traceIdOf } from '../fixtures/traces';

let spoor: RunningSpoor;
let folder: Awaited<ReturnType<typeof preparedFolder>>;

const send = (n: number, drawing: string): Promise<Response> =>
  spoor.post('/v1/traces', traceRequest(drawnSpans(traceIdOf(n), drawing)));

const query = async <T = QueryResult>(body: object): Promise<{ status: number; body: T }> => {
  const response = await fetch(`${spoor.ready.ui}/v1/query`, {
    method: 'POST',
    headers: { authorization: `Bearer ${spoor.ready.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as T };
};

const list = (text: string) =>
  spoor.get<TraceListPage>(`/v1/traces?${new URLSearchParams({ query: text, limit: '2' })}`);

beforeAll(async () => {
  folder = await preparedFolder();
  spoor = await startSpoor(folder.path);
  for (let n = 1; n <= 5; n++) {
    await send(
      n,
      `
      GET /cart/${n}  ${n * 1000}..${n * 1000 + 100} web
        price         ${n * 1000 + 10}..${n * 1000 + 40} pricing${n % 2 === 0 ? ' !card declined' : ''}
          SELECT      ${n * 1000 + 12}..${n * 1000 + 20} db`,
    );
  }
});
afterAll(async () => {
  await spoor.stop();
  await folder.remove();
});

describe('queries', () => {
  it('find traces by TraceQL and by words, say how, and show the spans that match', async () => {
    const { body } = await list('{ resource.service.name = "pricing" && status = error } | select(span:duration)');
    expect(body.data.map(({ traceId }) => traceId)).toEqual([traceIdOf(4), traceIdOf(2)]);
    expect(body.data[0]).toMatchObject({
      matchedSpans: 1,
      spans: [{ name: 'price', service: 'pricing', status: 'error', attributes: { duration: '30000000' } }],
    });
    expect(body.search).toMatchObject({ complete: true, progress: 1 });
    const words = await list('declined service:web');
    expect(words.body.data.map(({ traceId }) => traceId)).toEqual([traceIdOf(4), traceIdOf(2)]);
    expect(words.body.search.traceql).toMatch(/^\{ resource\.service\.name = "web" \} && \{ text = "declined" \|\|/);
  });

  it('page by a cursor that belongs to one query alone', async () => {
    const first = await query({ query: '{ name = "price" } > { name = "SELECT" }', limit: 2 });
    if (first.body.kind !== 'traces') throw new Error('no traces');
    expect(first.body.data.map(({ rootName }) => rootName)).toEqual(['GET /cart/5', 'GET /cart/4']);
    const cursor = first.body.pagination.nextCursor;
    const rest = await query({ query: '{ name = "price" } > { name = "SELECT" }', limit: 10, cursor });
    if (rest.body.kind !== 'traces') throw new Error('no traces');
    expect(rest.body.data.map(({ rootName }) => rootName)).toEqual(['GET /cart/3', 'GET /cart/2', 'GET /cart/1']);
    expect(rest.body.pagination).toEqual({ nextCursor: null, hasMore: false });
    for (const body of [
      { query: '{ }', cursor },
      { query: '{ name = "price" } > { name = "SELECT" }', cursor: `${cursor}x` },
      { query: '{ name = "price" } > { name = "SELECT" }', cursor: 'forged' },
    ]) {
      expect(await query(body)).toMatchObject({ status: 400, body: { error: { details: [{ field: 'cursor' }] } } });
    }
  });

  it('measure over time', async () => {
    const { body } = await query({
      query: '{ name = "price" } | count_over_time() by(status)',
      from: String(T0),
      to: String(T0 + 6_000_000_000n),
      stepNs: 3_000_000_000,
    });
    expect(body).toMatchObject({ kind: 'metrics', unit: 'count', complete: true, stepNs: 3_000_000_000 });
    if (body.kind !== 'metrics') throw new Error('no metric');
    expect([...body.series].sort((a, b) => ((a.labels.status ?? '') < (b.labels.status ?? '') ? -1 : 1))).toEqual([
      { labels: { status: 'error' }, values: [1, 1] },
      { labels: { status: 'unset' }, values: [1, 2] },
    ]);
    const histogram = await spoor.get(
      `/v1/histogram?${new URLSearchParams({ query: '{ name = "price" }', buckets: '5' })}`,
    );
    expect(histogram.body).toMatchObject({ of: 'spans', complete: true });
  });

  it('say what is wrong, at its column', async () => {
    expect(await query({ query: '{ statis = error }' })).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('Did you mean status?') } },
    });
    expect(await query({ query: '{ name =~ "(a" }' })).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('regular expression') } },
    });
    expect(await query({})).toMatchObject({ status: 400, body: { error: { details: [{ field: 'query' }] } } });
    expect(await query({ query: '{ }', stepNs: 'x' })).toMatchObject({ status: 400 });
  });

  it('take a pattern that explodes elsewhere, and text as text', async () => {
    const { body } = await query({ query: '{ name =~ "(a+)+$" || name = "x\' or 1=1 --" || span.a = "\\\\" }' });
    expect(body).toMatchObject({ data: [] });
  });

  it('name the operations of a service', async () => {
    const { body } = await spoor.get('/v1/operations?service=db');
    expect(body).toMatchObject({ data: [{ service: 'db', name: 'SELECT', kind: 'internal' }] });
  });
});

describe('saved views', () => {
  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(spoor.ready.ui + path, {
      method,
      headers: { authorization: `Bearer ${spoor.ready.token}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: response.status, body: response.status === 204 ? null : await response.json() };
  };

  it('are made, changed by who knows their version, and deleted', async () => {
    const made = await call('POST', '/v1/saved-views', { name: ' Slow ', query: '{ duration > 1s }', last: '1h' });
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'Slow', query: '{ duration > 1s }', last: '1h', from: null, groupBy: null, version: 1 },
    });
    const path = `/v1/saved-views/${(made.body as { id: string }).id}`;
    const edit = { name: 'Slower', query: '{ duration > 2s }', groupBy: 'name' };
    expect(await call('PUT', path, { ...edit, version: 1 })).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await call('PUT', path, { ...edit, version: 1 })).toMatchObject({
      status: 409,
      body: { error: { code: 'CONFLICT' } },
    });
    expect(await call('PUT', path, { ...edit, name: '', version: 2 })).toMatchObject({ status: 400 });
    expect(await call('PUT', path, edit)).toMatchObject({
      status: 400,
      body: { error: { details: [{ field: 'version' }] } },
    });
    expect((await call('GET', '/v1/saved-views')).body).toMatchObject({ data: [{ name: 'Slower', last: null }] });
    expect(await call('DELETE', path)).toMatchObject({ status: 204 });
    expect(await call('DELETE', path)).toMatchObject({ status: 404 });
    expect(await call('PUT', '/v1/saved-views/none', { ...edit, version: 1 })).toMatchObject({ status: 404 });
  });
});

describe('groups', () => {
  it('count spans by a field', async () => {
    const { body } = await spoor.get('/v1/groups?query=%7B%20name%20%3D%20%22price%22%20%7D&by=status');
    expect(body).toMatchObject({
      complete: true,
      data: [
        { value: 'unset', spans: 3, errors: 0 },
        { value: 'error', spans: 2, errors: 2 },
      ],
    });
    const wrong = await spoor.get('/v1/groups?by=1%20%2B%201');
    expect(wrong).toMatchObject({ status: 400, body: { error: { details: [{ field: 'by' }] } } });
  });
});

describe('live traces', () => {
  it('come as they are stored, if they match', async () => {
    const stop = new AbortController();
    const response = await fetch(`${spoor.ready.ui}/v1/live?query=${encodeURIComponent('{ name = "live" }')}`, {
      headers: { authorization: `Bearer ${spoor.ready.token}` },
      signal: stop.signal,
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const reader = response.body?.getReader();
    let text = '';
    const read = async (): Promise<void> => {
      const { value } = (await reader?.read()) ?? {};
      text += new TextDecoder().decode(value);
    };
    await read();
    const startMs = Date.now();
    const at = (ms: number): number => startMs + ms - Number(T0 / 1_000_000n);
    await send(0xa1, `other ${at(0)}..${at(5)} web`);
    await send(0xa2, `live ${at(10)}..${at(15)} web`);
    while (!text.includes('event: trace')) await read();
    expect(text).toContain(`id: ${traceIdOf(0xa2)}`);
    expect(text).not.toContain(traceIdOf(0xa1));
    stop.abort();
    const refused = await spoor.get(`/v1/live?query=${encodeURIComponent('{ nonsense }')}`);
    expect(refused.status).toBe(400);
  });
});

describe('services', () => {
  it('are told with who calls whom, and with rate, errors and durations', async () => {
    const edges = await spoor.get<{ data: object[] }>('/v1/services/edges?to=2023-11-14T22:13:26Z');
    expect(edges.body.data).toEqual([
      {
        caller: 'pricing',
        callee: 'db',
        calls: 5,
        errors: 0,
        timedCalls: 5,
        meanDurationNs: 8_000_000,
        p95Ns: expect.closeTo(8_000_000, -6),
      },
      {
        caller: 'web',
        callee: 'pricing',
        calls: 5,
        errors: 2,
        timedCalls: 5,
        meanDurationNs: 30_000_000,
        p95Ns: expect.closeTo(30_000_000, -6),
      },
    ]);
    const red = await spoor.get<{ groups: { service: string }[] }>(
      '/v1/metrics/red?groupBy=operation&step=60&to=2023-11-14T22:13:26Z',
    );
    expect(red.body).toMatchObject({ stepSeconds: 60, from: '2023-11-14T22:13:00.000000000Z' });
    expect(red.body.groups.find(({ service }) => service === 'pricing')).toMatchObject({
      operation: 'price',
      kind: 'internal',
      spans: 5,
      errors: 2,
    });
    expect((await spoor.get('/v1/metrics/red?groupBy=colour')).status).toBe(400);
    expect((await spoor.get('/v1/services/edges?from=soon')).status).toBe(400);
  });

  it('sort and map what is found by duration', async () => {
    const sorted = await spoor.get<TraceListPage>('/v1/traces?sort=durationNs&limit=3&query=service:web');
    const durations = sorted.body.data.map(({ durationNs }) => durationNs ?? -1);
    expect(durations).toEqual([...durations].sort((a, b) => a - b));
    const next = await spoor.get<TraceListPage>(
      `/v1/traces?sort=-durationNs&query=service:web&cursor=${sorted.body.pagination.nextCursor}`,
    );
    expect(next.status).toBe(400);
    expect((await spoor.get('/v1/traces?sort=colour')).status).toBe(400);
    const heatmap = await spoor.get<{ cells: { count: number }[] }>('/v1/heatmap?buckets=10');
    expect(heatmap.body.cells.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThanOrEqual(5);
  });
});

describe('the command line', () => {
  it('rebuilds the read models', async () => {
    const before = (await spoor.get('/v1/services')).body;
    const rebuilt = await runSpoor(['rebuild', '--data-dir', folder.path]);
    expect(rebuilt).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/100 %\n$/) });
    expect((await spoor.get('/v1/services')).body).toEqual(before);
    expect((await spoor.get('/v1/rebuild')).body).toEqual({ state: 'done', progress: 1, message: null });
  });

  it('searches the Spoor that runs on the folder', async () => {
    const found = await runSpoor(['query', '{ status = error }', '--data-dir', folder.path]);
    expect(found).toMatchObject({ code: 0, stderr: '' });
    expect(found.stdout.split('\n')).toHaveLength(4);
    expect(found.stdout).toContain('web: GET /cart/4');
    const json = await runSpoor(['query', 'declined', '--limit', '1', '--json', '--data-dir', folder.path]);
    expect(JSON.parse(json.stdout)).toMatchObject({ kind: 'traces', data: [{ traceId: traceIdOf(4) }] });
    const metric = await runSpoor([
      'query',
      '{ } | count_over_time() by(resource.service.name)',
      '--data-dir',
      folder.path,
    ]);
    expect(metric.stdout).toMatch(/5\s+.*resource\.service\.name=db/);
    const recent = await runSpoor(['query', '{ name = "price" }', '--from', '1h', '--data-dir', folder.path]);
    expect(recent.stdout).toBe('No trace matches.\n');
  });

  it('says what is wrong in one line', async () => {
    const wrong = await runSpoor(['query', '{ statis = error }', '--data-dir', folder.path]);
    expect(wrong).toMatchObject({ code: 1, stdout: '' });
    expect(wrong.stderr).toMatch(/^spoor: Column 3: .* Did you mean status\?\n$/);
    expect(await runSpoor(['query', '--data-dir', folder.path])).toMatchObject({ code: 2 });
    expect(await runSpoor(['query', '{ }', '--from', 'soon', '--data-dir', folder.path])).toMatchObject({ code: 2 });
    const nobody = await runSpoor(['query', '{ }', '--data-dir', `${folder.path}/nobody`]);
    expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining('No Spoor runs on') });
  });

  it('prints new traces as they come', async () => {
    const child = spawn(process.execPath, [CLI, 'tail', '{ name = "tailed" }', '--data-dir', folder.path]);
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    const exited = new Promise((resolve) => child.once('exit', resolve));
    await eventually(async () => printed.includes('STARTED'));
    const at = Date.now() - Number(T0 / 1_000_000n);
    // It may take a moment until it listens: each of these is new.
    for (let n = 0xb1; !printed.includes('tailed'); n++) {
      await send(n, `tailed ${at}..${at + 5} web`);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
  });
});

describe('a start with a token of its own', () => {
  it('is found by commands that are not told the token, and leaves the kept one as it is', async () => {
    const own = await temporaryFolder();
    const token = 'a-token-of-my-own';
    const running = await startSpoor(own.path, ['--token', token]);
    try {
      expect(running.ready.token).toBe(token);
      await running.post('/v1/traces', traceRequest(drawnSpans(traceIdOf(1), 'GET /own 0..100 web')));
      const found = await runSpoor(['query', '{ name = "GET /own" }', '--data-dir', own.path]);
      expect([found.code, found.stdout]).toEqual([0, expect.stringContaining('GET /own')]);
      expect((await stat(join(own.path, 'given-token'))).mode & 0o777).toBe(0o600);
      const wrong = await runSpoor(['query', '{ }', '--data-dir', own.path, '--token', 'another-token']);
      expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('Authorization: Bearer')]);
      expect(await running.stop()).toBe(0);
      await expect(stat(join(own.path, 'given-token'))).rejects.toThrow('ENOENT');
      // The next start without one has the token of the folder.
      const next = await startSpoor(own.path);
      expect(next.ready.token).not.toBe(token);
      await next.stop();
    } finally {
      await running.stop();
      await own.remove();
    }
  });
});
