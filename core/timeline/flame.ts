/**
 * The flame graph: spans of one call path merged into a node. Its width is the time worked, the self time of its spans and of all
 * below them; so children always fit under their parent, even those that ran side by side.
 *
 *   ┌ GET /cart ───────────────┐
 *   │ load ×3      │ price ×9  │
 *   │ SELECT ×12 │
 */
import { growing } from '../model/growing-columns';
import { type LaneSet, layLanes } from './lanes';
import type { TraceColumns } from './trace-columns';
import type { TraceTree } from './trace-tree';

export interface Flame {
  /** Nodes, parents before their children. */
  readonly length: number;
  readonly operation: Uint32Array<ArrayBuffer>;
  /** -1: a root. */
  readonly parent: Int32Array<ArrayBuffer>;
  readonly depth: Uint32Array<ArrayBuffer>;
  readonly count: Uint32Array<ArrayBuffer>;
  readonly errors: Uint32Array<ArrayBuffer>;
  /** Sum of durations, and of self times. */
  readonly totalNs: Float64Array<ArrayBuffer>;
  readonly selfNs: Float64Array<ArrayBuffer>;
  /** Row of the first span merged into it. */
  readonly firstRow: Uint32Array<ArrayBuffer>;
  /** Self time of the node and all below: its width. */
  readonly workNs: Float64Array;
  readonly nodeOfRow: Uint32Array;
  /** One lane a depth. */
  readonly lanes: LaneSet;
  readonly widthNs: number;
}

export function buildFlame(columns: TraceColumns, tree: TraceTree, colorOf: (operation: number) => number): Flame {
  const nodes = growing({
    operation: Uint32Array,
    parent: Int32Array,
    depth: Uint32Array,
    count: Uint32Array,
    errors: Uint32Array,
    totalNs: Float64Array,
    selfNs: Float64Array,
    firstRow: Uint32Array,
  });
  const nodeOfRow = new Uint32Array(tree.length);
  const known = new Map<number, number>();
  const operations = columns.operations.length + 1;
  for (let row = 0; row < tree.length; row++) {
    const span = tree.span[row] as number;
    const parentRow = tree.parentRow[row] as number;
    const parent = parentRow < 0 ? -1 : (nodeOfRow[parentRow] as number);
    const operation = columns.operation[span] as number;
    const key = (parent + 1) * operations + operation;
    let node = known.get(key);
    if (node === undefined) {
      node = nodes.length;
      known.set(key, node);
      nodes.push(operation, parent, tree.depth[row] as number, 0, 0, 0, 0, row);
    }
    nodeOfRow[row] = node;
  }
  const { length } = nodes;
  const columnsOfNodes = nodes.finish();
  const { count, errors, totalNs, selfNs, parent, depth, operation } = columnsOfNodes;
  for (let row = 0; row < tree.length; row++) {
    const span = tree.span[row] as number;
    const node = nodeOfRow[row] as number;
    count[node] = (count[node] as number) + 1;
    if (columns.status[span] === 2) errors[node] = (errors[node] as number) + 1;
    totalNs[node] = (totalNs[node] as number) + Math.max(columns.durationNs[span] as number, 0);
    selfNs[node] = (selfNs[node] as number) + (tree.selfNs[row] as number);
  }
  const workNs = selfNs.slice();
  for (let node = length - 1; node >= 0; node--) {
    const p = parent[node] as number;
    if (p >= 0) workNs[p] = (workNs[p] as number) + (workNs[node] as number);
  }
  const { left, widthNs } = placeNodes(parent, workNs);
  const byLeft = Uint32Array.from({ length }, (_, i) => i).sort(
    (a, b) => (depth[a] as number) - (depth[b] as number) || (left[a] as number) - (left[b] as number) || a - b,
  );
  const lanes = layLanes({
    length,
    subject: byLeft,
    lane: byLeft.map((node) => depth[node] as number),
    laneCount: tree.length === 0 ? 0 : tree.maxDepth + 1,
    startNs: (node) => left[node] as number,
    endNs: (node) => (left[node] as number) + (workNs[node] as number),
    color: (node) => colorOf(operation[node] as number),
    failed: (node) => (errors[node] as number) > 0,
  });
  return { length, ...columnsOfNodes, workNs, nodeOfRow, lanes, widthNs };
}

/** Left edges: children side by side from their parent's left, the widest first. */
function placeNodes(parent: Int32Array, workNs: Float64Array): { left: Float64Array; widthNs: number } {
  const left = new Float64Array(parent.length);
  const used = new Float64Array(parent.length);
  let widthNs = 0;
  const widest = Uint32Array.from(parent.keys()).sort(
    (a, b) => (parent[a] as number) - (parent[b] as number) || (workNs[b] as number) - (workNs[a] as number) || a - b,
  );
  // Parents have smaller numbers than their children, so they are placed first.
  for (const node of widest) {
    const p = parent[node] as number;
    const work = workNs[node] as number;
    if (p < 0) {
      left[node] = widthNs;
      widthNs += work;
    } else {
      left[node] = (left[p] as number) + (used[p] as number);
      used[p] = (used[p] as number) + work;
    }
  }
  return { left, widthNs };
}
