/**
 * The waterfall's order: spans of one trace as rows of a depth-first walk, siblings by start time.
 *
 *   row            0     1      2        3      4
 *   span[row]      root  a      a.1      b      orphan
 *   depth[row]     0     1      2        1      0
 *   size[row]      4     2      1        1      1      rows of the subtree, itself included: row + size is the next sibling
 *   parentRow[row] -1    0      1        0      -1
 *
 * Any input gives a tree: a parent that is not here makes its child a root, and a cycle is cut at its earliest span.
 */
import { STATUS_ERROR } from '../model/span-kind';
import { startOrder } from './order';
import { SpanIdIndex } from './span-id-index';
import { boundsOf, type TraceColumns } from './trace-columns';

export interface TraceTree {
  readonly length: number;
  /** Index into the columns. */
  readonly span: Uint32Array;
  readonly depth: Uint32Array;
  readonly size: Uint32Array;
  /** -1: a root. */
  readonly parentRow: Int32Array;
  /** Row of each span, by index into the columns. */
  readonly rowOf: Uint32Array;
  /** Spans of the subtree with status error, itself included. */
  readonly errors: Uint32Array;
  /** Nanoseconds in which no child runs. */
  readonly selfNs: Float64Array;
  /** 1 where the span names a parent that is not here. */
  readonly orphan: Uint8Array;
  /** 1 where the span names a parent that is below it, or itself: the cycle was cut open here. */
  readonly cycle: Uint8Array;
  readonly maxDepth: number;
  /** Spans, as indices into the columns, by start. */
  readonly order: Uint32Array;
}

const NONE = -1;

export function buildTraceTree(columns: TraceColumns, ids = new SpanIdIndex(columns.spanId)): TraceTree {
  const { length } = columns;
  const parent = linkParents(columns, ids);
  const order = startOrder(columns.startNs, columns.durationNs);
  // Children as linked lists in start order; filled from the back so that the first child heads its list.
  const firstChild = new Int32Array(length).fill(NONE);
  const nextSibling = new Int32Array(length).fill(NONE);
  for (let k = length - 1; k >= 0; k--) {
    const i = order[k] as number;
    const p = parent[i] as number;
    if (p === NONE) continue;
    nextSibling[i] = firstChild[p] as number;
    firstChild[p] = i;
  }
  const span = new Uint32Array(length);
  const depth = new Uint32Array(length);
  const size = new Uint32Array(length).fill(1);
  const parentRow = new Int32Array(length).fill(NONE);
  const rowOf = new Uint32Array(length);
  const errors = new Uint32Array(length);
  const orphan = new Uint8Array(length);
  const cycle = new Uint8Array(length);
  const placed = new Uint8Array(length);
  let maxDepth = 0;
  let row = 0;
  const unplaced = (i: number): number => {
    let next = i;
    while (next !== NONE && placed[next] === 1) next = nextSibling[next] as number;
    return next;
  };
  const walkFrom = (root: number): void => {
    const named = columns.parentSpanId[root];
    cycle[row] = parent[root] !== NONE || (named !== 0n && named === columns.spanId[root]) ? 1 : 0;
    orphan[row] = cycle[row] === 0 && named !== 0n ? 1 : 0;
    for (let i = root; ; ) {
      placed[i] = 1;
      span[row] = i;
      rowOf[i] = row;
      if (i !== root) {
        const above = rowOf[parent[i] as number] as number;
        parentRow[row] = above;
        depth[row] = (depth[above] as number) + 1;
        if ((depth[row] as number) > maxDepth) maxDepth = depth[row] as number;
      }
      row++;
      let next = unplaced(firstChild[i] as number);
      while (next === NONE && i !== root) {
        next = unplaced(nextSibling[i] as number);
        if (next === NONE) i = parent[i] as number;
      }
      if (next === NONE) return;
      i = next;
    }
  };
  for (let k = 0; k < length; k++) if (parent[order[k] as number] === NONE) walkFrom(order[k] as number);
  // What is left hangs in cycles: each is cut open at its earliest span.
  for (let k = 0; row < length; k++) if (placed[order[k] as number] === 0) walkFrom(order[k] as number);
  for (let r = length - 1; r >= 0; r--) {
    if (columns.status[span[r] as number] === STATUS_ERROR) errors[r] = (errors[r] as number) + 1;
    const p = parentRow[r] as number;
    if (p === NONE) continue;
    size[p] = (size[p] as number) + (size[r] as number);
    errors[p] = (errors[p] as number) + (errors[r] as number);
  }
  const selfNs = selfTimes(columns, span, parentRow);
  return { length, span, depth, size, parentRow, rowOf, errors, selfNs, orphan, cycle, maxDepth, order };
}

/** Index of each span's parent, or -1. */
function linkParents({ length, parentSpanId }: TraceColumns, ids: SpanIdIndex): Int32Array {
  const halves = new Uint32Array(parentSpanId.buffer, parentSpanId.byteOffset, length * 2);
  const parent = new Int32Array(length).fill(NONE);
  for (let i = 0; i < length; i++) {
    const low = halves[2 * i] as number;
    const high = halves[2 * i + 1] as number;
    if (low === 0 && high === 0) continue;
    const p = ids.findHalves(low, high);
    if (p !== i) parent[i] = p;
  }
  return parent;
}

/** Self time is the duration less the union of the children's times inside it; children come in start order. */
function selfTimes(columns: TraceColumns, span: Uint32Array, parentRow: Int32Array): Float64Array {
  const { startNs, durationNs } = columns;
  const rows = span.length;
  const coveredUntil = new Float64Array(rows).fill(Number.NEGATIVE_INFINITY);
  const selfNs = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    const i = span[r] as number;
    const start = startNs[i] as number;
    const duration = Math.max(durationNs[i] as number, 0);
    selfNs[r] = duration;
    const p = parentRow[r] as number;
    if (p === NONE) continue;
    const above = span[p] as number;
    const parentStart = startNs[above] as number;
    const from = Math.max(start, parentStart, coveredUntil[p] as number);
    const to = Math.min(start + duration, parentStart + Math.max(durationNs[above] as number, 0));
    // The parent's row is above: its own duration is already there to be reduced.
    if (to > from) selfNs[p] = (selfNs[p] as number) - (to - from);
    if (to > (coveredUntil[p] as number)) coveredUntil[p] = to;
  }
  return selfNs;
}

/** First start and last end of all spans; 0 and 0 without any. */
export function extentOf(columns: TraceColumns): [startNs: number, endNs: number] {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < columns.length; i++) {
    const [start, end] = boundsOf(columns, i);
    if (start < first) first = start;
    if (end > last) last = end;
  }
  return columns.length === 0 ? [0, 0] : [first, last];
}
