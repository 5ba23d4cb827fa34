/** A page of a search in one answer: the store works in short steps, and stops between them when nobody waits any more. */
import type { QueryRequest, QueryResult, TraceListPage } from '../../core/api/search';
import type { TraceListQuery } from '../../core/api/trace-list-query';

/** How long a request without `waitMs` looks for a full page. */
const DEFAULT_BUDGET_MS = 10_000;
const STEP_MS = 250;
const DEFAULT_LIMIT = 50;

interface Lists {
  listTraces(query: TraceListQuery): Promise<TraceListPage>;
}

/** Not complete where time was up: what was found so far, and a cursor that goes on. */
export async function wholePage(api: Lists, query: TraceListQuery, signal: AbortSignal): Promise<TraceListPage> {
  const untilMs = performance.now() + Number(query.waitMs ?? DEFAULT_BUDGET_MS);
  const limit = Number(query.limit ?? DEFAULT_LIMIT);
  const step = (): number => Math.max(0, Math.min(STEP_MS, untilMs - performance.now()));
  let page = await api.listTraces({ ...query, waitMs: step() });
  while (!page.search.complete && page.pagination.nextCursor && performance.now() < untilMs && !signal.aborted) {
    const { data } = page;
    const cursor = page.pagination.nextCursor;
    const next = await api.listTraces({ ...query, limit: limit - data.length, cursor, waitMs: step() });
    page = { ...next, data: [...data, ...next.data] };
  }
  return page;
}

/** The same for TraceQL as it stands. A metric is counted in one go, which others may come in between. */
export async function wholeResult(
  api: Lists & { query(request: QueryRequest): Promise<QueryResult> },
  request: QueryRequest,
  signal: AbortSignal,
): Promise<QueryResult> {
  const first = await api.query({ ...request, waitMs: request.waitMs ?? DEFAULT_BUDGET_MS, limit: request.limit });
  if (first.kind === 'metrics') return first;
  return first.search.complete ? first : { kind: 'traces', ...(await wholePage(api, request, signal)) };
}
