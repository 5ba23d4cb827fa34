/** What the reader does with the open trace: selection, folding, zoom, search. Reset with each trace. */
import { create } from 'zustand';
import { type TimeWindow, wholeWindow } from '../../core/timeline/time-window';

interface TraceViewState {
  readonly traceId: string | null;
  /** Span ids, not rows: rows move while a trace grows. */
  readonly selected: bigint | null;
  readonly collapsed: ReadonlySet<bigint>;
  /** Null: the whole trace, however long it grows. */
  readonly window: TimeWindow | null;
  readonly search: string;
  open(traceId: string): void;
  select(spanId: bigint | null): void;
  setCollapsed(collapsed: ReadonlySet<bigint>): void;
  setWindow(window: TimeWindow | null): void;
  setSearch(search: string): void;
}

const FRESH = { selected: null, collapsed: new Set<bigint>(), window: null, search: '' };

export const useTraceView = create<TraceViewState>()((set, get) => ({
  traceId: null,
  ...FRESH,
  open: (traceId) => {
    if (get().traceId !== traceId) set({ traceId, ...FRESH });
  },
  select: (selected) => set({ selected }),
  setCollapsed: (collapsed) => set({ collapsed }),
  setWindow: (window) => set({ window }),
  setSearch: (search) => set({ search }),
}));

export function shownWindow(window: TimeWindow | null, durationNs: number): TimeWindow {
  return window ?? wholeWindow(durationNs);
}
