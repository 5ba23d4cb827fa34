/** What the keys do in the waterfall. */

import { fitWindow, panWindow, showsWhole, type TimeWindow, zoomWindow } from '../../../core/timeline/time-window';
import { boundsOf } from '../../../core/timeline/trace-tree';
import type { KeyMap } from '../../app/use-keys';
import { useTraceView } from '../../stores/trace-view-store';
import type { LoadedTrace } from './use-trace';

const PAGE_ROWS = 20;
const ZOOM_STEP = 0.7;
const PAN_STEP = 0.2;

interface WaterfallState {
  readonly trace: LoadedTrace;
  readonly rows: Uint32Array;
  /** Of the selected row among those on show; -1: none. */
  readonly position: number;
  readonly collapsed: ReadonlySet<number>;
  readonly window: TimeWindow;
}

export function waterfallKeys({ trace, rows, position, collapsed, window }: WaterfallState): KeyMap {
  const { columns, tree, summary } = trace;
  const { select, setCollapsed, setWindow, collapsed: collapsedIds } = useTraceView.getState();
  const idOf = (row: number): bigint => columns.spanId[tree.span[row] as number] as bigint;
  const row = position < 0 ? null : (rows[position] as number);
  const moveTo = (target: number): void => {
    if (rows.length > 0) select(idOf(rows[Math.min(Math.max(target, 0), rows.length - 1)] as number));
  };
  const fold = (folded: boolean): void => {
    if (row === null) return;
    const next = new Set(collapsedIds);
    if (folded) next.add(idOf(row));
    else next.delete(idOf(row));
    setCollapsed(next);
  };
  const zoom = (factor: number): void => {
    const middle = (window.startNs + window.endNs) / 2;
    const [start, end] = row === null ? [middle, middle] : boundsOf(columns, tree.span[row] as number);
    const selectedMiddle = (start + end) / 2;
    const anchor = selectedMiddle >= window.startNs && selectedMiddle <= window.endNs ? selectedMiddle : middle;
    setWindow(zoomWindow(window, factor, anchor, summary.durationNs));
  };
  const fit = (): void => {
    if (row === null || !showsWhole(window, summary.durationNs)) setWindow(null);
    else setWindow(fitWindow(...boundsOf(columns, tree.span[row] as number), summary.durationNs));
  };
  return {
    j: () => moveTo(position + 1),
    k: () => moveTo(position - 1),
    ArrowDown: () => moveTo(position + 1),
    ArrowUp: () => moveTo(position - 1),
    PageDown: () => moveTo(position + PAGE_ROWS),
    PageUp: () => moveTo(position - PAGE_ROWS),
    Home: () => moveTo(0),
    End: () => moveTo(rows.length - 1),
    ArrowLeft: () => {
      if (row === null) return;
      const parent = tree.parentRow[row] as number;
      if ((tree.size[row] as number) > 1 && !collapsed.has(row)) fold(true);
      else if (parent >= 0) select(idOf(parent));
    },
    ArrowRight: () => {
      if (row === null || (tree.size[row] as number) === 1) return;
      if (collapsed.has(row)) fold(false);
      else moveTo(position + 1);
    },
    '[': () => setCollapsed(foldable(trace)),
    ']': () => setCollapsed(new Set()),
    w: () => zoom(ZOOM_STEP),
    s: () => zoom(1 / ZOOM_STEP),
    a: () => setWindow(panWindow(window, -PAN_STEP, summary.durationNs)),
    d: () => setWindow(panWindow(window, PAN_STEP, summary.durationNs)),
    f: fit,
  };
}

/** Every span with children below the roots: what "fold all" folds. */
function foldable({ columns, tree }: LoadedTrace): Set<bigint> {
  const ids = new Set<bigint>();
  for (let row = 0; row < tree.length; row++) {
    if ((tree.depth[row] as number) > 0 && (tree.size[row] as number) > 1)
      ids.add(columns.spanId[tree.span[row] as number] as bigint);
  }
  return ids;
}
