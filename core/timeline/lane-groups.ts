/** Which lanes a span may lie in: those of its service, of the program that sent it, or of the thread it ran on. */
import type { TraceColumns } from './trace-columns';

export type LaneGrouping = 'service' | 'instance' | 'thread';

export interface Threads {
  /** Of each span; 0: not known. */
  readonly ofSpan: Uint32Array;
  /** Name of thread k at k; none at 0. */
  readonly names: readonly string[];
}

interface Grouped {
  readonly groups: readonly string[];
  readonly groupOf: (span: number) => number;
}

export function laneGroups(
  by: LaneGrouping,
  columns: TraceColumns,
  services: readonly string[],
  serviceOf: (span: number) => number,
  threads: Threads | null,
): Grouped {
  if (by === 'service') return { groups: services, groupOf: serviceOf };
  const partOf = (span: number): number =>
    (by === 'instance' ? columns.resource[span] : (threads?.ofSpan[span] ?? 0)) as number;
  const keyOf = (span: number): number => serviceOf(span) * 2 ** 32 + partOf(span);
  // Services one after the other, in each its parts in order of appearance.
  const keys = new Set<number>();
  for (let span = 0; span < columns.length; span++) keys.add(keyOf(span));
  const ordered = [...keys].sort((a, b) => Math.floor(a / 2 ** 32) - Math.floor(b / 2 ** 32));
  const parts = new Map<number, number>();
  for (const key of ordered) {
    const service = Math.floor(key / 2 ** 32);
    parts.set(service, (parts.get(service) ?? 0) + 1);
  }
  const seen = new Map<number, number>();
  const groups = ordered.map((key) => {
    const service = Math.floor(key / 2 ** 32);
    const nth = (seen.get(service) ?? 0) + 1;
    seen.set(service, nth);
    const name = services[service] as string;
    if (by === 'thread') return key % 2 ** 32 === 0 ? name : `${name} #${threads?.names[key % 2 ** 32] ?? ''}`;
    return (parts.get(service) as number) > 1 ? `${name} #${nth}` : name;
  });
  const numbers = new Map(ordered.map((key, k) => [key, k]));
  return { groups, groupOf: (span) => numbers.get(keyOf(span)) as number };
}
