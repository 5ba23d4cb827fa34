/** Distributions over time in rows of the same bounds. */
import { addDistributions, bucketsOf, type Distribution, isExplicit } from './distribution';
import { downscale } from './exponential';

export interface MetricHeatmap {
  /** Rows, the lowest first; an end that is null has no bound. */
  readonly rows: readonly { readonly low: number | null; readonly high: number | null }[];
  /** By step and row. */
  readonly counts: readonly (readonly number[])[];
}

/** More are too thin to see. */
const MOST_ROWS = 48;

/** Null: there is nothing, or no buckets. */
export function heatmapOf(steps: readonly (Distribution | undefined)[]): MetricHeatmap | null {
  const some = steps.filter((one) => one !== undefined);
  const [first, ...others] = some;
  if (!first) return null;
  // What all have in common: the bounds, or the scale.
  const all = coarse(others.reduce(addDistributions, first));
  const none: Distribution = { ...all, count: 0, buckets: emptied(all.buckets) };
  const rows = bucketsOf(all.buckets).map(({ low, high }) => ({ low, high }));
  if (rows.length === 0) return null;
  const counts = steps.map((step) => {
    if (!step) return rows.map(() => 0);
    const buckets = bucketsOf(addDistributions(none, toScaleOf(all, step)).buckets);
    const byLow = new Map(buckets.map(({ low, count }) => [low, count]));
    return rows.map(({ low }) => byLow.get(low) ?? 0);
  });
  const bound = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return { rows: rows.map(({ low, high }) => ({ low: bound(low), high: bound(high) })), counts };
}

function coarse(distribution: Distribution): Distribution {
  let { buckets } = distribution;
  while (!isExplicit(buckets) && bucketsOf(buckets).length > MOST_ROWS) {
    const before = bucketsOf(buckets).length;
    buckets = downscale(buckets, buckets.scale - 1);
    if (bucketsOf(buckets).length === before && buckets.scale < -11) break;
  }
  return { ...distribution, buckets };
}

function toScaleOf({ buckets }: Distribution, step: Distribution): Distribution {
  if (isExplicit(buckets) || isExplicit(step.buckets)) return step;
  return { ...step, buckets: downscale(step.buckets, buckets.scale) };
}

function emptied(buckets: Distribution['buckets']): Distribution['buckets'] {
  if (isExplicit(buckets)) return { bounds: buckets.bounds, counts: buckets.counts.map(() => 0) };
  return { ...buckets, zeroCount: 0, positive: new Map(), negative: new Map() };
}
