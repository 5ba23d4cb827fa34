/** Spans of which it is not known how long they took: no end, no start, an end before the start. Nothing counts them as any duration. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentPage } from '../../core/api/agents';
import type { Heatmap } from '../../core/api/contract';
import type { TraceResource } from '../../core/api/http-resources';
import type { MetricResult, SpanGroup, TraceListPage } from '../../core/api/search';
import type { RedMetrics, ServiceEdgeSummary } from '../../core/api/service-metrics';
import type { SessionSummary } from '../../core/api/session';
import { preparedFolder } from '../fixtures/prepared-folder';
import { type RunningSpoor, startSpoor } from '../fixtures/spoor';
import { traceIdOf } from '../fixtures/traces';

let spoor: RunningSpoor;
let folder: Awaited<ReturnType<typeof preparedFolder>>;

const START = 1795900000000000000n;
const MS = 1_000_000n;
const id = (n: number): string => String(n).padStart(16, '0');

function span(trace: number, n: number, service: string, times: object, rest: object = {}) {
  const attributes = { service: { stringValue: service } };
  return {
    resource: { attributes: { 'service.name': service } },
    scopeSpans: [
      {
        spans: [
          { traceId: traceIdOf(trace), spanId: id(n), name: `work ${n}`, kind: 2, attributes, ...times, ...rest },
        ],
      },
    ],
  };
}

const times = (startNs: bigint, endNs: bigint) => ({
  startTimeUnixNano: String(startNs),
  endTimeUnixNano: String(endNs),
});

beforeAll(async () => {
  folder = await preparedFolder();
  spoor = await startSpoor(folder.path);
  const resourceSpans = [
    // Beside a root of 50 ms.
    span(1, 1, 'whole', times(START, START + 50n * MS)),
    span(1, 2, 'open', { startTimeUnixNano: String(START + 1n * MS) }, { parentSpanId: id(1) }),
    span(1, 3, 'back', times(START + 20n * MS, START + 10n * MS), { parentSpanId: id(1) }),
    span(1, 4, 'late', { endTimeUnixNano: String(START + 7n * MS) }, { parentSpanId: id(1) }),
    // Alone.
    span(2, 5, 'open', times(START + 100n * MS, 0n)),
  ];
  const response = await spoor.post('/v1/traces', JSON.stringify({ resourceSpans }), {
    'content-type': 'application/json',
  });
  expect([response.status, await response.json()]).toEqual([200, {}]);
});
afterAll(async () => {
  expect(await spoor.stop()).toBe(0);
  await folder.remove();
});

it.each([
  [1, 2, null, [String(START + 1n * MS), '0']],
  [1, 3, '2026-11-28T21:06:40.010000000Z', [String(START + 20n * MS), String(START + 10n * MS)]],
  [1, 4, null, ['0', String(START + 7n * MS)]],
  [2, 5, null, [String(START + 100n * MS), '0']],
] as const)('of trace %i, span %i says so, and what was sent', async (trace, n, endTime, sent) => {
  const { body } = await spoor.get<{ durationNs: number | null; endTime: string | null; raw: object }>(
    `/v1/traces/${traceIdOf(trace)}/spans/${id(n)}`,
  );
  expect([body.durationNs, body.endTime]).toEqual([null, endTime]);
  const raw = JSON.stringify(body.raw);
  expect(raw).toContain(`"startTimeUnixNano":"${sent[0]}"`);
  expect(raw).toContain(`"endTimeUnixNano":"${sent[1]}"`);
});

it('traces last as long as their spans are known to', async () => {
  const { body } = await spoor.get<TraceResource>(`/v1/traces/${traceIdOf(1)}`);
  expect(body.durationNs).toBe(Number(50n * MS));
  expect(body.spans.map(({ spanId, durationNs }) => [spanId, durationNs])).toEqual([
    [id(1), Number(50n * MS)],
    [id(2), null],
    [id(4), null],
    [id(3), null],
  ]);
  const { body: page } = await spoor.get<TraceListPage>('/v1/traces');
  expect(page.data.map(({ traceId, durationNs }) => [traceId, durationNs])).toEqual([
    [traceIdOf(2), null],
    [traceIdOf(1), Number(50n * MS)],
  ]);
});

it.each(['{ duration < 1h }', '{ duration != 3ms }', '{ duration >= 0s }'])(
  '%s finds the known ones alone',
  async (query) => {
    const { body } = await spoor.get<TraceListPage>(`/v1/traces?${new URLSearchParams({ query })}`);
    expect(body.data.map(({ traceId, matchedSpans }) => [traceId, matchedSpans])).toEqual([[traceIdOf(1), 1]]);
  },
);

it('figures leave them out', async () => {
  const range = 'from=2026-11-28T21:00:00Z&to=2026-11-28T22:00:00Z';
  const { body: red } = await spoor.get<RedMetrics>(`/v1/metrics/red?groupBy=service&${range}`);
  const open = red.groups.find(({ service }) => service === 'open');
  expect([open?.spans, open?.p50Ns, open?.p95Ns]).toEqual([2, null, null]);
  const { body: groups } = await spoor.get<{ readonly data: readonly SpanGroup[] }>(
    `/v1/groups?${new URLSearchParams({ query: '{ name =~ "work.*" }', by: 'resource.service.name' })}&${range}`,
  );
  expect(groups.data.find(({ value }) => value === 'open')).toMatchObject({ spans: 2, p50Ns: null });
  const answer = await fetch(`${spoor.ready.ui}/v1/query`, {
    method: 'POST',
    headers: { authorization: `Bearer ${spoor.ready.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      query: '{ } | min_over_time(duration) by (resource.service.name)',
      from: '2026-11-28T21:00:00Z',
      to: '2026-11-28T22:00:00Z',
    }),
  });
  const { series } = (await answer.json()) as MetricResult;
  expect(JSON.stringify(series)).toContain('whole');
  expect(JSON.stringify(series)).not.toMatch(/open|back|late|-\d{6}/);
  const { body: edges } = await spoor.get<{ readonly data: readonly ServiceEdgeSummary[] }>(
    `/v1/services/edges?${range}`,
  );
  expect(edges.data.map(({ callee, calls, meanDurationNs }) => [callee, calls, meanDurationNs])).toEqual([
    ['back', 1, null],
    ['late', 1, null],
    ['open', 1, null],
  ]);
});

describe('traces of agents, of which one is open, one took no time and one a second', () => {
  const agent = (trace: number, end: object) => {
    const attributes = Object.entries({
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': trace === 11 ? 'open' : 'whole',
      'session.id': trace === 11 ? 'open' : 'whole',
    }).map(([key, stringValue]) => ({ key, value: { stringValue } }));
    const startTimeUnixNano = String(START + BigInt(trace) * 1000n * MS);
    return span(trace, trace, 'agents', { startTimeUnixNano, ...end }, { attributes });
  };
  const endOf = (trace: number, ns: bigint) => ({
    endTimeUnixNano: String(START + BigInt(trace) * 1000n * MS + ns),
  });
  beforeAll(async () => {
    const resourceSpans = [agent(11, {}), agent(12, endOf(12, 0n)), agent(13, endOf(13, 1000n * MS))];
    const { status } = await spoor.post('/v1/traces', { resourceSpans });
    expect(status).toBe(200);
  });
  const inQuery = (query: string, rest: Readonly<Record<string, string>> = {}) =>
    new URLSearchParams({ query, ...rest });
  const AGENTS = '{ resource.service.name = "agents" }';

  it.each([
    // By rows of traces, and by spans.
    [' ', 'durationNs', [12, 1, 13, 11, 2]],
    [' ', '-durationNs', [13, 1, 12, 11, 2]],
    ['{ name =~ "work.*" }', 'durationNs', [12, 1, 13, 11, 2]],
    ['{ name =~ "work.*" }', '-durationNs', [13, 1, 12, 11, 2]],
    [AGENTS, '-durationNs', [13, 12, 11]],
  ])('%s by %s: the open ones come last', async (query, sort, traces) => {
    const { body } = await spoor.get<TraceListPage>(`/v1/traces?${inQuery(query, { sort })}`);
    const ids = body.data.map(({ traceId }) => traceId);
    const isKnown = ({ durationNs }: { readonly durationNs: number | null }): boolean => durationNs !== null;
    expect(ids.slice(0, body.data.filter(isKnown).length)).toEqual(
      traces.filter((n) => n !== 11 && n !== 2).map(traceIdOf),
    );
    expect([...ids].sort()).toEqual(traces.map(traceIdOf).sort());
    const paged: string[] = [];
    for (let cursor = ''; ; ) {
      const page = await spoor.get<TraceListPage>(
        `/v1/traces?${inQuery(query, { sort, limit: '1', ...(cursor && { cursor }) })}`,
      );
      paged.push(...page.body.data.map(({ traceId }) => traceId));
      if (page.body.pagination.nextCursor === null) break;
      cursor = page.body.pagination.nextCursor;
    }
    expect(paged).toEqual(ids);
  });

  it.each([
    ['{ traceDuration < 1ms }', [12]],
    ['{ traceDuration >= 0s }', [13, 12, 1]],
    ['{ traceDuration != 50ms && name =~ "work.*" }', [13, 12]],
  ])('%s finds the known ones alone', async (query, traces) => {
    const { body } = await spoor.get<TraceListPage>(`/v1/traces?${inQuery(query)}`);
    expect(body.data.map(({ traceId }) => traceId)).toEqual(traces.map(traceIdOf));
  });

  it.each([
    // By rows of traces, by spans, and by evaluation of traces.
    ['', 3, 2, 'traces'],
    [AGENTS, 2, 1, 'spans'],
    ['{ name =~ "work.*" } | count() > 0', 3, 2, 'traces'],
  ])('the heatmap of %s says how many it has no place for', async (query, known, unknown, of) => {
    const { body } = await spoor.get<Heatmap>(`/v1/heatmap?${inQuery(query)}`);
    expect(body.cells.reduce((sum, { count }) => sum + count, 0)).toBe(known);
    expect(body).toMatchObject({ of, ofUnknownDuration: unknown, complete: true });
  });

  it('of agents and sessions', async () => {
    const { body: agents } = await spoor.get<AgentPage>('/v1/agents');
    expect(agents.data.map(({ name, runs, p50Ns, p95Ns }) => [name, runs, p50Ns, p95Ns])).toEqual([
      ['whole', 2, 0, 1e9],
      ['open', 1, null, null],
    ]);
    const { body: sessions } = await spoor.get<{ readonly data: readonly SessionSummary[] }>('/v1/sessions');
    expect(sessions.data.map(({ sessionId, busyNs }) => [sessionId, busyNs])).toEqual([
      ['whole', 1e9],
      ['open', null],
    ]);
  });
});
