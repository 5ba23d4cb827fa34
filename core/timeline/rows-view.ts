/** Which rows of the waterfall or the table are on show, in which order. */
import { orderBy } from './order';
import type { TraceColumns } from './trace-columns';
import type { TraceTree } from './trace-tree';

export type RowSort = 'tree' | 'start' | 'duration' | 'self' | 'name' | 'service';

export interface Folding {
  /** Rows of this depth and deeper are folded; null: none for that reason. */
  readonly depth: number | null;
  /** Spans of these services are folded. */
  readonly services: readonly string[];
  /** Spans whose state is the other one than depth and services say. */
  readonly toggled: ReadonlySet<bigint>;
}

/** 1 for each row whose children are hidden. A row without children is never folded. */
export function foldedRows(columns: TraceColumns, tree: TraceTree, { depth, services, toggled }: Folding): Uint8Array {
  const folded = new Uint8Array(tree.length);
  const ofService = columns.operations.map(({ service }) => services.includes(service));
  const plain = depth === null && services.length === 0;
  if (plain && toggled.size === 0) return folded;
  for (let row = 0; row < tree.length; row++) {
    if (tree.size[row] === 1) continue;
    const span = tree.span[row] as number;
    let fold = !plain && ((depth !== null && (tree.depth[row] as number) >= depth) || isTrue(ofService, columns, span));
    if (toggled.size > 0 && toggled.has(columns.spanId[span] as bigint)) fold = !fold;
    if (fold) folded[row] = 1;
  }
  return folded;
}

function isTrue(ofService: readonly boolean[], columns: TraceColumns, span: number): boolean {
  return ofService[columns.operation[span] as number] === true;
}

/** Rows in tree order, without those inside a fold, and with `only` given, without those that neither match nor hold a match. */
export function shownRows(tree: TraceTree, folded: Uint8Array, only: Uint8Array | null): Uint32Array {
  const keep = only === null ? null : withAncestors(tree, only);
  const rows = new Uint32Array(tree.length);
  let count = 0;
  for (let row = 0; row < tree.length; ) {
    if (keep !== null && keep[row] === 0) {
      row += tree.size[row] as number;
      continue;
    }
    rows[count++] = row;
    row += folded[row] === 1 ? (tree.size[row] as number) : 1;
  }
  return rows.slice(0, count);
}

function withAncestors(tree: TraceTree, hits: Uint8Array): Uint8Array {
  const keep = hits.slice();
  for (let row = tree.length - 1; row > 0; row--) {
    const parent = tree.parentRow[row] as number;
    if (keep[row] === 1 && parent >= 0) keep[parent] = 1;
  }
  return keep;
}

/** Rows in the order of a column, without `only` given all of them. */
export function sortedRows(
  columns: TraceColumns,
  tree: TraceTree,
  sort: Exclude<RowSort, 'tree'>,
  descending: boolean,
  only: Uint8Array | null,
): Uint32Array {
  const keys = new Float64Array(tree.length);
  const rank = sort === 'name' || sort === 'service' ? ranksOf(columns, sort) : null;
  for (let row = 0; row < tree.length; row++) {
    const span = tree.span[row] as number;
    keys[row] = rank
      ? (rank[columns.operation[span] as number] as number)
      : sort === 'self'
        ? (tree.selfNs[row] as number)
        : ((sort === 'start' ? columns.startNs : columns.durationNs)[span] as number);
    if (descending) keys[row] = -(keys[row] as number);
  }
  const order = orderBy(keys);
  return only === null ? order : order.filter((row) => only[row] === 1);
}

/** The place of each operation among all by name or service; equal ones share it. */
function ranksOf({ operations }: TraceColumns, by: 'name' | 'service'): Float64Array {
  const values = [...new Set(operations.map((operation) => operation[by]))].sort((a, b) => (a < b ? -1 : 1));
  const rankOf = new Map(values.map((value, rank) => [value, rank]));
  return Float64Array.from(operations, (operation) => rankOf.get(operation[by]) as number);
}

/** The place of `row` among ascending or arbitrary `rows`, or -1. */
export function positionOf(rows: Uint32Array, row: number, ascending: boolean): number {
  if (!ascending) return rows.indexOf(row);
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle] as number) < row) low = middle + 1;
    else high = middle;
  }
  return rows[low] === row ? low : -1;
}
