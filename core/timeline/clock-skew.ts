/**
 * Clocks that disagree: a server cannot work before its client asked nor after the answer came, so a server span outside its
 * client span tells how far the two clocks are apart. The server's part of the trace is shifted into the middle of the call, as
 * half of the time on the wire is each way's. Messaging and local spans prove nothing and are left where they are.
 * After Jaeger's clock skew adjuster (github.com/jaegertracing/jaeger, internal/jaegerquery/internal/adjuster/clockskew.go).
 */
import { boundsOf, type TraceColumns } from './trace-columns';
import type { TraceTree } from './trace-tree';

export interface ClockSkew {
  /** Nanoseconds added to each span's start, by row. */
  readonly shiftNs: Float64Array;
  readonly services: readonly ShiftedService[];
}

interface ShiftedService {
  readonly service: string;
  readonly spans: number;
  /** Of the shift with the largest magnitude. */
  readonly shiftNs: number;
}

/** Null when no clock is seen to be off. */
export function clockSkew(columns: TraceColumns, tree: TraceTree): ClockSkew | null {
  const { operation, operations, resource } = columns;
  const shiftNs = new Float64Array(tree.length);
  const services = new Map<string, { spans: number; shiftNs: number }>();
  for (let row = 0; row < tree.length; row++) {
    const parentRow = tree.parentRow[row] as number;
    if (parentRow < 0) continue;
    const span = tree.span[row] as number;
    const parent = tree.span[parentRow] as number;
    const { kind, service } = operations[operation[span] as number] as (typeof operations)[number];
    const sameClock = resource[span] === resource[parent];
    const called = kind === 'server' && operations[operation[parent] as number]?.kind === 'client';
    // What lies within its parent as both were sent agrees with the parent's clock, and moves with it.
    if (sameClock || isWithin(columns, span, parent)) shiftNs[row] = shiftNs[parentRow] as number;
    else if (called) shiftNs[row] = shiftInto(columns, span, parent, shiftNs[parentRow] as number);
    const shift = shiftNs[row] as number;
    if (shift === 0) continue;
    const seen = services.get(service);
    if (!seen) services.set(service, { spans: 1, shiftNs: shift });
    else {
      seen.spans++;
      if (Math.abs(shift) > Math.abs(seen.shiftNs)) seen.shiftNs = shift;
    }
  }
  if (services.size === 0) return null;
  return { shiftNs, services: [...services].map(([service, seen]) => ({ service, ...seen })) };
}

function isWithin(columns: TraceColumns, span: number, parent: number): boolean {
  const [start, end] = boundsOf(columns, span);
  const [parentStart, parentEnd] = boundsOf(columns, parent);
  return start >= parentStart && end <= parentEnd;
}

/** What puts a server span inside its client span; 0 when it is there. */
function shiftInto(columns: TraceColumns, span: number, parent: number, parentShiftNs: number): number {
  const start = columns.startNs[span] as number;
  const duration = Math.max(columns.durationNs[span] as number, 0);
  const parentStart = (columns.startNs[parent] as number) + parentShiftNs;
  const parentDuration = Math.max(columns.durationNs[parent] as number, 0);
  // A server that works on after its client gave up is no proof, nor is a client that was never finished.
  if (duration > parentDuration) return start < parentStart ? parentStart - start : 0;
  return Math.round(parentStart + (parentDuration - duration) / 2 - start);
}

/** The columns with every span moved by its shift. */
export function shifted(columns: TraceColumns, tree: TraceTree, { shiftNs }: ClockSkew): TraceColumns {
  const startNs = columns.startNs.slice();
  for (let row = 0; row < tree.length; row++) {
    const span = tree.span[row] as number;
    startNs[span] = (startNs[span] as number) + (shiftNs[row] as number);
  }
  return { ...columns, startNs };
}
