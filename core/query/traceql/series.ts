/** Numbers over time, as the metrics of TraceQL put spans together. */
import { LatencySketch } from '../../model/latency-sketch';
import type { Metric } from './ast';
import { textOf } from './values';

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly (number | null)[];
}

interface Sums {
  count: number;
  sum: number;
  min: number;
  max: number;
}

/** What one series knows of one step. */
interface Cell extends Sums {
  sketch: LatencySketch | null;
  /** By upper bound: the next power of two. */
  buckets: Map<number, number> | null;
}

interface Group {
  readonly fields: readonly string[];
  /** As literals. */
  readonly names: readonly string[];
  readonly cells: (Cell | undefined)[];
}

/** What is 0 where there is no span, rather than nothing. */
const COUNTS: ReadonlySet<Metric['name']> = new Set(['rate', 'count_over_time', 'histogram_over_time'] as const);
/** Series of a metric; more groups than that say nothing to anybody. */
const MAX_GROUPS = 1_000;

export class SeriesBuilder {
  private readonly groups = new Map<string, Group>();
  /** Some groups were left out. */
  overflowed = false;

  /** @param stepSeconds for rates */
  constructor(
    private readonly metric: Metric,
    private readonly steps: number,
    private readonly stepSeconds: number,
    /** Whether labels always tell the types of their values. */
    private readonly literals = false,
  ) {}

  /** One span. @param names of the group, as literals of `metric.by` */
  add(step: number, fields: readonly string[], names: readonly string[], value: number): void {
    this.merge(step, fields, names, { count: 1, sum: value, min: value, max: value });
  }

  /** Spans that were added up; where each value counts, all of them have the same. */
  merge(step: number, fields: readonly string[], names: readonly string[], sums: Sums): void {
    if (step < 0 || step >= this.steps) return;
    const cell = this.cell(step, fields, names);
    if (!cell) return;
    cell.count += sums.count;
    cell.sum += sums.sum;
    cell.min = Math.min(cell.min, sums.min);
    cell.max = Math.max(cell.max, sums.max);
    // Values of any attribute: what is below zero counts as zero, as it did in the sketch.
    cell.sketch?.add(Math.max(sums.min, 0), sums.count);
    if (cell.buckets) {
      const bound = upperBound(sums.min);
      cell.buckets.set(bound, (cell.buckets.get(bound) ?? 0) + sums.count);
    }
  }

  /** @param isWhole whether counts are 0 in steps without spans: where one goes on with them */
  series(isWhole: boolean): Series[] {
    const none = isWhole && COUNTS.has(this.metric.name) ? 0 : null;
    const alike = new Map<string, number>();
    const labelled = [...this.groups.values()].map((group) => {
      const text = JSON.stringify(Object.values(labelsOf(group)));
      alike.set(text, (alike.get(text) ?? 0) + 1);
      return { group, text };
    });
    // Text that reads like a value of another type is in quotes where both occur.
    return labelled.flatMap(({ group, text }) =>
      this.seriesOf(group, labelsOf(group, this.literals || alike.get(text) !== 1), none),
    );
  }

  private cell(step: number, fields: readonly string[], names: readonly string[]): Cell | null {
    const key = JSON.stringify(names);
    let group = this.groups.get(key);
    if (!group) {
      if (this.groups.size >= MAX_GROUPS) {
        this.overflowed = true;
        return null;
      }
      group = { fields, names, cells: new Array<Cell | undefined>(this.steps) };
      this.groups.set(key, group);
    }
    const { name } = this.metric;
    group.cells[step] ??= {
      count: 0,
      sum: 0,
      min: Number.POSITIVE_INFINITY,
      max: Number.NEGATIVE_INFINITY,
      sketch: name === 'quantile_over_time' ? new LatencySketch() : null,
      buckets: name === 'histogram_over_time' ? new Map() : null,
    };
    return group.cells[step] ?? null;
  }

  private seriesOf({ cells }: Group, labels: Series['labels'], none: 0 | null): Series[] {
    const each = (value: (cell: Cell) => number | null): (number | null)[] =>
      Array.from({ length: this.steps }, (_, i) => {
        const cell = cells[i];
        return cell ? value(cell) : none;
      });
    switch (this.metric.name) {
      case 'rate':
        return [{ labels, values: each(({ count }) => count / this.stepSeconds) }];
      case 'count_over_time':
        return [{ labels, values: each(({ count }) => count) }];
      case 'sum_over_time':
        return [{ labels, values: each(({ sum }) => sum) }];
      case 'avg_over_time':
        return [{ labels, values: each(({ sum, count }) => sum / count) }];
      case 'min_over_time':
        return [{ labels, values: each(({ min }) => min) }];
      case 'max_over_time':
        return [{ labels, values: each(({ max }) => max) }];
      case 'quantile_over_time':
        return this.metric.quantiles.map((q) => ({
          labels: { ...labels, p: String(q) },
          values: each(({ sketch }) => sketch?.quantile(q) ?? null),
        }));
      case 'histogram_over_time': {
        const bounds = new Set(cells.flatMap((cell) => [...(cell?.buckets?.keys() ?? [])]));
        return [...bounds]
          .sort((a, b) => a - b)
          .map((bound) => ({
            labels: { ...labels, bucket: String(bound) },
            values: each(({ buckets }) => buckets?.get(bound) ?? none),
          }));
      }
    }
  }
}

function upperBound(value: number): number {
  return value <= 0 ? 0 : 2 ** Math.ceil(Math.log2(value));
}

function labelsOf({ fields, names }: Group, asLiterals = false): Series['labels'] {
  const textFor = (name: string): string => (asLiterals ? name : textOf(name));
  return Object.fromEntries(fields.map((field, i) => [field, textFor(names[i] ?? 'nil')]));
}
