/**
 * A row of Perfetto's timeline: the slices of one thread, or of one asynchronous operation. Slices are paired and nested here.
 *
 * Beginnings and ends are paired in the order of their times: an end closes the slice opened last that has its name (and category), or
 * the one opened last if it says none, and no other. What nobody closes lasts as long as the slice that it was opened in, or else as
 * the recording. Then each slice is put into the shortest one that holds it whole. Those that only overlap stand side by side.
 */
import type { TraceEvent } from './event';

/** As deep as Perfetto looks, too. It bounds the steps that any order of events can take. */
const MAX_DEPTH = 512;

export interface Slice {
  readonly begin: TraceEvent;
  /** Null: none, or it is complete by itself. */
  end: TraceEvent | null;
  endNs: bigint;
  isUnfinished: boolean;
  /** Null: the track. */
  parent: Slice | null;
  readonly instants: TraceEvent[];
  readonly links: SliceLink[];
  /** Empty: nobody asked for it yet. */
  spanId: string;
}

interface SliceLink {
  readonly from: Slice;
  readonly flow: TraceEvent;
}

interface Open {
  readonly slice: Slice;
  /** In which it was opened. */
  readonly outer: Slice | null;
}

export class Track {
  /** By their beginning, the longer first. */
  readonly slices: Slice[] = [];
  /** Of no slice. */
  readonly instants: TraceEvent[] = [];
  private readonly edges: TraceEvent[] = [];
  private readonly points: TraceEvent[] = [];

  /** @param tid null: it is that of an asynchronous operation */
  constructor(readonly tid: string | null) {}

  complete(event: TraceEvent): void {
    const slice = sliceOf(event);
    slice.endNs = event.ns + (event.durationNs ?? 0n);
    this.slices.push(slice);
  }

  /** A beginning or an end. */
  edge(event: TraceEvent): void {
    this.edges.push(event);
  }

  instant(event: TraceEvent): void {
    this.points.push(event);
  }

  /**
   * @param begins whether an event begins a slice rather than ends one
   * @param lastNs the last moment of the recording
   * @param onLoose is given each end of nothing
   */
  arrange(begins: (event: TraceEvent) => boolean, lastNs: bigint, onLoose: (end: TraceEvent) => void): void {
    this.pair(begins, lastNs, onLoose);
    this.slices.sort(
      (a, b) => compare(a.begin.ns, b.begin.ns) || compare(b.endNs, a.endNs) || a.begin.index - b.begin.index,
    );
    this.points.sort(byTime);
    const stack: Slice[] = [];
    let at = 0;
    for (const slice of this.slices) {
      while (at < this.points.length && (this.points[at] as TraceEvent).ns < slice.begin.ns) this.place(stack, at++);
      slice.parent = holder(stack, slice.begin.ns, slice.endNs);
      stack.push(slice);
    }
    while (at < this.points.length) this.place(stack, at++);
  }

  /** The innermost slice at a moment. @param after the one that begins next, if there is one */
  sliceAt(ns: bigint, after: boolean): Slice | null {
    let low = 0;
    let high = this.slices.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { ns: startNs } = (this.slices[middle] as Slice).begin;
      if (after ? startNs < ns : startNs <= ns) low = middle + 1;
      else high = middle;
    }
    if (after) return this.slices[low] ?? null;
    let slice = this.slices[low - 1] ?? null;
    for (let steps = 0; slice && slice.endNs < ns && steps < MAX_DEPTH; steps++) slice = slice.parent;
    return slice && slice.endNs >= ns ? slice : null;
  }

  private place(stack: Slice[], at: number): void {
    const event = this.points[at] as TraceEvent;
    const slice = holder(stack, event.ns, event.ns);
    if (slice) slice.instants.push(event);
    else this.instants.push(event);
  }

  private pair(begins: (event: TraceEvent) => boolean, lastNs: bigint, onLoose: (end: TraceEvent) => void): void {
    const open: Open[] = [];
    for (const event of this.edges.sort(byTime)) {
      if (begins(event)) {
        const slice = sliceOf(event);
        slice.isUnfinished = true;
        this.slices.push(slice);
        open.push({ slice, outer: open.at(-1)?.slice ?? null });
        continue;
      }
      const found = matching(open, event);
      if (!found) onLoose(event);
      else {
        const { slice } = open.splice(found.at, 1)[0] as Open;
        slice.end = event;
        slice.endNs = event.ns;
        slice.isUnfinished = false;
      }
    }
    // Those outside come first.
    for (const { slice, outer } of open) {
      const endNs = outer?.endNs ?? lastNs;
      slice.endNs = endNs > slice.begin.ns ? endNs : slice.begin.ns;
    }
  }
}

function sliceOf(begin: TraceEvent): Slice {
  return { begin, end: null, endNs: begin.ns, isUnfinished: false, parent: null, instants: [], links: [], spanId: '' };
}

function matching(open: readonly Open[], { name, category }: TraceEvent): { readonly at: number } | null {
  for (let at = open.length - 1; at >= 0 && at >= open.length - MAX_DEPTH; at--) {
    const { begin } = (open[at] as Open).slice;
    const isSame = (name === '' || name === begin.name) && (category === '' || category === begin.category);
    if (isSame) return { at };
  }
  return null;
}

/** The innermost slice that holds a span of time whole. What ended before is dropped from the stack. */
function holder(stack: Slice[], startNs: bigint, endNs: bigint): Slice | null {
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const isOver = top.endNs < startNs || (top.endNs === startNs && endNs > startNs);
    if (!isOver) break;
    stack.pop();
  }
  for (let at = stack.length - 1; at >= 0 && at >= stack.length - MAX_DEPTH; at--) {
    const slice = stack[at] as Slice;
    if (slice.endNs >= endNs) return slice;
  }
  return null;
}

function byTime(a: TraceEvent, b: TraceEvent): number {
  return compare(a.ns, b.ns) || a.index - b.index;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
