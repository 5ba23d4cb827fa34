/** Adds up the series of one group: what they say in each step, of which an aggregate makes numbers. */
import { type Aggregate, quantileIn } from './aggregates';
import { bucketsOf, type Distribution, isExplicit, type Quantile, quantileOf, scaleDistribution } from './distribution';
import { DistributionSum } from './distribution-sum';
import type { Increase } from './increases';
import { partsOf, type Steps, stepOf } from './steps';

/** What the points of one series say in one step. */
export interface Level {
  readonly values: readonly number[];
  readonly last: number;
  readonly lastNs: number;
  /** No point lies in the step: the value is that of an earlier one, which still stands. */
  readonly isCarried: boolean;
}

interface LevelCell {
  points: number;
  readonly values: number[];
  sumOfLast: number;
  last: number;
  lastNs: number;
}

export interface Values {
  readonly values: readonly (number | null)[];
  /** Where the values are estimates: the bounds that each certainly lies between; null: it is no estimate, or there is none. */
  readonly bounds: readonly (readonly [low: number, high: number] | null)[] | null;
}

export class GroupTally {
  private readonly levels: (LevelCell | undefined)[];
  private readonly added: (number | undefined)[];
  private readonly distributions: (DistributionSum | undefined)[];
  /** Series in it. */
  series = 0;

  constructor(private readonly steps: Steps) {
    this.levels = new Array(steps.count);
    this.added = new Array(steps.count);
    this.distributions = new Array(steps.count);
  }

  addLevel(step: number, { values, last, lastNs, isCarried }: Level): void {
    this.levels[step] ??= { points: 0, values: [], sumOfLast: 0, last, lastNs: Number.NEGATIVE_INFINITY };
    const cell = this.levels[step];
    if (!isCarried) cell.points += values.length;
    for (const value of values) cell.values.push(value);
    cell.sumOfLast += last;
    if (lastNs >= cell.lastNs) {
      cell.last = last;
      cell.lastNs = lastNs;
    }
  }

  /** @param isSpread evenly over the steps since the point before; otherwise all of it in the step of its point */
  addIncrease({ fromNs, toNs, value }: Increase<number>, isSpread: boolean): void {
    for (const { step, share } of partsOf(this.steps, isSpread ? fromNs : toNs, toNs)) {
      this.added[step] = (this.added[step] ?? 0) + value * share;
    }
  }

  addDistribution({ fromNs, toNs, value }: Increase<Distribution>, isSpread: boolean): void {
    for (const { step, share } of partsOf(this.steps, isSpread ? fromNs : toNs, toNs)) {
      this.distributions[step] ??= new DistributionSum();
      this.distributions[step].add(scaleDistribution(value, share));
    }
  }

  /** @param secondsOf how long was counted in a step */
  values(aggregate: Aggregate, ofDistributions: boolean, secondsOf: (step: number) => number): Values {
    return ofDistributions ? this.ofDistributions(aggregate, secondsOf) : this.ofNumbers(aggregate, secondsOf);
  }

  /** By step; undefined: nothing. */
  distributionsByStep(): readonly (Distribution | undefined)[] {
    return this.each((step) => this.distributions[step]?.value);
  }

  private ofNumbers(aggregate: Aggregate, secondsOf: (step: number) => number): Values {
    if (aggregate === 'increase') return exact(this.each((step) => this.added[step] ?? null));
    if (aggregate === 'rate') return exact(this.each((step) => divided(this.added[step], secondsOf(step))));
    return exact(
      this.each((step) => {
        const cell = this.levels[step];
        return cell ? levelValue(cell, aggregate) : null;
      }),
    );
  }

  private ofDistributions(aggregate: Aggregate, secondsOf: (step: number) => number): Values {
    const cells = this.distributionsByStep();
    switch (aggregate) {
      case 'rate':
        return exact(this.each((step) => divided(cells[step]?.count, secondsOf(step))));
      case 'count':
        return exact(this.each((step) => cells[step]?.count ?? null));
      case 'sum':
        return exact(this.each((step) => cells[step]?.sum ?? null));
      case 'avg':
        return exact(
          this.each((step) => {
            const { sum = null, count = 0 } = cells[step] ?? {};
            return sum === null || count <= 0 ? null : sum / count;
          }),
        );
      default: {
        const found = this.each((step) => {
          const cell = cells[step];
          return cell ? quantileFor(cell, aggregate) : null;
        });
        return {
          values: found.map((one) => one?.value ?? null),
          bounds: found.map((one) => one && [one.low, one.high]),
        };
      }
    }
  }

  private each<T>(value: (step: number) => T): T[] {
    return Array.from({ length: this.steps.count }, (_, step) => value(step));
  }
}

/** The values of a series by the steps that they are in, and carried over the steps until it is stale. */
export function levelsOf(
  points: readonly { readonly timeNs: number; readonly value: number | null }[],
  steps: Steps,
  staleNs: number,
): Map<number, Level> {
  const levels = new Map<number, Level & { readonly values: number[] }>();
  for (const [i, { timeNs, value }] of points.entries()) {
    if (value === null) continue;
    const step = stepOf(steps, timeNs);
    if (step >= 0 && step < steps.count) {
      const values = levels.get(step)?.isCarried === false ? (levels.get(step)?.values ?? []) : [];
      values.push(value);
      levels.set(step, { values, last: value, lastNs: timeNs, isCarried: false });
    }
    // Until the next point, whether or not that has a value.
    const next = points[i + 1]?.timeNs ?? Number.POSITIVE_INFINITY;
    const standsUntil = Math.min(timeNs + staleNs, next);
    for (let at = Math.max(0, step + 1); at < steps.count && at * steps.stepNs < standsUntil; at++) {
      levels.set(at, { values: [value], last: value, lastNs: timeNs, isCarried: true });
    }
  }
  return levels;
}

function levelValue({ points, values, sumOfLast, last }: LevelCell, aggregate: Aggregate): number | null {
  switch (aggregate) {
    case 'avg':
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    case 'min':
      return values.reduce((a, b) => Math.min(a, b));
    case 'max':
      return values.reduce((a, b) => Math.max(a, b));
    case 'sum':
      return sumOfLast;
    case 'last':
      return last;
    case 'count':
      return points;
    default: {
      const q = quantileIn(aggregate);
      if (q === null) return null;
      const sorted = Float64Array.from(values).sort();
      return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null;
    }
  }
}

/** The least and the most where they are known; otherwise the bounds of the outermost buckets. */
function quantileFor(cell: Distribution, aggregate: Aggregate): Quantile | null {
  const { min, max } = cell;
  if (aggregate === 'min' && min !== null) return { value: min, low: min, high: min };
  if (aggregate === 'max' && max !== null) return { value: max, low: max, high: max };
  if (cell.count <= 0) return null;
  if (aggregate === 'min' || aggregate === 'max') {
    const all = bucketsOf(cell.buckets);
    const bucket = aggregate === 'min' ? all[0] : all.at(-1);
    if (!bucket) return null;
    const { low, high } = bucket;
    const [near, far] = aggregate === 'min' ? [low, high] : [high, low];
    return { value: Number.isFinite(near) ? near : far, low, high };
  }
  const q = quantileIn(aggregate);
  return q === null ? null : quantileOf(cell, q);
}

/** Whether any buckets tell how its values were distributed. */
export function hasBuckets({ buckets }: Distribution): boolean {
  return !isExplicit(buckets) || buckets.counts.length > 0;
}

function exact(values: readonly (number | null)[]): Values {
  return { values, bounds: null };
}

function divided(value: number | undefined, by: number): number | null {
  return value === undefined ? null : value / by;
}
