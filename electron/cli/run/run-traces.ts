/**
 * What of a run has arrived. Its resource has the run's id, which SDKs take from OTEL_RESOURCE_ATTRIBUTES. A program may set its resource
 * itself and leave that out: then what began meanwhile without any such id is taken for it, and the summary says so.
 */
import { readdir, readFile } from 'node:fs/promises';
import type { StatusResource } from '../../../core/api/http-resources';
import type { LogHistogram } from '../../../core/api/logs';
import type { QueryResult, TraceListPage } from '../../../core/api/search';
import { traceqlOf } from '../../../core/query/plain-search';
import type { RunningApi } from '../../host/running-api';
import { RUN_ID_ATTRIBUTE } from './environment';

const PAGE = 100;
/** More are counted as "at least". */
const MAX_TRACES = 5_000;
/** In which log records are counted; what is not by then is "at least", too. */
const COUNT_MS = 10_000;
/** Between two looks at what has arrived. */
const LOOK_MS = 100;
/** So long nothing new may come before it is enough: exporters of this run send every half second. */
const QUIET_MS = 700;
/** Spans whose parent is still missing, or a process that the program has left behind, may have more to send. */
const QUIET_WAITING_MS = 2_500;
const MS_PER_SECOND = 1_000;

export type ListedTrace = TraceListPage['data'][number];

export interface Run {
  readonly id: string;
  /** Null: of any service. */
  readonly service: string | null;
  readonly startedMs: number;
  /** When the program ended. */
  readonly endedMs: number;
}

export interface Arrived {
  /** How they were found. */
  readonly by: 'id' | 'time';
  readonly traces: readonly ListedTrace[];
  readonly spans: number;
  readonly logRecords: number;
  /** Of any sender: what points are of a run is not known. */
  readonly metricPoints: number;
  /** False: there are more than were counted. */
  readonly complete: boolean;
  /** False: there are more traces than `traces` has, which are the newest. */
  readonly allTraces: boolean;
}

/** Waits until nothing more comes, at most for `waitMs`, or until the signal. */
export async function settled(api: RunningApi, run: Run, waitMs: number, stop: AbortSignal): Promise<void> {
  const deadline = Date.now() + waitMs;
  let last = -1;
  let changedMs = Date.now();
  while (Date.now() < deadline && !stop.aborted) {
    const status = await api.json<StatusResource>('/v1/status');
    const stored = storedOf(status);
    if (stored !== last) {
      last = stored;
      changedMs = Date.now();
    }
    const quietMs = Date.now() - changedMs;
    if (status.queueDepth === 0 && quietMs >= QUIET_MS) {
      const { data } = await page(api, run, idQuery(run));
      const isWhole = data.length > 0 && data.every(({ incomplete }) => !incomplete);
      if (quietMs >= QUIET_WAITING_MS || (isWhole && !(await hasProcesses(run)))) return;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** @param pointsBefore stored before the program began */
export async function arrivedOf(api: RunningApi, run: Run, pointsBefore: number): Promise<Arrived> {
  const { counts } = await api.json<StatusResource>('/v1/status');
  const metricPoints = Math.max(0, (counts.metricPoints ?? 0) - pointsBefore);
  const byId = await found(api, run, 'id');
  if (byId.spans > 0 || byId.logRecords > 0) return { ...byId, metricPoints };
  const byTime = await found(api, run, 'time');
  return { ...(byTime.spans > 0 || byTime.logRecords > 0 ? byTime : byId), metricPoints };
}

/** Of the run's traces those that match a query. @throws StartError where it is no search for traces */
export async function matching(api: RunningApi, query: string, { traces }: Arrived): Promise<readonly ListedTrace[]> {
  const wanted = new Map(traces.map((trace) => [trace.traceId, trace]));
  if (wanted.size === 0) return [];
  const starts = traces.map(({ startTime }) => Date.parse(startTime));
  const from = new Date(Math.min(...starts) - MS_PER_SECOND).toISOString();
  const to = new Date(Math.max(...starts) + MS_PER_SECOND).toISOString();
  const matched: ListedTrace[] = [];
  let cursor: string | null = null;
  do {
    const body: Record<string, unknown> = {
      query: traceqlOf(query),
      from,
      to,
      limit: PAGE,
      ...(cursor === null ? {} : { cursor }),
    };
    const result: QueryResult = await api.json<QueryResult>('/v1/query', body);
    if (result.kind !== 'traces') break;
    matched.push(...result.data.filter(({ traceId }) => wanted.has(traceId)));
    cursor = result.pagination.nextCursor;
  } while (cursor !== null);
  return matched;
}

/** Whether a process of the run goes on: it has the id in its environment, which Linux alone shows. */
async function hasProcesses({ id }: Run): Promise<boolean> {
  const pids = await readdir('/proc').catch(() => []);
  for (const pid of pids) {
    if (!/^\d+$/.test(pid)) continue;
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    if (environment.includes(`${RUN_ID_ATTRIBUTE}=${id}`)) return true;
  }
  return false;
}

function storedOf({ counts }: StatusResource): number {
  return (counts.spans ?? 0) + (counts.logs ?? 0) + (counts.metricPoints ?? 0);
}

function idQuery({ id }: Run): string {
  return `{ resource.${RUN_ID_ATTRIBUTE} = "${id}" }`;
}

async function found(api: RunningApi, run: Run, by: 'id' | 'time'): Promise<Omit<Arrived, 'metricPoints'>> {
  const ofService = run.service === null ? '' : ` && resource.service.name = ${JSON.stringify(run.service)}`;
  const query = by === 'id' ? idQuery(run) : `{ resource.${RUN_ID_ATTRIBUTE} = nil${ofService} }`;
  const traces: ListedTrace[] = [];
  let cursor: string | null = null;
  do {
    const answer: TraceListPage = await page(api, run, query, cursor, by);
    traces.push(...answer.data);
    cursor = answer.pagination.nextCursor;
  } while (cursor !== null && traces.length < MAX_TRACES);
  const logs = await recordsOf(api, run, by);
  return {
    by,
    traces,
    spans: traces.reduce((sum, { matchedSpans }) => sum + matchedSpans, 0),
    logRecords: logs.count,
    complete: cursor === null && logs.complete,
    allTraces: cursor === null,
  };
}

/** By time: those that began while the program ran. */
function page(
  api: RunningApi,
  run: Run,
  query: string,
  cursor: string | null = null,
  by: 'id' | 'time' = 'id',
): Promise<TraceListPage> {
  const search = new URLSearchParams({ query, limit: String(PAGE) });
  if (by === 'time') {
    search.set('from', new Date(run.startedMs).toISOString());
    search.set('to', new Date(run.endedMs + 1).toISOString());
  }
  if (cursor !== null) search.set('cursor', cursor);
  return api.json<TraceListPage>(`/v1/traces?${search}`);
}

async function recordsOf(
  api: RunningApi,
  run: Run,
  by: 'id' | 'time',
): Promise<{ readonly count: number; readonly complete: boolean }> {
  const ofService = run.service === null ? '' : ` AND service=${JSON.stringify(run.service)}`;
  const search = new URLSearchParams({
    query: by === 'id' ? `resource.${RUN_ID_ATTRIBUTE}="${run.id}"` : `NOT resource.${RUN_ID_ATTRIBUTE}:*${ofService}`,
    from: new Date(run.startedMs - MS_PER_SECOND).toISOString(),
    ...(by === 'time' && { to: new Date(run.endedMs + 1).toISOString() }),
    buckets: '1',
    waitMs: String(COUNT_MS),
  });
  const { total, complete } = await api.json<LogHistogram>(`/v1/logs/histogram?${search}`);
  return { count: total, complete };
}
