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
import type { TraceColumns } from '../api/contract';
import { STATUS_ERROR } from '../model/span-kind';

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
}

const NONE = -1;

export function buildTraceTree(columns: TraceColumns): TraceTree {
  const { length } = columns;
  const parent = linkParents(columns);
  const order = Uint32Array.from({ length }, (_, i) => i).sort(
    (a, b) =>
      (columns.startNs[a] as number) - (columns.startNs[b] as number) ||
      // Of spans that start together the longer is the outer one.
      (columns.durationNs[b] as number) - (columns.durationNs[a] as number) ||
      a - b,
  );
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
  const tree = {
    length,
    span: new Uint32Array(length),
    depth: new Uint32Array(length),
    size: new Uint32Array(length).fill(1),
    parentRow: new Int32Array(length).fill(NONE),
    rowOf: new Uint32Array(length),
    errors: new Uint32Array(length),
    selfNs: new Float64Array(length),
    orphan: new Uint8Array(length),
  };
  const placed = new Uint8Array(length);
  const stack: number[] = [];
  let row = 0;
  const walkFrom = (root: number): void => {
    stack.push(root);
    while (stack.length > 0) {
      const i = stack.pop() as number;
      if (placed[i] === 1) continue;
      placed[i] = 1;
      const p = i === root ? NONE : (parent[i] as number);
      tree.span[row] = i;
      tree.rowOf[i] = row;
      tree.orphan[row] = i === root && columns.parentSpanId[i] !== 0n ? 1 : 0;
      if (p !== NONE) {
        const parentRow = tree.rowOf[p] as number;
        tree.parentRow[row] = parentRow;
        tree.depth[row] = (tree.depth[parentRow] as number) + 1;
      }
      row++;
      const top = stack.length;
      for (let child = firstChild[i] as number; child !== NONE; child = nextSibling[child] as number) stack.push(child);
      // The stack gives the last first: turned round, so that siblings stay in start order.
      for (let a = top, b = stack.length - 1; a < b; a++, b--) {
        [stack[a], stack[b]] = [stack[b] as number, stack[a] as number];
      }
    }
  };
  for (const i of order) if (parent[i] === NONE) walkFrom(i);
  // What is left hangs in cycles: each is cut open at its earliest span.
  for (const i of order) if (placed[i] === 0) walkFrom(i);
  for (let r = length - 1; r >= 0; r--) {
    if (columns.status[tree.span[r] as number] === STATUS_ERROR) tree.errors[r] = (tree.errors[r] as number) + 1;
    const p = tree.parentRow[r] as number;
    if (p === NONE) continue;
    tree.size[p] = (tree.size[p] as number) + (tree.size[r] as number);
    tree.errors[p] = (tree.errors[p] as number) + (tree.errors[r] as number);
  }
  fillSelfTimes(columns, tree);
  return tree;
}

/** Index of each span's parent, or -1. */
function linkParents({ length, spanId, parentSpanId }: TraceColumns): Int32Array {
  const indexOf = new Map<bigint, number>();
  for (let i = 0; i < length; i++) indexOf.set(spanId[i] as bigint, i);
  const parent = new Int32Array(length).fill(NONE);
  for (let i = 0; i < length; i++) {
    const id = parentSpanId[i] as bigint;
    const p = id === 0n ? undefined : indexOf.get(id);
    if (p !== undefined && p !== i) parent[i] = p;
  }
  return parent;
}

/** Self time is the duration less the union of the children's times inside it; children come in start order. */
function fillSelfTimes(columns: TraceColumns, tree: TraceTree): void {
  const coveredUntil = new Float64Array(tree.length).fill(Number.NEGATIVE_INFINITY);
  const covered = new Float64Array(tree.length);
  for (let r = 0; r < tree.length; r++) {
    const p = tree.parentRow[r] as number;
    if (p === NONE) continue;
    const [start, end] = boundsOf(columns, tree.span[r] as number);
    const [parentStart, parentEnd] = boundsOf(columns, tree.span[p] as number);
    const from = Math.max(start, parentStart, coveredUntil[p] as number);
    const to = Math.min(end, parentEnd);
    if (to > from) covered[p] = (covered[p] as number) + (to - from);
    coveredUntil[p] = Math.max(coveredUntil[p] as number, to);
  }
  for (let r = 0; r < tree.length; r++) {
    const [start, end] = boundsOf(columns, tree.span[r] as number);
    tree.selfNs[r] = end - start - (covered[r] as number);
  }
}

/** Start and end relative to the origin; a span that ends before it starts takes no time. */
export function boundsOf(columns: TraceColumns, span: number): [startNs: number, endNs: number] {
  const start = columns.startNs[span] as number;
  return [start, start + Math.max(columns.durationNs[span] as number, 0)];
}

/** Rows to show when the subtrees of `collapsed` rows are folded. */
export function visibleRows(tree: TraceTree, collapsed: ReadonlySet<number>): Uint32Array {
  const rows = new Uint32Array(tree.length);
  let count = 0;
  for (let row = 0; row < tree.length; ) {
    rows[count++] = row;
    row += collapsed.has(row) ? (tree.size[row] as number) : 1;
  }
  return rows.subarray(0, count);
}
