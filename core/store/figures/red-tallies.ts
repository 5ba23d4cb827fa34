/**
 * Rate, errors and durations by operation and step while they are added up: of so many operations each for itself, of the others by
 * service and whether they serve, which is all that the sums by service need.
 */
import { OTHER } from '../../api/other';
import type { OtherRed, RedGroup, RedMetrics, RedSeries, RedValues } from '../../api/service-metrics';
import { LatencySketch } from '../../model/latency-sketch';
import { SPAN_KIND_CONSUMER, SPAN_KIND_SERVER, spanKindName } from '../../model/span-kind';

export interface KnownOperation {
  readonly name: string;
  readonly kind: number;
  readonly serviceId: number;
  readonly service: string;
}

export interface Tally {
  spans: number;
  errors: number;
  readonly sketch: LatencySketch;
}

interface Row {
  readonly operation: KnownOperation;
  /** Whether it is many operations. */
  readonly isOther: boolean;
  readonly steps: (Tally | undefined)[];
}

/** Values of a step in an answer: about a megabyte. */
const MAX_VALUES = 12_000;
const MIN_GROUPS = 10;
const MAX_GROUPS = 1_000;

export class RedTallies {
  private readonly rows = new Map<number | string, Row>();

  constructor(private readonly steps: number) {}

  of(id: number, operation: KnownOperation, isOther: boolean, at: number): Tally {
    const key = isOther ? `${operation.serviceId}.${serves(operation)}` : id;
    let row = this.rows.get(key);
    if (!row) {
      row = { operation, isOther, steps: new Array<Tally | undefined>(this.steps) };
      this.rows.set(key, row);
    }
    row.steps[at] ??= newTally();
    return row.steps[at];
  }

  /** How many rows are held. */
  get held(): number {
    return this.rows.size;
  }

  /** @param count how many operations there are; null: as many as were added */
  metrics(groupBy: 'service' | 'operation', count: number | null): Pick<RedMetrics, 'total' | 'groups' | 'other'> {
    this.leaveOutEmpty();
    const serving = new Set<number>();
    for (const { operation } of this.rows.values()) if (serves(operation)) serving.add(operation.serviceId);
    const total = this.newSteps();
    const groups = new Map<number | string, { readonly operation: KnownOperation; readonly steps: Tally[] }>();
    const byService = groupBy === 'service';
    for (const [id, { operation, isOther, steps }] of this.rows) {
      const counts = serves(operation) || !serving.has(operation.serviceId);
      if (counts) mergeSteps(total, steps);
      if (byService && !counts) continue;
      const key = byService ? operation.serviceId : isOther ? OTHER : id;
      const group = groups.get(key) ?? { operation, steps: this.newSteps() };
      groups.set(key, group);
      mergeSteps(group.steps, steps);
    }
    const rest = groups.get(OTHER)?.steps ?? null;
    groups.delete(OTHER);
    const sorted = [...groups.values()]
      .map(({ operation, steps }) => ({ operation, steps, series: seriesOf(steps) }))
      .sort((a, b) => b.series.spans - a.series.spans);
    const most = Math.min(MAX_GROUPS, Math.max(MIN_GROUPS, Math.floor(MAX_VALUES / this.steps)));
    const named = (operation: KnownOperation) => ({
      service: operation.service,
      operation: byService ? null : operation.name,
      kind: byService ? null : spanKindName(operation.kind),
    });
    const shown = sorted.slice(0, most);
    const left = sorted.slice(most);
    return {
      total: seriesOf(total),
      groups: shown.map(({ operation, series }): RedGroup => ({ ...named(operation), ...series })),
      other: this.otherOf(left, rest, (byService ? null : count) ?? sorted.length, shown.length),
    };
  }

  private otherOf(
    left: readonly { readonly steps: readonly Tally[] }[],
    rest: readonly Tally[] | null,
    count: number,
    shown: number,
  ): OtherRed | null {
    if (left.length === 0 && rest === null) return null;
    const steps = this.newSteps();
    if (rest) mergeSteps(steps, rest);
    for (const group of left) mergeSteps(steps, group.steps);
    return { count: Math.max(count - shown, 1), ...seriesOf(steps) };
  }

  /** What is left of deleted traces: counted, and taken off again. */
  private leaveOutEmpty(): void {
    for (const [id, { steps }] of this.rows) {
      for (const [at, tally] of steps.entries()) if (tally?.spans === 0) steps[at] = undefined;
      if (steps.every((tally) => tally === undefined)) this.rows.delete(id);
    }
  }

  private newSteps(): Tally[] {
    return Array.from({ length: this.steps }, newTally);
  }
}

function serves({ kind }: KnownOperation): boolean {
  return kind === SPAN_KIND_SERVER || kind === SPAN_KIND_CONSUMER;
}

function seriesOf(steps: readonly Tally[]): RedSeries {
  const all = newTally();
  for (const tally of steps) mergeInto(all, tally);
  return { ...valuesOf(all), steps: steps.map(valuesOf) };
}

function newTally(): Tally {
  return { spans: 0, errors: 0, sketch: new LatencySketch() };
}

function mergeSteps(into: readonly Tally[], steps: readonly (Tally | undefined)[]): void {
  for (const [at, tally] of steps.entries()) if (tally) mergeInto(into[at] as Tally, tally);
}

function mergeInto(into: Tally, { spans, errors, sketch }: Tally): void {
  into.spans += spans;
  into.errors += errors;
  into.sketch.merge(sketch);
}

function valuesOf({ spans, errors, sketch }: Tally): RedValues {
  return { spans, errors, p50Ns: sketch.quantile(0.5), p95Ns: sketch.quantile(0.95), p99Ns: sketch.quantile(0.99) };
}
