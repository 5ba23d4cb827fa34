/** What is remarkable about a trace, in a few words each: the answer to "so what?" beside the waterfall. */
import { formatDuration, formatShare, plural } from '../model/format';
import { STATUS_ERROR } from '../model/span-kind';
import { boundsOf, type TraceColumns } from './trace-columns';
import type { TraceTree } from './trace-tree';

export interface Remark {
  readonly kind: 'error' | 'note';
  readonly text: string;
  /** Row to show. */
  readonly row: number;
}

const MAX_REMARKS = 5;
const MAX_NAME = 40;
/** Fewer calls in a row are normal. */
const SEQUENTIAL_CALLS = 3;
/** A span that alone takes this share of the trace is worth naming. */
const DOMINANT_SHARE = 0.4;

export function remarksOf(columns: TraceColumns, tree: TraceTree): Remark[] {
  return [...failures(columns, tree), ...sequences(columns, tree), ...dominant(columns, tree), ...gaps(tree)].slice(
    0,
    MAX_REMARKS,
  );
}

function nameOf(columns: TraceColumns, tree: TraceTree, row: number): string {
  const name = columns.operations[columns.operation[tree.span[row] as number] as number]?.name ?? '';
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME - 1)}\u2026` : name;
}

function sameOperation(columns: TraceColumns, tree: TraceTree, a: number, b: number): boolean {
  return columns.operation[tree.span[a] as number] === columns.operation[tree.span[b] as number];
}

function isError(columns: TraceColumns, tree: TraceTree, row: number): boolean {
  return columns.status[tree.span[row] as number] === STATUS_ERROR;
}

/** The deepest spans of each failure: where it began, not where it was passed on. */
function failures(columns: TraceColumns, tree: TraceTree): Remark[] {
  const counts = new Map<string, { row: number; count: number }>();
  for (let row = 0; row < tree.length; row++) {
    if (!isError(columns, tree, row) || (tree.errors[row] as number) > 1) continue;
    const retried = retriedOf(columns, tree, row) ? ', retried' : '';
    const text = `${nameOf(columns, tree, row)} failed${retried}`;
    const seen = counts.get(text);
    if (seen) seen.count++;
    else counts.set(text, { row, count: 1 });
  }
  return [...counts].slice(0, 3).map(([text, { row, count }]) => ({
    kind: 'error' as const,
    text: count > 1 ? `${text} (${count} times)` : text,
    row,
  }));
}

/** Whether the failed span, or an ancestor that failed with it, is followed by a sibling of the same operation that did not. */
function retriedOf(columns: TraceColumns, tree: TraceTree, failed: number): boolean {
  for (let row = failed; row >= 0 && isError(columns, tree, row); row = tree.parentRow[row] as number) {
    const parent = tree.parentRow[row] as number;
    const end = parent < 0 ? tree.length : parent + (tree.size[parent] as number);
    for (let next = row + (tree.size[row] as number); next < end; next += tree.size[next] as number) {
      if (sameOperation(columns, tree, row, next) && !isError(columns, tree, next)) return true;
    }
  }
  return false;
}

/** The longest run of siblings of one operation, each after the other: calls that could have been one, or parallel. */
function sequences(columns: TraceColumns, tree: TraceTree): Remark[] {
  let best: { row: number; count: number } | null = null;
  const runs = new Map<number, { row: number; last: number; count: number }>();
  for (let row = 0; row < tree.length; row++) {
    const parent = tree.parentRow[row] as number;
    if (parent < 0) continue;
    const run = runs.get(parent);
    const follows =
      run !== undefined &&
      sameOperation(columns, tree, run.row, row) &&
      boundsOf(columns, tree.span[row] as number)[0] >= boundsOf(columns, tree.span[run.last] as number)[1];
    const next = follows ? { row: run.row, last: row, count: run.count + 1 } : { row, last: row, count: 1 };
    runs.set(parent, next);
    if (next.count >= SEQUENTIAL_CALLS && next.count > (best?.count ?? 0)) best = { row: next.row, count: next.count };
  }
  if (!best) return [];
  return [{ kind: 'note', text: `${nameOf(columns, tree, best.row)}: ${best.count} in sequence`, row: best.row }];
}

/** The span whose own work takes the largest part, if that part is large. */
function dominant(columns: TraceColumns, tree: TraceTree): Remark[] {
  let total = 0;
  let row = 0;
  for (let r = 0; r < tree.length; r++) {
    total = Math.max(total, boundsOf(columns, tree.span[r] as number)[1]);
    if ((tree.selfNs[r] as number) > (tree.selfNs[row] as number)) row = r;
  }
  const selfNs = tree.selfNs[row] ?? 0;
  if (tree.length < 3 || selfNs < total * DOMINANT_SHARE) return [];
  return [
    {
      kind: 'note',
      text: `${nameOf(columns, tree, row)}: ${formatDuration(selfNs)} alone, ${formatShare(selfNs, total)}`,
      row,
    },
  ];
}

function gaps(tree: TraceTree): Remark[] {
  const remarks: Remark[] = [];
  const orphans = tree.orphan.reduce((sum, orphan) => sum + orphan, 0);
  if (orphans > 0) {
    const text = `${plural(orphans, 'span')} without the parent named`;
    remarks.push({ kind: 'note', text, row: tree.orphan.indexOf(1) });
  }
  const cycles = tree.cycle.reduce((sum, cycle) => sum + cycle, 0);
  if (cycles > 0) {
    const text = `${plural(cycles, 'span')} in a cycle: the parent named is below, or the span itself`;
    remarks.push({ kind: 'note', text, row: tree.cycle.indexOf(1) });
  }
  return remarks;
}
