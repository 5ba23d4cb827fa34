/**
 * Two traces as one tree. Children of a matched pair are matched by operation: the first `GET /a` of one with the first of the
 * other, the second with the second. What has no counterpart was added or removed, with all below it.
 *
 *   row      0      1        2          3
 *   a[row]   root   load     legacy     -1
 *   b[row]   root   load     -1         cache
 */
import { growing } from '../model/growing-columns';
import type { TraceColumns } from './trace-columns';
import type { TraceTree } from './trace-tree';

export interface ComparedTrace {
  readonly columns: TraceColumns;
  readonly tree: TraceTree;
}

export interface Comparison {
  readonly length: number;
  /** Rows of the two traces; -1: not there. */
  readonly a: Int32Array<ArrayBuffer>;
  readonly b: Int32Array<ArrayBuffer>;
  readonly depth: Uint32Array<ArrayBuffer>;
}

export function compareTraces(a: ComparedTrace, b: ComparedTrace): Comparison {
  const rows = growing({ a: Int32Array, b: Int32Array, depth: Uint32Array });
  const keysOf = operationKeys(a.columns, b.columns);
  // A pair whose children are still to be merged lies on the stack; the last pushed is the next row.
  const stack: [a: number, b: number, depth: number][] = [];
  const pushMerged = (rowA: number, rowB: number, depth: number): void => {
    const merged = mergeChildren(childrenOf(a.tree, rowA), childrenOf(b.tree, rowB), a, b, keysOf, depth === 0);
    for (let k = merged.length - 1; k >= 0; k--) {
      const [childA, childB] = merged[k] as [number, number];
      stack.push([childA, childB, depth]);
    }
  };
  pushMerged(-1, -1, 0);
  while (stack.length > 0) {
    const [rowA, rowB, depth] = stack.pop() as [number, number, number];
    rows.push(rowA, rowB, depth);
    pushMerged(rowA < 0 ? Number.NaN : rowA, rowB < 0 ? Number.NaN : rowB, depth + 1);
  }
  return { length: rows.length, ...rows.finish() };
}

/** Children of a row; of -1 the roots; of NaN, a row that is not there, none. */
function childrenOf(tree: TraceTree, row: number): number[] {
  const children: number[] = [];
  if (Number.isNaN(row)) return children;
  const end = row < 0 ? tree.length : row + (tree.size[row] as number);
  for (let child = row + 1; child < end; child += tree.size[child] as number) children.push(child);
  return children;
}

type KeyOf = { readonly a: Uint32Array; readonly b: Uint32Array };

/** A number for each operation, the same in both traces. */
function operationKeys(a: TraceColumns, b: TraceColumns): KeyOf {
  const numbers = new Map<string, number>();
  const keys = ({ operations }: TraceColumns) =>
    Uint32Array.from(operations, ({ service, name, kind }) => {
      const key = `${service}\0${name}\0${kind}`;
      const known = numbers.get(key) ?? numbers.size;
      numbers.set(key, known);
      return known;
    });
  return { a: keys(a), b: keys(b) };
}

/** Pairs in the order of `a`, what only `b` has where it stands among those of its own. */
function mergeChildren(
  childrenA: readonly number[],
  childrenB: readonly number[],
  a: ComparedTrace,
  b: ComparedTrace,
  keysOf: KeyOf,
  roots: boolean,
): [number, number][] {
  const key = ({ columns, tree }: ComparedTrace, keys: Uint32Array, row: number): number =>
    keys[columns.operation[tree.span[row] as number] as number] as number;
  // Two traces were chosen to be compared: their single roots are, whatever they are called.
  if (roots && childrenA.length === 1 && childrenB.length === 1) {
    return [[childrenA[0] as number, childrenB[0] as number]];
  }
  const waiting = new Map<number, number[]>();
  for (const row of childrenA) {
    const k = key(a, keysOf.a, row);
    const queue = waiting.get(k);
    if (queue) queue.push(row);
    else waiting.set(k, [row]);
  }
  for (const queue of waiting.values()) queue.reverse();
  const partner = new Map<number, number>();
  let behind = -1;
  const addedBehind = new Map<number, number[]>();
  for (const row of childrenB) {
    const match = waiting.get(key(b, keysOf.b, row))?.pop();
    if (match !== undefined) {
      partner.set(match, row);
      behind = match;
      continue;
    }
    const list = addedBehind.get(behind);
    if (list) list.push(row);
    else addedBehind.set(behind, [row]);
  }
  const merged: [number, number][] = (addedBehind.get(-1) ?? []).map((row) => [-1, row]);
  for (const row of childrenA) {
    merged.push([row, partner.get(row) ?? -1]);
    for (const extra of addedBehind.get(row) ?? []) merged.push([-1, extra]);
  }
  return merged;
}
