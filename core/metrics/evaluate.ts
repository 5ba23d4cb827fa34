/** Evaluates an aggregate of a metric over the points of its series, group by group. No more is held of a series than its steps. */
import { type Aggregate, type MetricShape, quantileIn } from './aggregates';
import { type Distribution, subtractDistributions } from './distribution';
import { GroupTally, hasBuckets, levelsOf, type Values } from './group-tally';
import { increasesOf, type Temporality, type TimedValue } from './increases';
import type { ReadPoint } from './read-point';
import { type Steps, staleAfterNs } from './steps';

export interface Asked {
  readonly shape: MetricShape;
  readonly aggregate: Aggregate;
  readonly steps: Steps;
  /** What is before was not read. */
  readonly readFromNs: number;
}

/** Of groups: beyond, nobody reads them, and what they hold is bounded. */
const MOST_GROUPS = 1_000;

export class MetricEvaluation {
  private readonly groups = new Map<string, GroupTally>();
  /** Of summaries, by group: the quantile that the sender computed. */
  private readonly quantiles = new Map<string, (number | null)[]>();
  /** Where counting began anew. */
  resets = 0;
  /** Some histograms have no buckets, so that nothing is known of their percentiles. */
  withoutBuckets = false;
  /** Points in the range whose value is NaN or infinite: they are in no value. */
  notFinite = 0;
  private countedFromNs = Number.POSITIVE_INFINITY;
  private countedToNs = Number.NEGATIVE_INFINITY;
  /** A group was left out: there are more than are held. */
  overflowed = false;

  constructor(private readonly asked: Asked) {}

  /** @param points of one series, in order of time, those before the range among them */
  addSeries(group: string, points: readonly ReadPoint[]): void {
    const tally = this.tallyOf(group);
    if (!tally) return;
    tally.series++;
    const { shape, aggregate, steps } = this.asked;
    for (const { isNotFinite, timeNs } of points) {
      if (isNotFinite && timeNs >= 0 && timeNs < steps.count * steps.stepNs) this.notFinite++;
    }
    const staleNs = staleAfterNs(
      points.map(({ timeNs }) => timeNs),
      steps.stepNs,
    );
    if (shape.kind === 'summary' && quantileIn(aggregate) !== null) this.addQuantiles(group, points, staleNs);
    else if (shape.kind !== 'gauge' && shape.kind !== 'sum') this.addDistributions(tally, points, staleNs);
    else if (aggregate === 'rate' || aggregate === 'increase') this.addIncreases(tally, points, staleNs);
    else {
      const values = points.map(({ timeNs, number }) => ({ timeNs, value: number === null ? null : Number(number) }));
      for (const [step, level] of levelsOf(values, steps, staleNs)) tally.addLevel(step, level);
    }
  }

  result(): { readonly group: string; readonly series: number; readonly values: Values; readonly tally: GroupTally }[] {
    const { shape, aggregate } = this.asked;
    const ofDistributions = shape.kind !== 'gauge' && shape.kind !== 'sum';
    return [...this.groups].map(([group, tally]) => {
      const quantiles = this.quantiles.get(group);
      const values = quantiles
        ? { values: quantiles, bounds: null }
        : tally.values(aggregate, ofDistributions, (step) => this.secondsOf(step));
      return { group, series: tally.series, values, tally };
    });
  }

  /** Of the first and the last step, the part in which anything was counted: rates would seem to fall there. */
  private secondsOf(step: number): number {
    const { stepNs } = this.asked.steps;
    const from = Math.max(step * stepNs, this.countedFromNs);
    const to = Math.min((step + 1) * stepNs, this.countedToNs);
    return (to > from ? to - from : stepNs) / 1e9;
  }

  private tallyOf(group: string): GroupTally | null {
    const there = this.groups.get(group);
    if (there) return there;
    if (this.groups.size >= MOST_GROUPS) {
      this.overflowed = true;
      return null;
    }
    const tally = new GroupTally(this.asked.steps);
    this.groups.set(group, tally);
    return tally;
  }

  private addIncreases(tally: GroupTally, points: readonly ReadPoint[], staleNs: number): void {
    const values = points.flatMap(({ timeNs, startNs, number }) =>
      number === null ? [] : [{ timeNs, startNs, value: number }],
    );
    const { monotonic } = this.asked.shape;
    const difference = (now: number | bigint, before: number | bigint): number | bigint | null => {
      // Of two bigints exactly: they may be too large for a double, and close together.
      const added = typeof now === 'bigint' && typeof before === 'bigint' ? now - before : Number(now) - Number(before);
      return monotonic && added < 0 ? null : added;
    };
    this.each(values, difference, staleNs, (increase, isSpread) =>
      tally.addIncrease({ ...increase, value: Number(increase.value) }, isSpread),
    );
  }

  private addDistributions(tally: GroupTally, points: readonly ReadPoint[], staleNs: number): void {
    const values: TimedValue<Distribution>[] = points.flatMap(({ timeNs, startNs, distribution }) =>
      distribution === null ? [] : [{ timeNs, startNs, value: distribution }],
    );
    this.each(values, subtractDistributions, staleNs, (increase, isSpread) => {
      if (increase.value.count > 0 && !hasBuckets(increase.value)) this.withoutBuckets = true;
      tally.addDistribution(increase, isSpread);
    });
  }

  private each<V>(
    values: readonly TimedValue<V>[],
    difference: (now: V, before: V) => V | null,
    staleNs: number,
    add: (increase: { fromNs: number; toNs: number; value: V; isReset: boolean }, isSpread: boolean) => void,
  ): void {
    const { steps, aggregate, readFromNs } = this.asked;
    for (const increase of increasesOf(values, this.temporality(), difference, readFromNs)) {
      if (increase.isReset && increase.toNs >= 0 && increase.toNs < steps.count * steps.stepNs) this.resets++;
      const isSpread = increase.toNs - increase.fromNs <= staleNs;
      this.countedFromNs = Math.min(this.countedFromNs, increase.fromNs);
      this.countedToNs = Math.max(this.countedToNs, increase.toNs);
      // Over a gap nobody knows when it was added: there is no rate to show.
      if (isSpread || aggregate !== 'rate') add(increase, isSpread);
    }
  }

  /** Summaries count from their start; a histogram that says nothing of it gives what it counted each time. */
  private temporality(): Temporality {
    const { kind, temporality } = this.asked.shape;
    return kind === 'summary' || temporality === 'cumulative' ? 'cumulative' : 'delta';
  }

  private addQuantiles(group: string, points: readonly ReadPoint[], staleNs: number): void {
    const { aggregate, steps } = this.asked;
    const q = quantileIn(aggregate);
    const values = points.map(({ timeNs, quantiles }) => ({
      timeNs,
      value: quantiles.find(({ quantile }) => quantile === q)?.value ?? null,
    }));
    const row = this.quantiles.get(group) ?? new Array<number | null>(steps.count).fill(null);
    for (const [step, { last }] of levelsOf(values, steps, staleNs)) row[step] = last;
    this.quantiles.set(group, row);
  }
}
