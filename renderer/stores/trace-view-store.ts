/**
 * What the reader does with the open trace: selection, folding, zoom, search. Reset with each trace. Canvases subscribe to it and
 * paint; components read what does not change with every frame.
 */
import { create } from 'zustand';
import type { LanesBy, Look, RowsView } from '../../core/api/timeline';
import type { TraceSummary } from '../../core/model/trace-summary';
import type { TimeWindow } from '../../core/timeline/time-window';

export type TraceTab =
  | 'waterfall'
  | 'lanes'
  | 'flame'
  | 'table'
  | 'statistics'
  | 'logs'
  | 'conversation'
  | 'graph'
  | 'comments';

/** Views of an agent run are offered where there is one. */
export function isAgentRun({
  agentName,
  agentSpanCount,
  inputTokens,
}: Pick<TraceSummary, 'agentName' | 'agentSpanCount' | 'inputTokens'>): boolean {
  return agentSpanCount > 0 || agentName !== null || inputTokens !== null;
}

interface Folding {
  readonly depth: number | null;
  readonly services: readonly string[];
  /** Span ids, not rows: rows move while a trace grows. Their state is the other one than depth and services say. */
  readonly toggled: ReadonlySet<bigint>;
}

interface TraceViewState {
  readonly traceId: string | null;
  readonly tab: TraceTab;
  readonly selected: bigint | null;
  readonly folding: Folding;
  /** Null: the whole trace, however long it grows. */
  readonly window: TimeWindow | null;
  /** Of the flame graph, whose axis is work and not time. */
  readonly flameWindow: TimeWindow | null;
  /** A stretch of time that is being measured. */
  readonly range: TimeWindow | null;
  readonly search: string;
  readonly onlyMatches: boolean;
  readonly adjustClocks: boolean;
  readonly showCritical: boolean;
  readonly lanesBy: Exclude<LanesBy, 'flame'>;
  readonly tableSort: Exclude<RowsView['sort'], 'tree'>;
  readonly tableDescending: boolean;
  open(traceId: string): void;
  set(state: Partial<Omit<TraceViewState, 'open' | 'set' | 'select' | 'toggleFold'>>): void;
  select(spanId: bigint | null): void;
  toggleFold(...spanIds: readonly bigint[]): void;
}

const UNFOLDED: Folding = { depth: null, services: [], toggled: new Set() };

const FRESH = {
  tab: 'waterfall',
  selected: null,
  folding: UNFOLDED,
  window: null,
  flameWindow: null,
  range: null,
  search: '',
  onlyMatches: false,
  adjustClocks: true,
  showCritical: true,
  lanesBy: 'service',
  tableSort: 'duration',
  tableDescending: true,
} as const;

export const useTraceView = create<TraceViewState>()((set, get) => ({
  traceId: null,
  ...FRESH,
  open: (traceId) => {
    if (get().traceId !== traceId) set({ traceId, ...FRESH });
  },
  set: (state) => set(state),
  select: (selected) => set({ selected }),
  toggleFold: (...spanIds) => {
    const toggled = new Set(get().folding.toggled);
    for (const id of spanIds) if (!toggled.delete(id)) toggled.add(id);
    set({ folding: { ...get().folding, toggled } });
  },
}));

/** A trace is about to be opened from a list: what it was found by is found in it. @param traceql null: it was not searched for */
export function openFromList(traceId: string, traceql: string | null): void {
  useTraceView.getState().open(traceId);
  useTraceView.getState().set({ search: traceql ?? '' });
}

/** Folds what lies below these spans; everything else is unfolded. */
export function foldSpans(spanIds: readonly bigint[]): void {
  useTraceView.getState().set({ folding: { ...UNFOLDED, toggled: new Set(spanIds) }, tab: 'waterfall' });
}

/** Folds what is `depth` deep and deeper; null unfolds all. */
export function foldToDepth(depth: number | null): void {
  useTraceView.getState().set({ folding: { ...UNFOLDED, depth } });
}

export function lookOf({ adjustClocks, search }: Pick<TraceViewState, 'adjustClocks' | 'search'>): Look {
  return { adjustClocks, search };
}

type ViewState = Pick<TraceViewState, 'adjustClocks' | 'search' | 'onlyMatches' | 'folding'>;

export function waterfallView({ adjustClocks, search, onlyMatches, folding }: ViewState): RowsView {
  return {
    adjustClocks,
    search,
    onlyMatches,
    sort: 'tree',
    descending: false,
    foldDepth: folding.depth,
    foldServices: folding.services,
    toggled: [...folding.toggled],
  };
}
