/** What the spans of a trace have in common, group by group. Durations in nanoseconds; percentiles are exact (nearest rank). */
import { STATUS_ERROR } from '../model/span-kind';
import type { CriticalPath } from './critical-path';
import type { TraceColumns } from './trace-columns';
import type { TraceTree } from './trace-tree';

export type StatisticsBy = 'operation' | 'service' | 'kind' | 'status';

export interface GroupStatistics {
  readonly name: string;
  /** Null where the group spans several. */
  readonly service: string | null;
  readonly count: number;
  readonly errors: number;
  /** Sum of durations and of self times. */
  readonly totalNs: number;
  readonly selfNs: number;
  /** Of those whose duration is known; null: of none. */
  readonly minNs: number | null;
  readonly maxNs: number | null;
  readonly p50Ns: number | null;
  readonly p95Ns: number | null;
  /** Time on the critical path. */
  readonly criticalNs: number;
}

/** Largest self time first. */
export function statisticsOf(
  columns: TraceColumns,
  tree: TraceTree,
  path: CriticalPath,
  by: StatisticsBy,
  only: Uint8Array | null,
): GroupStatistics[] {
  const { groupOf, groups } = grouping(columns, by);
  const size = groups.length;
  const counts = new Uint32Array(size + 1);
  const errors = new Uint32Array(size);
  const totalNs = new Float64Array(size);
  const selfNs = new Float64Array(size);
  const criticalNs = new Float64Array(size);
  const spanOf = (row: number): number => tree.span[row] as number;
  for (let row = 0; row < tree.length; row++) {
    if (only !== null && only[row] === 0) continue;
    const span = spanOf(row);
    const group = groupOf(span);
    counts[group + 1] = (counts[group + 1] as number) + 1;
    if (columns.status[span] === STATUS_ERROR) errors[group] = (errors[group] as number) + 1;
    totalNs[group] = (totalNs[group] as number) + Math.max(columns.durationNs[span] as number, 0);
    selfNs[group] = (selfNs[group] as number) + (tree.selfNs[row] as number);
  }
  for (let k = 0; k < path.length; k++) {
    const row = path.row[k] as number;
    if (only !== null && only[row] === 0) continue;
    const group = groupOf(spanOf(row));
    criticalNs[group] = (criticalNs[group] as number) + (path.endNs[k] as number) - (path.startNs[k] as number);
  }
  for (let group = 0; group < size; group++) {
    counts[group + 1] = (counts[group + 1] as number) + (counts[group] as number);
  }
  const at = counts.slice();
  const durations = new Float64Array(counts[size] as number);
  for (let row = 0; row < tree.length; row++) {
    if (only !== null && only[row] === 0) continue;
    const span = spanOf(row);
    if ((columns.durationNs[span] as number) < 0) continue;
    const group = groupOf(span);
    durations[at[group] as number] = columns.durationNs[span] as number;
    at[group] = (at[group] as number) + 1;
  }
  const result: GroupStatistics[] = [];
  for (let group = 0; group < size; group++) {
    const count = (counts[group + 1] as number) - (counts[group] as number);
    if (count === 0) continue;
    const sorted = durations.subarray(counts[group] as number, at[group] as number).sort();
    const rank = (share: number): number | null => sorted[Math.ceil(share * sorted.length) - 1] ?? null;
    result.push({
      ...(groups[group] as { name: string; service: string | null }),
      count,
      errors: errors[group] as number,
      totalNs: totalNs[group] as number,
      selfNs: selfNs[group] as number,
      minNs: sorted[0] ?? null,
      maxNs: sorted.at(-1) ?? null,
      p50Ns: rank(0.5),
      p95Ns: rank(0.95),
      criticalNs: criticalNs[group] as number,
    });
  }
  return result.sort((a, b) => b.selfNs - a.selfNs || b.count - a.count);
}

interface Grouping {
  readonly groupOf: (span: number) => number;
  readonly groups: readonly { readonly name: string; readonly service: string | null }[];
}

function grouping(columns: TraceColumns, by: StatisticsBy): Grouping {
  if (by === 'status') {
    const groups = ['unset', 'ok', 'error'].map((name) => ({ name, service: null }));
    return { groups, groupOf: (span) => Math.min(columns.status[span] as number, 2) };
  }
  const numbers = new Map<string, number>();
  const groups: { name: string; service: string | null }[] = [];
  const ofOperation = Uint32Array.from(columns.operations, ({ name, service, kind }) => {
    const key = by === 'operation' ? `${service}\0${name}` : by === 'service' ? service : kind;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, groups.length);
    return (
      groups.push(by === 'operation' ? { name, service } : { name: key, service: by === 'service' ? key : null }) - 1
    );
  });
  return { groups, groupOf: (span) => ofOperation[columns.operation[span] as number] as number };
}

/** Time on the critical path by service, the largest first. */
export function criticalShares(
  columns: TraceColumns,
  tree: TraceTree,
  path: CriticalPath,
): { readonly service: string; readonly ns: number }[] {
  const byService = new Map<string, number>();
  for (let k = 0; k < path.length; k++) {
    const span = tree.span[path.row[k] as number] as number;
    const service = columns.operations[columns.operation[span] as number]?.service ?? '';
    byService.set(service, (byService.get(service) ?? 0) + (path.endNs[k] as number) - (path.startNs[k] as number));
  }
  return [...byService].map(([service, ns]) => ({ service, ns })).sort((a, b) => b.ns - a.ns);
}
