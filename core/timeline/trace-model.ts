/** A trace in memory: its columns, and its two readings, with the clocks as sent and adjusted. */
import { type ClockSkew, clockSkew, shifted } from './clock-skew';
import { SpanIdIndex } from './span-id-index';
import type { TraceColumns } from './trace-columns';
import { TraceLook } from './trace-look';
import { buildTraceTree } from './trace-tree';

/** Palette entries are 16 bits; further services share the last. */
const MAX_SERVICES = 0xffff;

export class TraceModel {
  readonly ids: SpanIdIndex;
  readonly asSent: TraceLook;
  readonly skew: ClockSkew | null;
  private adjustedLook: TraceLook | null = null;

  constructor(readonly columns: TraceColumns) {
    this.ids = new SpanIdIndex(columns.spanId);
    const tree = buildTraceTree(columns, this.ids);
    const { services, colors } = servicesOf(columns, tree.order);
    this.asSent = new TraceLook(columns, tree, colors, services);
    this.skew = clockSkew(columns, tree);
  }

  look(adjustClocks: boolean): TraceLook {
    if (!adjustClocks || !this.skew) return this.asSent;
    if (!this.adjustedLook) {
      const { tree, colors, services } = this.asSent;
      const columns = shifted(this.columns, tree, this.skew);
      this.adjustedLook = new TraceLook(columns, buildTraceTree(columns, this.ids), colors, services);
    }
    return this.adjustedLook;
  }

  /** Nanoseconds the span's clock is adjusted by. */
  shiftOf(span: number): number {
    return this.skew ? (this.skew.shiftNs[this.asSent.tree.rowOf[span] as number] as number) : 0;
  }
}

/** Services in order of their first span, and the one of each operation. */
function servicesOf(columns: TraceColumns, order: Uint32Array): { services: string[]; colors: Uint16Array } {
  const { operations } = columns;
  const numbers = new Map<string, number>();
  const seen = new Uint8Array(operations.length);
  let left = operations.length;
  for (let k = 0; k < order.length && left > 0; k++) {
    const operation = columns.operation[order[k] as number] as number;
    if (seen[operation] === 1) continue;
    seen[operation] = 1;
    left--;
    const service = operations[operation]?.service ?? '';
    if (!numbers.has(service) && numbers.size < MAX_SERVICES) numbers.set(service, numbers.size);
  }
  const colors = Uint16Array.from(operations, ({ service }) => numbers.get(service) ?? MAX_SERVICES - 1);
  return { services: [...numbers.keys()], colors };
}
