/** A page of a search in one answer: the store works in short steps, and stops between them when nobody waits any more. */
import type { QueryRequest, QueryResult, TraceListPage } from '../../core/api/search';
import type { TraceListQuery } from '../../core/api/trace-list-query';

/** How long a request without `waitMs` looks for a full page. */
const DEFAULT_BUDGET_MS = 10_000;
const STEP_MS = 250;
const DEFAULT_LIMIT = 50;

interface Lists {
  listTraces(query: TraceListQuery, signal?: AbortSignal): Promise<TraceListPage>;
}

/** Not complete where time was up: what was found so far, and a cursor that goes on. */
export async function wholePage(api: Lists, query: TraceListQuery, signal: AbortSignal): Promise<TraceListPage> {
  const untilMs = endOf(query);
  return filled(api, query, await api.listTraces({ ...query, waitMs: stepUntil(untilMs) }, signal), untilMs, signal);
}

/** The same for TraceQL as it stands. A metric that takes longer than a step is counted in one go. */
export async function wholeResult(
  api: Lists & { query(request: QueryRequest, signal?: AbortSignal): Promise<QueryResult> },
  request: QueryRequest,
  signal: AbortSignal,
): Promise<QueryResult> {
  const untilMs = endOf(request);
  const first = await api.query({ ...request, waitMs: stepUntil(untilMs) }, signal);
  if (first.kind === 'traces') return { kind: 'traces', ...(await filled(api, request, first, untilMs, signal)) };
  const restMs = Math.round(untilMs - performance.now());
  return first.complete || restMs <= 0 || signal.aborted ? first : api.query({ ...request, waitMs: restMs }, signal);
}

/** A page that was begun, as long as there is time and somebody waits for it. */
async function filled(
  api: Lists,
  query: TraceListQuery,
  begun: TraceListPage,
  untilMs: number,
  signal: AbortSignal,
): Promise<TraceListPage> {
  const limit = Number(query.limit ?? DEFAULT_LIMIT);
  let page = begun;
  while (!page.search.complete && page.pagination.nextCursor && performance.now() < untilMs && !signal.aborted) {
    const { data } = page;
    const cursor = page.pagination.nextCursor;
    const waitMs = stepUntil(untilMs);
    const next = await api.listTraces({ ...query, limit: limit - data.length, cursor, waitMs }, signal);
    page = { ...next, data: [...data, ...next.data] };
  }
  return page;
}

function endOf({ waitMs }: TraceListQuery): number {
  return performance.now() + Number(waitMs ?? DEFAULT_BUDGET_MS);
}

/** What is no number is passed on, to be refused. */
function stepUntil(untilMs: number): number {
  return Math.round(Math.max(0, Math.min(STEP_MS, untilMs - performance.now())));
}
