/** The spans of a trace as rows in tree order, read from the timeline. */
import type { RowsView, TimelineInfo } from '../../../core/api/timeline';
import { ROW_ERROR, ROW_ORPHAN, type RowBlock } from '../../../core/timeline/rows';
import type { Asked } from './tool';
import { spanOfNumber } from './trace-named';

const PAGE = 5_000;
const MOST_ROWS = 50_000;
const NO_PARENT = -1;

const LOOK = { adjustClocks: false, search: '' };
const VIEW: RowsView = {
  ...LOOK,
  sort: 'tree',
  descending: false,
  onlyMatches: false,
  foldDepth: null,
  foldServices: [],
  toggled: [],
};

export interface SpanRow {
  readonly index: number;
  readonly spanId: string;
  /** -1: none of them. */
  readonly parent: number;
  readonly depth: number;
  readonly name: string;
  readonly service: string;
  readonly startNs: number;
  readonly durationNs: number;
  readonly selfNs: number;
  readonly failed: boolean;
  readonly errorsBelow: number;
  readonly descendants: number;
  readonly isOrphan: boolean;
  /** Time on the critical path, in which none of its children is. */
  readonly criticalNs: number;
  /** When that began first; null: never. */
  readonly criticalFromNs: number | null;
}

export interface SpanRows {
  readonly info: TimelineInfo;
  readonly rows: readonly SpanRow[];
  /** Spans that were not read: the trace is very large. */
  readonly unread: number;
}

/** @throws SpoorError NOT_FOUND */
export async function spanRows(
  { api, signal, progress }: Asked<'openTimeline' | 'timelineRows'>,
  traceId: string,
): Promise<SpanRows> {
  const info = await api.openTimeline(traceId, LOOK, signal);
  const rows: SpanRow[] = [];
  const above: number[] = [];
  for (let from = 0; from < Math.min(info.spanCount, MOST_ROWS); from += PAGE) {
    const block = await api.timelineRows(traceId, VIEW, from, from + PAGE, signal);
    for (let k = 0; k < block.length; k++) rows.push(rowOf(block, k, rows.length, above));
    if (block.length === 0) break;
    progress(rows.length / info.spanCount, `read ${rows.length} spans`);
  }
  return { info, rows, unread: Math.max(0, info.spanCount - rows.length) };
}

/** @param above the rows above the last one, by depth */
function rowOf(block: RowBlock, k: number, index: number, above: number[]): SpanRow {
  const depth = block.depth[k] as number;
  above.length = depth;
  const parent = depth === 0 ? NO_PARENT : (above[depth - 1] ?? NO_PARENT);
  above[depth] = index;
  const operation = block.operations[block.operation[k] as number];
  const flags = block.flags[k] as number;
  const [first, end] = [block.criticalStart[k] as number, block.criticalStart[k + 1] as number];
  let criticalNs = 0;
  for (let at = first; at < end; at++) {
    criticalNs += (block.criticalNs[2 * at + 1] as number) - (block.criticalNs[2 * at] as number);
  }
  return {
    index,
    spanId: spanOfNumber(block.spanId[k] as bigint),
    parent,
    depth,
    name: operation?.name ?? '',
    service: operation?.service ?? '',
    startNs: block.startNs[k] as number,
    durationNs: block.durationNs[k] as number,
    selfNs: block.selfNs[k] as number,
    failed: (flags & ROW_ERROR) !== 0,
    errorsBelow: block.errorsBelow[k] as number,
    descendants: block.descendants[k] as number,
    isOrphan: (flags & ROW_ORPHAN) !== 0,
    criticalNs,
    criticalFromNs: end > first ? (block.criticalNs[2 * first] as number) : null,
  };
}
