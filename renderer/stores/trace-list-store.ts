/**
 * The trace list: pages behind a cursor, and new traces as they come. While the reader stands at the top they slide in; once he
 * has moved away they wait behind a line that says how many, so that nothing jumps under his eyes.
 */
import { create } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { NEWEST_FIRST, type TraceSort } from '../../core/api/trace-list-query';
import type { DeploymentFilter } from '../../core/model/deployment';
import { spanMetricIn } from '../../core/query/span-metrics';
import { foundIn } from '../connection/answer';
import { questions } from '../connection/connection';
import { addressWith, type Chart, type Column, type Explored, exploredIn } from './explore-address';
import type { ListedTrace } from './newest-traces';
import { Paced } from './paced';
import { type Extent, inExtent, type TimeRange } from './time-range';

const PAGE = 100;

type Bounds = ReturnType<typeof inExtent>;

interface TraceListState extends Explored {
  /** New traces wait, wherever the reader stands. */
  readonly paused: boolean;
  readonly traces: readonly ListedTrace[];
  /** Newer than what is shown, not shown yet. */
  readonly waiting: readonly ListedTrace[];
  readonly nextCursor: string | null;
  /** Of range and deployment when `nextCursor` was given: a cursor belongs to them. */
  readonly bounds: Bounds;
  readonly phase: 'loading' | 'ready' | 'failed';
  readonly error: string | null;
  readonly loadingMore: boolean;
  /** How far the first page has been looked for, from 0 to 1; null: it is there. */
  readonly searching: number | null;
  /** How far it was looked when the reader stopped the search: what is shown is not all. Null: he did not. */
  readonly stoppedAt: number | null;
  /** The query as TraceQL. */
  readonly traceql: string;
  /** The trace under the keyboard's cursor, by id: it stays on its trace when others arrive above. */
  readonly cursorId: string | null;
  /** Where the reader was when he left the list; he comes back to it. */
  readonly scrollTopPx: number;
  setCursor(cursorId: string | null): void;
  setScrollTop(px: number): void;
  setQuery(query: string): void;
  setRange(range: TimeRange): void;
  setDeployment(deployment: DeploymentFilter): void;
  setGroupBy(groupBy: string | null): void;
  setSort(sort: TraceSort): void;
  setColumns(columns: readonly Column[]): void;
  setChart(chart: Chart): void;
  /** All of it at once. */
  explore(explored: Explored): void;
  setPaused(paused: boolean): void;
  /** Keeps what was found so far. */
  stopSearching(): void;
  /** Looks for changes. `atTop`: whether new traces may move what is shown. */
  refresh(atTop: boolean, attempt?: number): Promise<void>;
  showWaiting(): void;
  /** It was deleted. */
  forget(traceId: string): void;
  /** From the top: one came back that may belong anywhere. */
  reload(): Promise<void>;
  loadMore(): Promise<void>;
}

const refreshes = new Paced();
/** Looks for one change whose answer was cut off, or failed. */
const MOST_ATTEMPTS = 6;
/** Something changed while a search was under way. */
let isMissed = false;

/** Answers that a later question has overtaken are dropped. */
let question = 0;
/** Of the question that is asked now: what the store does for one before is in vain. */
let current = new AbortController();

export const useTraceList = create<TraceListState>()((set, get) => ({
  ...exploredIn(window.location.search),
  paused: false,
  traces: [],
  waiting: [],
  nextCursor: null,
  bounds: {},
  phase: 'loading',
  error: null,
  loadingMore: false,
  searching: null,
  stoppedAt: null,
  traceql: '{ }',
  cursorId: null,
  scrollTopPx: 0,

  setCursor: (cursorId) => set({ cursorId }),
  setScrollTop: (scrollTopPx) => set({ scrollTopPx }),

  setQuery(query) {
    if (query === get().query) return;
    ask({ query }, set, get);
  },

  setRange(range) {
    ask({ range }, set, get);
  },

  setDeployment(deployment) {
    ask({ deployment }, set, get);
  },

  explore(explored) {
    ask(explored, set, get);
  },

  setGroupBy(groupBy) {
    set({ groupBy });
    remember(get());
  },

  setSort(sort) {
    ask({ sort }, set, get);
  },

  setColumns(columns) {
    set({ columns });
    remember(get());
  },

  setChart(chart) {
    set({ chart });
    remember(get());
  },

  setPaused(paused) {
    set({ paused });
    if (!paused) get().showWaiting();
  },

  stopSearching() {
    question++;
    current.abort();
    const nothing = get().phase === 'loading' ? { traces: [], phase: 'ready' as const } : {};
    set({ searching: null, stoppedAt: get().searching, nextCursor: null, ...nothing });
  },

  async refresh(readerAtTop, attempt = 0) {
    const atTop = readerAtTop && !get().paused;
    // A search that still looks for its first page goes on towards what is older.
    if (get().searching !== null) {
      isMissed = true;
      return;
    }
    // What gives numbers lists nothing.
    if (get().phase !== 'ready' || spanMetricIn(get().query)) {
      await load(set, get);
      return;
    }
    if (!refreshes.mayBegin(() => void get().refresh(readerAtTop, attempt))) return;
    const asked = question;
    const bounds = inExtent(get());
    const answer = await refreshes.timed(firstPage(get(), bounds)).catch(() => null);
    if (asked !== question) return;
    const isWhole = answer?.state === 'complete';
    // What it lacks no later change may tell of.
    if (!isWhole && attempt < MOST_ATTEMPTS) {
      const again = (): void => void get().refresh(readerAtTop, attempt + 1);
      if (refreshes.mayBegin(again)) again();
    }
    if (!answer) return;
    const first = foundIn(answer);
    const { traces } = get();
    if (get().sort !== NEWEST_FIRST) {
      // Where new ones belong only the first page says: whoever reads further down keeps his place.
      if (!atTop || !isWhole || traces.length > PAGE) return;
      set({ traces: first.data, waiting: [], nextCursor: first.pagination.nextCursor, bounds });
      return;
    }
    const known = new Map(traces.map((trace) => [trace.traceId, trace]));
    const fresh = new Map(first.data.map((trace) => [trace.traceId, trace]));
    // Where one page holds all there are, what it lacks was deleted or is no longer what is searched for.
    const isAll = isWhole && first.pagination.nextCursor === null;
    const updated = traces.flatMap((trace) => fresh.get(trace.traceId) ?? (isAll ? [] : trace));
    const added = first.data.filter(({ traceId }) => !known.has(traceId));
    if (isAll) set({ nextCursor: null });
    if (added.length === 0) set({ traces: updated, waiting: [] });
    // A whole page of news may hide a gap behind it: start again from the top.
    else if (atTop && added.length === first.data.length) {
      set({ traces: first.data, waiting: [], nextCursor: first.pagination.nextCursor, bounds });
    } else if (atTop) {
      const isFirst = traces.length === 0;
      set({
        traces: newestFirst([...added, ...updated]),
        waiting: [],
        ...(isFirst && { nextCursor: first.pagination.nextCursor, bounds }),
      });
    } else set({ traces: updated, waiting: added });
  },

  showWaiting() {
    const { waiting, traces } = get();
    if (waiting.length === 0) return;
    if (waiting.length >= PAGE) {
      void load(set, get);
      return;
    }
    set({ traces: newestFirst([...waiting, ...traces]), waiting: [] });
  },

  forget(traceId) {
    const without = (traces: readonly ListedTrace[]) => traces.filter((trace) => trace.traceId !== traceId);
    set({ traces: without(get().traces), waiting: without(get().waiting) });
  },

  reload: () => load(set, get),

  async loadMore() {
    const { nextCursor, loadingMore, query, sort, bounds, phase } = get();
    if (nextCursor === null || loadingMore || phase !== 'ready') return;
    const asked = question;
    set({ loadingMore: true });
    try {
      const asking = { query, sort, ...bounds, limit: PAGE, cursor: nextCursor };
      // Cut off or not: while there is a cursor there may be more.
      const page = foundIn(await questions.listTraces(asking, current.signal));
      if (asked !== question) return;
      const known = new Set(get().traces.map(({ traceId }) => traceId));
      const added = page.data.filter(({ traceId }) => !known.has(traceId));
      set({ traces: [...get().traces, ...added], nextCursor: page.pagination.nextCursor });
    } catch {
      // The next scroll asks again.
    } finally {
      set({ loadingMore: false });
    }
  },
}));

/** The list's question in TraceQL. Of words, what the store made of them once it answered: it knows which are fields. */
export function askedOf({ phase, query, traceql }: Pick<TraceListState, 'phase' | 'query' | 'traceql'>): string {
  return phase === 'ready' ? traceql : query;
}

type Set = (state: Partial<TraceListState>) => void;

/** The old rows stay, dimmed, until the new ones are there. */
function ask(change: Partial<Explored>, set: Set, get: () => TraceListState): void {
  set({ ...change, phase: 'loading', waiting: [], cursorId: null, scrollTopPx: 0 });
  remember(get());
  void load(set, get);
}

async function load(set: Set, get: () => TraceListState): Promise<void> {
  const asked = ++question;
  isMissed = false;
  current.abort();
  current = new AbortController();
  const { signal } = current;
  set({ stoppedAt: null });
  const { query } = get();
  if (spanMetricIn(query)) {
    set({ traces: [], waiting: [], nextCursor: null, phase: 'ready', error: null, searching: null, traceql: query });
    return;
  }
  try {
    const bounds = inExtent(get());
    let answer = await firstPage(get(), bounds, signal);
    let traces = foundIn(answer).data;
    while (asked === question) {
      const page = foundIn(answer);
      const { nextCursor } = page.pagination;
      const searching = answer.state === 'complete' ? null : page.search.progress;
      const { traceql } = page.search;
      // What is shown stays, dimmed, until there is something to show instead.
      if (searching !== null && traces.length === 0) set({ nextCursor, bounds, error: null, searching, traceql });
      else set({ traces, waiting: [], nextCursor, bounds, phase: 'ready', error: null, searching, traceql });
      if (searching === null || nextCursor === null) {
        if (!isMissed) return;
        isMissed = false;
        return await get().refresh(get().scrollTopPx === 0);
      }
      // Time was up before the page was full: what was found shows, and the search goes on.
      const { query, sort } = get();
      const next = { query, sort, ...bounds, limit: PAGE - traces.length, cursor: nextCursor };
      answer = await questions.listTraces(next, signal);
      traces = [...traces, ...foundIn(answer).data];
    }
  } catch (error) {
    if (asked === question) {
      set({ phase: 'failed', searching: null, error: error instanceof Error ? error.message : String(error) });
    }
  }
}

function firstPage({ query, sort }: Explored, bounds: Bounds, signal?: AbortSignal) {
  return questions.listTraces({ query, sort, ...bounds, limit: PAGE }, signal);
}

function remember(explored: Explored): void {
  window.history.replaceState(window.history.state, '', addressWith(new URL(window.location.href), explored));
}

function newestFirst(traces: readonly ListedTrace[]): ListedTrace[] {
  return [...traces].sort((a, b) =>
    a.startTime < b.startTime ? 1 : a.startTime > b.startTime ? -1 : a.traceId < b.traceId ? 1 : -1,
  );
}

export function useExtent(): Extent {
  return useTraceList(useShallow(({ range, deployment }) => ({ range, deployment })));
}
