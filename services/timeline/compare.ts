/** A comparison of two traces as its screen pages through it. */

import type { ComparedRow, ComparedSpan, CompareQuery, ComparisonBlock, OperationDelta } from '../../core/api/timeline';
import { STATUS_ERROR } from '../../core/model/span-kind';
import { knownDuration } from '../../core/model/time';
import { type Comparison, compareTraces } from '../../core/timeline/compare';
import type { TraceLook } from '../../core/timeline/trace-look';
import type { OpenTrace } from './open-traces';

/** A duration that differs by less is the same: by this share, and by this time. */
const CHANGED_SHARE = 0.1;
const CHANGED_NS = 1_000;
const MAX_NAME = 300;
const MAX_OPERATIONS = 500;

type Change = ComparedRow['change'];

/** What pages of one comparison share. */
export interface PreparedComparison {
  readonly a: OpenTrace;
  readonly b: OpenTrace;
  readonly comparison: Comparison;
  /** Rows with changes and those above them. */
  readonly changed: Uint32Array;
  readonly counts: ComparisonBlock['counts'];
  readonly operations: readonly OperationDelta[];
}

/** As sent: clocks shifted in one trace and not in the other would show as differences. */
export function prepareComparison(a: OpenTrace, b: OpenTrace): PreparedComparison {
  const [lookA, lookB] = [a.model.asSent, b.model.asSent];
  const comparison = compareTraces(lookA, lookB);
  const counts = { added: 0, removed: 0, slower: 0, faster: 0 };
  const changed = new Uint8Array(comparison.length);
  for (let row = 0; row < comparison.length; row++) {
    const change = changeOf(comparison, row, lookA, lookB);
    if (change === 'same') continue;
    counts[change]++;
    changed[row] = 1;
  }
  return {
    a,
    b,
    comparison,
    changed: withAncestors(comparison, changed),
    counts,
    operations: operationDeltas(lookA, lookB),
  };
}

export function comparisonBlock(
  prepared: PreparedComparison,
  { from, to, onlyChanges }: CompareQuery,
): ComparisonBlock {
  const { a, b, comparison, changed, counts, operations } = prepared;
  const [lookA, lookB] = [a.model.asSent, b.model.asSent];
  const total = onlyChanges ? changed.length : comparison.length;
  const side = ({ summary }: OpenTrace, { extent }: TraceLook) => ({ summary, startNs: extent[0], endNs: extent[1] });
  const rows: ComparedRow[] = [];
  for (let k = from; k < Math.min(to, total); k++) {
    const row = onlyChanges ? (changed[k] as number) : k;
    const [rowA, rowB] = [comparison.a[row] as number, comparison.b[row] as number];
    const [look, source] = rowB >= 0 ? [lookB, rowB] : [lookA, rowA];
    const operation = look.columns.operations[look.columns.operation[look.tree.span[source] as number] as number];
    rows.push({
      depth: comparison.depth[row] as number,
      name: (operation?.name ?? '').slice(0, MAX_NAME),
      service: (operation?.service ?? '').slice(0, MAX_NAME),
      change: changeOf(comparison, row, lookA, lookB),
      a: spanOf(lookA, rowA),
      b: spanOf(lookB, rowB),
    });
  }
  return { a: side(a, lookA), b: side(b, lookB), total, counts, rows, operations };
}

function spanOf({ columns, tree }: TraceLook, row: number): ComparedSpan | null {
  if (row < 0) return null;
  const span = tree.span[row] as number;
  return {
    spanId: columns.spanId[span] as bigint,
    startNs: columns.startNs[span] as number,
    durationNs: knownDuration(columns.durationNs[span] as number),
    failed: columns.status[span] === STATUS_ERROR,
  };
}

function changeOf(comparison: Comparison, row: number, a: TraceLook, b: TraceLook): Change {
  const rowA = comparison.a[row] as number;
  const rowB = comparison.b[row] as number;
  if (rowA < 0) return 'added';
  if (rowB < 0) return 'removed';
  const before = a.columns.durationNs[a.tree.span[rowA] as number] as number;
  const after = b.columns.durationNs[b.tree.span[rowB] as number] as number;
  if (before < 0 || after < 0) return 'same';
  const delta = after - before;
  if (Math.abs(delta) < Math.max(CHANGED_NS, CHANGED_SHARE * Math.max(before, after))) return 'same';
  return delta > 0 ? 'slower' : 'faster';
}

/** Rows that changed and those above them. */
function withAncestors({ length, depth }: Comparison, changed: Uint8Array): Uint32Array {
  const keep = changed.slice();
  /** The depth from which rows above are still wanted, walking up. */
  let wanted = -1;
  for (let row = length - 1; row >= 0; row--) {
    const level = depth[row] as number;
    if (level < wanted) keep[row] = 1;
    if (keep[row] === 1) wanted = level;
    else if (level === 0) wanted = -1;
  }
  return Uint32Array.from(keep.keys()).filter((row) => keep[row] === 1);
}

/** Operations of either trace by the change of their total time, the largest first. */
function operationDeltas(a: TraceLook, b: TraceLook): OperationDelta[] {
  const byKey = new Map<string, { name: string; service: string; count: [number, number]; total: [number, number] }>();
  for (const [side, { columns }] of [a, b].entries()) {
    const { length, operation, operations, durationNs } = columns;
    const groups = operations.map(({ name, service }) => {
      const key = `${service}\0${name}`;
      const group = byKey.get(key) ?? { name, service, count: [0, 0], total: [0, 0] };
      byKey.set(key, group);
      return group;
    });
    for (let i = 0; i < length; i++) {
      const group = groups[operation[i] as number] as (typeof groups)[number];
      group.count[side as 0 | 1]++;
      group.total[side as 0 | 1] += Math.max(durationNs[i] as number, 0);
    }
  }
  return [...byKey.values()]
    .sort((x, y) => Math.abs(y.total[1] - y.total[0]) - Math.abs(x.total[1] - x.total[0]))
    .slice(0, MAX_OPERATIONS)
    .map(({ name, service, count, total }) => ({
      name: name.slice(0, MAX_NAME),
      service: service.slice(0, MAX_NAME),
      countA: count[0],
      countB: count[1],
      totalNsA: total[0],
      totalNsB: total[1],
    }));
}
