/** How values were distributed: the buckets of explicit and of exponential histograms, added, subtracted, and asked for quantiles. */
import { boundOf, combineExponential, type Exponential } from './exponential';

export interface Distribution {
  readonly count: number;
  /** Null: the sender does not say, as where values may be negative. */
  readonly sum: number | null;
  /** Null: not known of these values. */
  readonly min: number | null;
  readonly max: number | null;
  readonly buckets: Explicit | Exponential;
}

/** `counts[i]` values are in (bounds[i-1], bounds[i]]; the last has no upper bound. */
export interface Explicit {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
}

/** A part of a distribution between two bounds. */
export interface Bucket {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** What a quantile is estimated to be, and the bounds that it certainly lies between. */
export interface Quantile {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export function addDistributions(a: Distribution, b: Distribution): Distribution {
  return {
    count: a.count + b.count,
    sum: a.sum === null || b.sum === null ? null : a.sum + b.sum,
    // Of an empty one nothing is known, and nothing is missing.
    min: a.count === 0 ? b.min : b.count === 0 ? a.min : both(a.min, b.min, Math.min),
    max: a.count === 0 ? b.max : b.count === 0 ? a.max : both(a.max, b.max, Math.max),
    buckets: combine(a.buckets, b.buckets, 1),
  };
}

/** What came since `before`; null: `now` counts less than it somewhere, so counting began anew. */
export function subtractDistributions(now: Distribution, before: Distribution): Distribution | null {
  const buckets = combine(now.buckets, before.buckets, -1);
  const count = now.count - before.count;
  if (count < 0 || isBelowZero(buckets)) return null;
  const sum = now.sum === null || before.sum === null ? null : now.sum - before.sum;
  // Those of a cumulative histogram are of all values since its start.
  return { count, sum, min: null, max: null, buckets };
}

/** A share of it, as if the values had come evenly. */
export function scaleDistribution(all: Distribution, share: number): Distribution {
  if (share === 1) return all;
  const scaled = (buckets: ReadonlyMap<number, number>) =>
    new Map([...buckets].map(([index, count]) => [index, count * share] as const));
  const { buckets } = all;
  return {
    ...all,
    count: all.count * share,
    sum: all.sum === null ? null : all.sum * share,
    buckets: isExplicit(buckets)
      ? { bounds: buckets.bounds, counts: buckets.counts.map((count) => count * share) }
      : {
          ...buckets,
          zeroCount: buckets.zeroCount * share,
          positive: scaled(buckets.positive),
          negative: scaled(buckets.negative),
        },
  };
}

/** In ascending order, without empty ones. Outermost ones may be infinite. */
export function bucketsOf(buckets: Distribution['buckets']): Bucket[] {
  if (isExplicit(buckets)) {
    const { bounds, counts } = buckets;
    return counts
      .map((count, i) => ({
        low: bounds[i - 1] ?? Number.NEGATIVE_INFINITY,
        high: bounds[i] ?? Number.POSITIVE_INFINITY,
        count,
      }))
      .filter(({ count }) => count !== 0);
  }
  const { scale, zeroCount, zeroThreshold } = buckets;
  const below = [...buckets.negative]
    .sort(([a], [b]) => b - a)
    .map(([index, count]) => ({ low: -boundOf(index + 1, scale), high: -boundOf(index, scale), count }));
  const above = [...buckets.positive]
    .sort(([a], [b]) => a - b)
    .map(([index, count]) => ({ low: boundOf(index, scale), high: boundOf(index + 1, scale), count }));
  const zero = zeroCount === 0 ? [] : [{ low: -zeroThreshold, high: zeroThreshold, count: zeroCount }];
  return [...below, ...zero, ...above];
}

/**
 * Linear within the bucket; null: there are no values, or the sender gave no buckets. `min` and `max` narrow the outermost buckets. In a
 * bucket that has no end, the estimate is the bound that it has.
 */
export function quantileOf({ buckets, min, max }: Distribution, q: number): Quantile | null {
  const all = bucketsOf(buckets);
  const count = all.reduce((sum, bucket) => sum + bucket.count, 0);
  if (count <= 0) return null;
  const rank = q * count;
  let below = 0;
  for (const [i, bucket] of all.entries()) {
    const isLast = i === all.length - 1;
    if (below + bucket.count < rank && !isLast) {
      below += bucket.count;
      continue;
    }
    const low = i === 0 && min !== null ? Math.max(bucket.low, min) : bucket.low;
    const high = isLast && max !== null ? Math.min(bucket.high, max) : bucket.high;
    const share = Math.min(Math.max((rank - below) / bucket.count, 0), 1);
    if (low === high) return { value: low, low, high };
    if (!Number.isFinite(low) && !Number.isFinite(high)) return null;
    const value = !Number.isFinite(low) ? high : !Number.isFinite(high) ? low : low + share * (high - low);
    return { value, low, high };
  }
  return null;
}

export function isExplicit(buckets: Distribution['buckets']): buckets is Explicit {
  return 'bounds' in buckets;
}

function combine(a: Distribution['buckets'], b: Distribution['buckets'], sign: 1 | -1): Distribution['buckets'] {
  if (!isExplicit(a) && !isExplicit(b)) return combineExponential(a, b, sign);
  if (!isExplicit(a) || !isExplicit(b))
    throw new Error('an explicit histogram and an exponential one have no buckets in common');
  // Without buckets it says only how many values there were.
  if (a.counts.length === 0 || b.counts.length === 0) return { bounds: [], counts: [] };
  const [left, right] = sameBounds(a, b) ? [a, b] : inCommon(a, b);
  return { bounds: left.bounds, counts: left.counts.map((count, i) => count + sign * (right.counts[i] as number)) };
}

function isBelowZero(buckets: Distribution['buckets']): boolean {
  if (isExplicit(buckets)) return buckets.counts.some((count) => count < 0);
  const isAny = (counts: ReadonlyMap<number, number>): boolean => {
    for (const count of counts.values()) if (count < 0) return true;
    return false;
  };
  return buckets.zeroCount < 0 || isAny(buckets.positive) || isAny(buckets.negative);
}

function sameBounds(a: Explicit, b: Explicit): boolean {
  if (a.bounds === b.bounds) return true;
  return a.bounds.length === b.bounds.length && a.bounds.every((bound, i) => bound === b.bounds[i]);
}

/** In the bounds that both have: the counts stay exact, and the buckets become wider. */
function inCommon(a: Explicit, b: Explicit): [Explicit, Explicit] {
  const others = new Set(b.bounds);
  const bounds = a.bounds.filter((bound) => others.has(bound));
  return [coarsened(a, bounds), coarsened(b, bounds)];
}

function coarsened({ bounds: fine, counts }: Explicit, bounds: readonly number[]): Explicit {
  const into = new Array<number>(bounds.length + 1).fill(0);
  let at = 0;
  for (const [i, count] of counts.entries()) {
    const high = fine[i] ?? Number.POSITIVE_INFINITY;
    while (at < bounds.length && (bounds[at] as number) < high) at++;
    into[at] = (into[at] as number) + count;
  }
  return { bounds, counts: into };
}

function both(a: number | null, b: number | null, choose: (a: number, b: number) => number): number | null {
  return a === null || b === null ? null : choose(a, b);
}
