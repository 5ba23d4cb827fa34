/** Lists in answers to agents: pages without a gap, and what an answer says of what it leaves out. */
import { describe, expect, it } from 'vitest';
import type { AgentSummary } from '../../core/api/agents';
import type { SpanDetail, StatusReport } from '../../core/api/contract';
import type { LogListQuery } from '../../core/api/logs';
import type { PageQuery } from '../../core/api/page';
import type { TraceMatchSummary } from '../../core/api/search';
import type { RedGroup, RedMetrics, RedQuery } from '../../core/api/service-metrics';
import type { SessionSummary } from '../../core/api/session';
import type { LogRecord, MetricSummary } from '../../core/api/telemetry';
import type { SpoorApi } from '../../core/operations/operations';
import type { Told } from '../../services/gateway/mcp/answer';
import { Links } from '../../services/gateway/mcp/links';
import type { Asked, Tool } from '../../services/gateway/mcp/tool';
import { getStatus } from '../../services/gateway/mcp/tools/catalogue';
import { listMetrics, searchLogs } from '../../services/gateway/mcp/tools/records';
import { searchTraces } from '../../services/gateway/mcp/tools/search-traces';
import { serviceHealth } from '../../services/gateway/mcp/tools/services';
import { listSessions } from '../../services/gateway/mcp/tools/sessions';
import { listAgents } from '../../services/gateway/mcp/tools/usage';

const LONG = 'a name that is much longer than what a row of an answer has room for, '.repeat(4);
const TIME = '2026-11-30T03:00:00.000000000Z';
const COUNT = 60;

const asked = (api: Partial<SpoorApi>): Asked => ({
  api: api as SpoorApi,
  links: new Links(() => 'http://127.0.0.1:4380'),
  signal: new AbortController().signal,
  progress() {},
});

/** What the API gives of a list: a cursor is where the next page begins. */
function pageOf<T>(all: readonly T[], { limit = 50, cursor = '0' }: PageQuery = {}) {
  const end = Number(cursor) + limit;
  const nextCursor = end < all.length ? String(end) : null;
  return { data: all.slice(Number(cursor), end), pagination: { nextCursor, hasMore: nextCursor !== null } };
}

interface Data {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly nextCursor: string | null;
}

/** All items of all pages; each page is within its size. */
async function allItems(tool: Tool, api: Partial<SpoorApi>, maxBytes: number): Promise<Data['items']> {
  const items = [];
  let cursor: string | null = null;
  do {
    const { text, data }: Told = await tool.call(asked(api), { maxBytes, ...(cursor ? { cursor } : {}) });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxBytes);
    expect(Buffer.byteLength(JSON.stringify(data))).toBeLessThanOrEqual(maxBytes);
    const page: Data = data as unknown as Data;
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && items.length <= COUNT);
  return items;
}

const trace = (i: number): TraceMatchSummary => ({
  traceId: i.toString(16).padStart(32, 'a'),
  rootName: LONG,
  rootService: LONG,
  startTime: TIME,
  durationNs: 123_456_789,
  spanCount: 10_000,
  errorCount: 1_234,
  failedCount: 12,
  services: [LONG],
  inputTokens: 123_456,
  outputTokens: 123_456,
  costUsd: 12.345_678,
  costComplete: true,
  reportedCostUsd: null,
  agentSpanCount: 100,
  sessionId: null,
  userId: null,
  agentName: LONG,
  incomplete: true,
  changes: 0,
  matchedSpans: 1,
  spans: [
    { spanId: 'b'.repeat(16), name: '', service: '', startTime: TIME, durationNs: 1, status: 'error', attributes: {} },
  ],
});

const session = (i: number): SessionSummary => ({
  sessionId: `${i} ${LONG}`,
  traceCount: 1_000,
  failedTraces: 1_000,
  tracesWithErrors: 1_000,
  spanCount: 1,
  startTime: TIME,
  endTime: TIME,
  busyNs: 123_456_789_000,
  agentNames: [LONG, LONG],
  services: [],
  lastRootName: LONG,
  incomplete: false,
  inputTokens: 123_456,
  outputTokens: 123_456,
  costUsd: 12.345_678,
  costComplete: true,
  reportedCostUsd: null,
});

const metric = (i: number): MetricSummary => ({
  id: i + 1,
  name: LONG,
  description: LONG,
  unit: LONG,
  kind: 'exponentialHistogram',
  temporality: null,
  monotonic: false,
  metadata: [],
  services: [LONG, LONG],
  seriesCount: 123_456,
});

const listOf = <T>(one: (i: number) => T): T[] => Array.from({ length: COUNT }, (_, i) => one(i));

describe('pages', () => {
  const [traces, sessions, metrics] = [listOf(trace), listOf(session), listOf(metric)];
  const search = { traceql: LONG, complete: true, progress: 1 };

  it.each([1_000, 2_000, 5_000, 16_000])('tell rows of any length once each, in %i bytes', async (maxBytes) => {
    const foundTraces = await allItems(
      searchTraces,
      { listTraces: async (query) => ({ ...pageOf(traces, query), search }) },
      maxBytes,
    );
    expect(foundTraces.map(({ traceId }) => traceId)).toEqual(traces.map(({ traceId }) => traceId));
    const foundSessions = await allItems(
      listSessions,
      { listSessions: async (query) => pageOf(sessions, query) },
      maxBytes,
    );
    expect(foundSessions.map(({ sessionId }) => Number.parseInt(String(sessionId), 10))).toEqual(
      sessions.map((_, i) => i),
    );
    const foundMetrics = await allItems(
      listMetrics,
      { listMetrics: async (query) => pageOf(metrics, query) },
      maxBytes,
    );
    expect(foundMetrics.map(({ metricId }) => metricId)).toEqual(metrics.map(({ id }) => id));
  });
});

describe('what an answer leaves out', () => {
  const tell = async (tool: Tool, api: Partial<SpoorApi>, args: object = {}) => tool.call(asked(api), args);

  it('is not called nothing where the time of a search was up', async () => {
    const late = { ...pageOf<LogRecord>([]), pagination: { nextCursor: '1', hasMore: true } };
    const search = { complete: false, progress: 0.25, traceql: '{ }' };
    for (const told of [
      await tell(searchLogs, { listLogs: async () => ({ ...late, search }) }),
      // Given up, so that it does not go on for as long as it may.
      await searchTraces.call(
        { ...asked({ listTraces: async () => ({ ...late, data: [], search }) }), signal: AbortSignal.abort() },
        {},
      ),
    ]) {
      expect(told.text).not.toMatch(/matches/);
      expect(told.text).toMatch(/^PARTIAL: time was up after 25 %/m);
      expect(told.data).toMatchObject({ complete: false, nextCursor: expect.any(String) });
    }
    const none = await tell(searchLogs, {
      listLogs: async () => ({ ...pageOf<LogRecord>([]), search: { complete: true, progress: 1 } }),
    });
    expect(none.text).toMatch(/No log record matches/);
    expect(none.data).toMatchObject({ complete: true, partial: null });
  });

  it('is said of logs around a span, all of which are of its service, whatever is looked for', async () => {
    const queries: LogListQuery[] = [];
    const api: Partial<SpoorApi> = {
      getSpan: async () => ({ service: 'a "b"', startTime: TIME, endTime: TIME }) as unknown as SpanDetail,
      listLogs: async (query) => {
        queries.push(query);
        return { ...pageOf<LogRecord>([]), search: { complete: true, progress: 1 } };
      },
    };
    const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
    await tell(searchLogs, api, { ...span, query: 'timeout OR refused' });
    await tell(searchLogs, api, { ...span, query: ' ' });
    expect(queries.map(({ query }) => query)).toEqual([
      '(timeout OR refused) AND service="a \\"b\\""',
      'service="a \\"b\\""',
    ]);
    expect(queries[0]).toMatchObject({ waitMs: 10_000, from: '2026-11-30T02:59:00.000000000Z' });
  });

  it('is said of agents: how many there are, and since when runs are counted', async () => {
    const agent: AgentSummary = {
      name: 'scout',
      runs: 1,
      failedRuns: 0,
      runsWithErrors: 0,
      sessions: 0,
      p50Ns: null,
      p95Ns: null,
      lastSeen: null,
      calls: 1,
      failedCalls: 0,
      models: [],
      inputTokens: 0,
      outputTokens: 0,
      cacheReadTokens: 0,
      costUsd: null,
      costComplete: true,
      reportedCostUsd: null,
    };
    const page = { ...pageOf([agent]), named: 1, total: 1 };
    const all = await tell(listAgents, { listAgents: async () => page });
    expect(all.data).toMatchObject({ complete: true, partial: null });
    const some = await tell(listAgents, { listAgents: async () => ({ ...page, total: 250, countedSince: TIME }) });
    expect(some.data.complete).toBe(false);
    expect(some.data.partial).toMatch(
      /^only the 1 most expensive of 250 agents are listed\. only runs since 2026-11-30/,
    );
  });

  it('is asked for one service alone, and says which groups are in the total only', async () => {
    const values = { p50Ns: null, p95Ns: null, p99Ns: null, steps: [] };
    const group = (service: string, spans: number, operation: string): RedGroup => {
      return { ...values, spans, errors: 1, service, operation, kind: null };
    };
    const red: RedMetrics = {
      from: TIME,
      to: TIME,
      stepSeconds: 60,
      total: { ...values, spans: 7, errors: 0 },
      groups: [group('web', 12, 'PUT /'), group('web', 30, 'GET /')],
      other: { ...values, spans: 7, errors: 0, count: 4 },
    };
    const queries: RedQuery[] = [];
    const redMetrics = async (query: RedQuery) => {
      queries.push(query);
      return red;
    };
    const { data } = await tell(serviceHealth, { redMetrics }, { service: 'web', groupBy: 'operation' });
    expect(queries).toMatchObject([{ service: 'web', groupBy: 'operation' }]);
    expect(data).toMatchObject({ groups: 2, requests: 49, errors: 2, items: [{ requests: 30 }, { requests: 12 }] });
    expect(data.partial).toBe('the 4 least busy groups are in the total only.');
    expect((await tell(serviceHealth, { redMetrics }, { service: 'web' })).data).toMatchObject({ requests: 7 });
  });

  it('is behind the cursor, of problems too', async () => {
    const failed = { state: 'failed', message: LONG };
    const status = {
      version: '1',
      store: { state: 'failed', message: LONG },
      counts: { traces: null, spans: null, logs: null, metricPoints: null },
      bytesOnDisk: null,
      otlpHttp: failed,
      otlpGrpc: failed,
      disk: { full: true },
      refused: { requests: 3 },
    } as unknown as StatusReport;
    expect(await allItems(getStatus, { status: async () => status }, 1_000)).toHaveLength(5);
  });
});
