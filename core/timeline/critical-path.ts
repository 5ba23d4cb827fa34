/**
 * What the trace waited for: from its end backwards, always into the child that finished last.
 *
 *   root   ████████████████████████████████
 *     a      ▓▓▓▓▓▓▓▓                          root . a . root . c . root
 *     b        ░░░░░░░                         (b was over before c began, and so was a later: b is not on it)
 *     c                  ▓▓▓▓▓▓▓▓▓▓▓▓
 *
 * A child counts only while its parent runs. The segments do not overlap, and those of one root fill it.
 */
import { orderBy } from './order';
import { boundsOf, type TraceColumns } from './trace-columns';
import type { TraceTree } from './trace-tree';

/** Stretches of the critical path in ascending order of row, then of time. */
export interface CriticalPath {
  readonly length: number;
  readonly row: Uint32Array;
  readonly startNs: Float64Array;
  readonly endNs: Float64Array;
}

interface Frame {
  /** -1: above the roots. */
  readonly row: number;
  readonly startNs: number;
  /** Children by end, the last first. */
  readonly children: Uint32Array;
  next: number;
  /** What is before is still to be explained. */
  untilNs: number;
  readonly limitNs: number;
}

export function criticalPath(columns: TraceColumns, tree: TraceTree): CriticalPath {
  const rows: number[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const emit = (row: number, startNs: number, endNs: number): void => {
    if (row < 0 || endNs <= startNs) return;
    rows.push(row);
    starts.push(startNs);
    ends.push(endNs);
  };
  const endOf = (row: number): number => boundsOf(columns, tree.span[row] as number)[1];
  const frameOf = (row: number, floorNs: number, limitNs: number): Frame => ({
    row,
    startNs: row < 0 ? floorNs : Math.max(columns.startNs[tree.span[row] as number] as number, floorNs),
    children: lastFirst(row < 0 ? rootRows(tree) : childRows(tree, row), endOf),
    next: 0,
    untilNs: limitNs,
    limitNs,
  });
  const stack: Frame[] = [frameOf(-1, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)];
  while (stack.length > 0) {
    const frame = stack[stack.length - 1] as Frame;
    const child = nextChild(frame, columns, tree, endOf);
    if (child < 0) {
      emit(frame.row, frame.startNs, frame.untilNs);
      stack.pop();
      continue;
    }
    const childEnd = Math.min(endOf(child), frame.limitNs);
    const childStart = columns.startNs[tree.span[child] as number] as number;
    emit(frame.row, childEnd, frame.untilNs);
    frame.untilNs = Math.max(childStart, frame.startNs);
    stack.push(frameOf(child, frame.startNs, childEnd));
  }
  const order = orderBy(Float64Array.from(rows));
  // Segments were found from the end to the start: turned round within each row.
  return {
    length: rows.length,
    ...byRowAndTime(order, rows, starts, ends),
  };
}

/** The child that finished last of those over before `untilNs`, or -1. */
function nextChild(frame: Frame, columns: TraceColumns, tree: TraceTree, endOf: (row: number) => number): number {
  while (frame.next < frame.children.length) {
    const child = frame.children[frame.next++] as number;
    const start = columns.startNs[tree.span[child] as number] as number;
    if (start >= frame.untilNs || start >= frame.limitNs) continue;
    const end = Math.min(endOf(child), frame.limitNs);
    if (end <= frame.startNs) return -1;
    if (end <= frame.untilNs && end > start) return child;
  }
  return -1;
}

function childRows(tree: TraceTree, row: number): number[] {
  const children: number[] = [];
  const end = row + (tree.size[row] as number);
  for (let child = row + 1; child < end; child += tree.size[child] as number) children.push(child);
  return children;
}

/** Spans whose parent has not arrived are roots only where there are no others: they must not outlive the request itself. */
function rootRows(tree: TraceTree): number[] {
  const roots: number[] = [];
  for (let row = 0; row < tree.length; row += tree.size[row] as number) roots.push(row);
  const real = roots.filter((row) => tree.orphan[row] === 0 && tree.cycle[row] === 0);
  return real.length > 0 ? real : roots;
}

function lastFirst(rows: readonly number[], endOf: (row: number) => number): Uint32Array {
  const list = Uint32Array.from(rows);
  if (rows.length < 64) return list.sort((a, b) => endOf(b) - endOf(a));
  return orderBy(Float64Array.from(rows, endOf))
    .reverse()
    .map((k) => list[k] as number);
}

function byRowAndTime(order: Uint32Array, rows: readonly number[], starts: readonly number[], ends: readonly number[]) {
  const { length } = rows;
  const row = new Uint32Array(length);
  const startNs = new Float64Array(length);
  const endNs = new Float64Array(length);
  for (let from = 0; from < length; ) {
    let to = from + 1;
    while (to < length && rows[order[to] as number] === rows[order[from] as number]) to++;
    for (let k = from; k < to; k++) {
      const source = order[from + to - 1 - k] as number;
      row[k] = rows[source] as number;
      startNs[k] = starts[source] as number;
      endNs[k] = ends[source] as number;
    }
    from = to;
  }
  return { row, startNs, endNs };
}

/** The segments of a row: indices [from, to). */
export function segmentsOf(path: CriticalPath, row: number): [from: number, to: number] {
  let low = 0;
  let high = path.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((path.row[middle] as number) < row) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < path.length && path.row[end] === row) end++;
  return [low, end];
}
