/**
 * Puts the spans of each program on threads of the Trace Event Format, on which slices nest or follow each other and never overlap
 * otherwise: a span lies inside its parent where that is of the same program and still open, else on the first thread that is free.
 */
import { SpanIdIndex } from '../../timeline/span-id-index';
import { boundsOf, type TraceColumns } from '../../timeline/trace-columns';

export interface ThreadLanes {
  /** Of each span, by its index; lanes of each program count from 0. */
  readonly lane: Uint32Array;
  /** How many lanes each program has, by its number. */
  readonly laneCounts: readonly number[];
  /** -1: it is not here. */
  readonly indexOf: (spanId: bigint) => number;
}

export function threadLanes(columns: TraceColumns): ThreadLanes {
  const { length, startNs, resource, spanId, parentSpanId } = columns;
  const index = new SpanIdIndex(spanId);
  const endOf = (span: number): number => boundsOf(columns, span)[1];
  const order = Uint32Array.from({ length }, (_, i) => i).sort(
    (a, b) => (startNs[a] as number) - (startNs[b] as number) || endOf(b) - endOf(a) || a - b,
  );
  const lane = new Uint32Array(length);
  const isPlaced = new Uint8Array(length);
  const programs: Program[] = [];
  for (const span of order) {
    const number = resource[span] as number;
    const program = programs[number] ?? new Program();
    programs[number] = program;
    const parent = index.find(parentSpanId[span] as bigint);
    const isOwn = parent >= 0 && isPlaced[parent] === 1 && resource[parent] === number;
    lane[span] = program.place(
      span,
      isOwn ? (lane[parent] as number) : -1,
      parent,
      startNs[span] as number,
      endOf(span),
    );
    isPlaced[span] = 1;
  }
  const laneCounts = Array.from(programs, (program) => program?.lanes.length ?? 0);
  return { lane, laneCounts, indexOf: (id) => index.find(id) };
}

interface Open {
  readonly span: number;
  readonly endNs: number;
}

class Program {
  /** What is open on each lane, the innermost last. */
  readonly lanes: Open[][] = [];
  /** Lanes by when the outermost of what is open on them ends: a heap, the first to end at its top. */
  private readonly free: { lane: number; atNs: number }[] = [];

  place(span: number, parentLane: number, parent: number, startNs: number, endNs: number): number {
    if (parentLane >= 0) {
      const open = this.lanes[parentLane] as Open[];
      while (open.length > 0 && (open.at(-1) as Open).endNs <= startNs && (open.at(-1) as Open).span !== parent)
        open.pop();
      const top = open.at(-1);
      if (top?.span === parent && top.endNs >= endNs && top.endNs > startNs) {
        open.push({ span, endNs });
        return parentLane;
      }
    }
    const first = this.free[0];
    const isFree = first !== undefined && first.atNs <= startNs;
    const lane = isFree ? first.lane : this.lanes.length;
    if (isFree) this.remove();
    this.lanes[lane] = [{ span, endNs }];
    this.add({ lane, atNs: Math.max(endNs, startNs + 1) });
    return lane;
  }

  private add(item: { lane: number; atNs: number }): void {
    const { free } = this;
    let at = free.push(item) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if ((free[above] as typeof item).atNs <= item.atNs) break;
      free[at] = free[above] as typeof item;
      at = above;
    }
    free[at] = item;
  }

  private remove(): void {
    const { free } = this;
    const last = free.pop();
    if (last === undefined || free.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= free.length) break;
      if (below + 1 < free.length && (free[below + 1] as typeof last).atNs < (free[below] as typeof last).atNs) below++;
      if ((free[below] as typeof last).atNs >= last.atNs) break;
      free[at] = free[below] as typeof last;
      at = below;
    }
    free[at] = last;
  }
}
