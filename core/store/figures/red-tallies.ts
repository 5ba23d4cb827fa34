/**
 * Rate, errors and durations by step while they are added up. Of few operations each is held; of many those that an answer names,
 * and all others as one.
 */
import type { OtherRed, RedSeries, RedValues } from '../../api/service-metrics';
import { LatencySketch } from '../../model/latency-sketch';
import { isRequest } from '../../model/request';

export interface TalliedOperation {
  readonly operationId: number;
  readonly serviceId: number;
  readonly kind: number;
  /** Of its spans without a parent. */
  readonly isRoot: boolean;
}

interface Tally {
  spans: number;
  errors: number;
  readonly sketch: LatencySketch;
}

/** Of very many, those that an answer names; found in a pass of its own. */
export interface Named {
  /** Operations or services, by what is grouped. */
  readonly ids: ReadonlySet<number>;
  /** How many there are, these included. */
  readonly count: number;
}

interface Row {
  /** Of the first of its operations. */
  readonly operation: TalliedOperation;
  readonly isOther: boolean;
  /** Whether it is a part of what its service serves. */
  readonly counts: boolean;
  readonly steps: (Tally | undefined)[];
}

export interface TalliedGroup {
  readonly operation: TalliedOperation;
  readonly series: RedSeries;
}

interface Tallied {
  readonly total: RedSeries;
  readonly groups: readonly TalliedGroup[];
  readonly other: OtherRed | null;
}

interface Group {
  readonly operation: TalliedOperation;
  spans: number;
  readonly parts: (readonly (Tally | undefined)[])[];
}

/** Values of a step in an answer: about a megabyte. */
const MAX_VALUES = 12_000;
const MIN_GROUPS = 10;
const MAX_GROUPS = 1_000;

/** How many an answer names. */
export function namedAtMost(steps: number): number {
  return Math.min(MAX_GROUPS, Math.max(MIN_GROUPS, Math.floor(MAX_VALUES / steps)));
}

export class RedTallies {
  private readonly rows = new Map<string, Row>();

  /** @param named null: operations are few, and each is held */
  constructor(
    private readonly steps: number,
    private readonly groupBy: 'service' | 'operation',
    private readonly named: Named | null,
  ) {}

  /** How many rows are held. */
  get held(): number {
    return this.rows.size;
  }

  /** Where a span of the operation is counted. @param at a step */
  of(operation: TalliedOperation, at: number): Tally {
    const { operationId, serviceId } = operation;
    const byService = this.groupBy === 'service';
    const counts = isRequest(operation.kind, operation.isRoot);
    const id = byService && this.named ? serviceId : operationId;
    const isOther = this.named !== null && !this.named.ids.has(id);
    const key = `${isOther ? 'other' : id} ${counts}`;
    let row = this.rows.get(key);
    if (!row) {
      row = { operation: { ...operation }, isOther, counts, steps: new Array<Tally | undefined>(this.steps) };
      this.rows.set(key, row);
    }
    const tally = row.steps[at] ?? newTally();
    row.steps[at] = tally;
    return tally;
  }

  /** The busiest groups first. */
  answer(): Tallied {
    this.leaveOutEmpty();
    const total = this.newSteps();
    const rest = this.newSteps();
    const groups = new Map<number, Group>();
    let hasRest = false;
    for (const { operation, isOther, counts, steps } of this.rows.values()) {
      if (counts) mergeSteps(total, steps);
      // A service that serves nothing is there, with nothing.
      const isCounted = counts || this.groupBy === 'operation';
      if (isOther) {
        hasRest = true;
        if (isCounted) mergeSteps(rest, steps);
        continue;
      }
      const key = this.groupBy === 'service' ? operation.serviceId : operation.operationId;
      const group = groups.get(key) ?? { operation, spans: 0, parts: [] };
      groups.set(key, group);
      if (!isCounted) continue;
      group.parts.push(steps);
      for (const tally of steps) group.spans += tally?.spans ?? 0;
    }
    const sorted = [...groups.values()].sort((a, b) => b.spans - a.spans);
    const shown = sorted.slice(0, namedAtMost(this.steps));
    const left = sorted.slice(shown.length);
    for (const { parts } of left) for (const steps of parts) mergeSteps(rest, steps);
    const count = Math.max(1, (this.named?.count ?? sorted.length) - shown.length);
    return {
      total: seriesOf(total),
      groups: shown.map(({ operation, parts }) => {
        const steps = this.newSteps();
        for (const part of parts) mergeSteps(steps, part);
        return { operation, series: seriesOf(steps) };
      }),
      other: hasRest || left.length > 0 ? { count, ...seriesOf(rest) } : null,
    };
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
