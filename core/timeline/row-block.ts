/** A stretch of rows of a view, ready to be painted. */

import { STATUS_ERROR } from '../model/span-kind';
import { segmentsOf } from './critical-path';
import {
  type Ancestor,
  ROW_CYCLE,
  ROW_ERROR,
  ROW_FOLDED,
  ROW_MATCH,
  ROW_ORPHAN,
  ROW_SHIFTED,
  type RowBlock,
  type RowOperation,
} from './rows';
import { positionOf } from './rows-view';
import type { TraceLook, ViewRows } from './trace-look';
import type { TraceTree } from './trace-tree';

const MAX_NAME = 300;
/** As many as may stick to the top of the screen, and a few to spare. */
const MAX_ANCESTORS = 8;
const MAX_GUIDES = 32;

export function rowBlock(
  look: TraceLook,
  view: ViewRows,
  window: { readonly from: number; readonly to: number },
  version: number,
  shiftOf: (span: number) => number,
): RowBlock {
  const { columns, tree, path } = look;
  const { rows, folded, hits, inTreeOrder } = view;
  const from = Math.min(Math.max(window.from, 0), rows.length);
  const length = Math.max(0, Math.min(window.to, rows.length) - from);
  const criticalNs: number[] = [];
  const operations: RowOperation[] = [];
  const known = new Map<number, number>();
  const block = {
    version,
    total: rows.length,
    from,
    length,
    spanId: new BigUint64Array(length),
    startNs: new Float64Array(length),
    durationNs: new Float64Array(length),
    selfNs: new Float64Array(length),
    depth: new Uint32Array(length),
    descendants: new Uint32Array(length),
    errorsBelow: new Uint32Array(length),
    flags: new Uint8Array(length),
    guides: new Uint32Array(length),
    operation: new Uint32Array(length),
    criticalStart: new Uint32Array(length + 1),
  };
  for (let k = 0; k < length; k++) {
    const row = rows[from + k] as number;
    const span = tree.span[row] as number;
    const failed = columns.status[span] === STATUS_ERROR;
    block.spanId[k] = columns.spanId[span] as bigint;
    block.startNs[k] = columns.startNs[span] as number;
    block.durationNs[k] = columns.durationNs[span] as number;
    block.selfNs[k] = tree.selfNs[row] as number;
    block.depth[k] = tree.depth[row] as number;
    block.descendants[k] = (tree.size[row] as number) - 1;
    block.errorsBelow[k] = (tree.errors[row] as number) - (failed ? 1 : 0);
    block.flags[k] =
      (failed ? ROW_ERROR : 0) |
      (tree.orphan[row] === 1 ? ROW_ORPHAN : 0) |
      (tree.cycle[row] === 1 ? ROW_CYCLE : 0) |
      (folded[row] === 1 ? ROW_FOLDED : 0) |
      (hits === null || hits[row] === 1 ? ROW_MATCH : 0) |
      (shiftOf(span) === 0 ? 0 : ROW_SHIFTED);
    if (inTreeOrder) block.guides[k] = guidesOf(tree, row);
    const operation = columns.operation[span] as number;
    let index = known.get(operation);
    if (index === undefined) {
      index = operations.push(rowOperation(look, operation)) - 1;
      known.set(operation, index);
    }
    block.operation[k] = index;
    const [first, end] = segmentsOf(path, row);
    for (let s = first; s < end; s++) criticalNs.push(path.startNs[s] as number, path.endNs[s] as number);
    block.criticalStart[k + 1] = criticalNs.length / 2;
  }
  const ancestors = inTreeOrder && length > 0 ? ancestorsOf(look, rows, rows[from] as number) : [];
  return { ...block, operations, criticalNs: Float64Array.from(criticalNs), ancestors };
}

export function rowOperation({ columns, colors }: TraceLook, operation: number): RowOperation {
  const { name, service, kind } = columns.operations[operation] as (typeof columns.operations)[number];
  return {
    name: name.slice(0, MAX_NAME),
    service: service.slice(0, MAX_NAME),
    kind,
    color: colors[operation] as number,
  };
}

/** Bit k: below this row more children of its ancestor at depth k follow. */
function guidesOf(tree: TraceTree, row: number): number {
  let guides = 0;
  for (let at = row; at >= 0; at = tree.parentRow[at] as number) {
    const depth = tree.depth[at] as number;
    if (depth === 0 || depth > MAX_GUIDES) continue;
    const parent = tree.parentRow[at] as number;
    if (at + (tree.size[at] as number) < parent + (tree.size[parent] as number)) guides |= 1 << (depth - 1);
  }
  return guides >>> 0;
}

function ancestorsOf(look: TraceLook, rows: Uint32Array, row: number): Ancestor[] {
  const { columns, tree } = look;
  const ancestors: Ancestor[] = [];
  for (let at = tree.parentRow[row] as number; at >= 0 && ancestors.length < MAX_ANCESTORS; ) {
    const span = tree.span[at] as number;
    ancestors.unshift({
      position: positionOf(rows, at, true),
      spanId: columns.spanId[span] as bigint,
      depth: tree.depth[at] as number,
      failed: columns.status[span] === STATUS_ERROR,
      operation: rowOperation(look, columns.operation[span] as number),
    });
    at = tree.parentRow[at] as number;
  }
  return ancestors;
}
