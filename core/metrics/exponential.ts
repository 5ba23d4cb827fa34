/**
 * Exponential histograms of OTLP. Bucket `i` of scale `s` holds values in (base^i, base^(i+1)] with base = 2^(2^-s). A scale lower by one
 * merges each pair of neighbours, so any two histograms have a scale in common.
 */
export interface Exponential {
  readonly scale: number;
  readonly zeroCount: number;
  /** Values up to this far from 0 are in `zeroCount`. */
  readonly zeroThreshold: number;
  /** Counts by index of the bucket; empty buckets are left out. */
  readonly positive: ReadonlyMap<number, number>;
  readonly negative: ReadonlyMap<number, number>;
}

/** Of either sign. Senders use 160; more are merged, so that nobody decides how much an answer holds. */
export const MOST_BUCKETS = 320;
/** Beyond these a bucket is finer than a double, or all of them are one. */
const FINEST_SCALE = 20;
const COARSEST_SCALE = -11;

/** The bound below bucket `index`. */
export function boundOf(index: number, scale: number): number {
  return 2 ** (index * 2 ** -scale);
}

/** The same values in buckets of a lower scale. */
export function downscale(histogram: Exponential, scale: number): Exponential {
  const shift = histogram.scale - scale;
  if (shift <= 0) return histogram;
  const width = 2 ** shift;
  const merged = (buckets: ReadonlyMap<number, number>): Map<number, number> => {
    const into = new Map<number, number>();
    for (const [index, count] of buckets) addTo(into, Math.floor(index / width), count);
    return into;
  };
  return { ...histogram, scale, positive: merged(histogram.positive), negative: merged(histogram.negative) };
}

/** With a scale that doubles can tell apart, and no more buckets than are of use. */
export function bounded(histogram: Exponential): Exponential {
  let result = downscale(histogram, FINEST_SCALE);
  while (Math.max(spanOf(result.positive), spanOf(result.negative)) > MOST_BUCKETS && result.scale > COARSEST_SCALE) {
    result = downscale(result, result.scale - 1);
  }
  return result;
}

/** @param sign -1: what `b` counts is taken from `a` */
export function combineExponential(a: Exponential, b: Exponential, sign: 1 | -1): Exponential {
  const scale = Math.min(a.scale, b.scale);
  const zeroThreshold = Math.max(a.zeroThreshold, b.zeroThreshold);
  const [left, right] = [a, b].map((one) => withZeros(downscale(one, scale), zeroThreshold)) as [
    Exponential,
    Exponential,
  ];
  return bounded({
    scale,
    zeroThreshold,
    zeroCount: left.zeroCount + sign * right.zeroCount,
    positive: combined(left.positive, right.positive, sign),
    negative: combined(left.negative, right.negative, sign),
  });
}

/** Values that a higher threshold takes for zero. A bucket that it cuts stays as it is: nobody knows on which side its values are. */
function withZeros(histogram: Exponential, zeroThreshold: number): Exponential {
  if (zeroThreshold <= histogram.zeroThreshold) return histogram;
  let { zeroCount } = histogram;
  const above = (buckets: ReadonlyMap<number, number>): Map<number, number> => {
    const kept = new Map<number, number>();
    for (const [index, count] of buckets) {
      if (boundOf(index + 1, histogram.scale) <= zeroThreshold) zeroCount += count;
      else kept.set(index, count);
    }
    return kept;
  };
  const [positive, negative] = [above(histogram.positive), above(histogram.negative)];
  return { ...histogram, zeroThreshold, zeroCount, positive, negative };
}

function combined(
  a: ReadonlyMap<number, number>,
  b: ReadonlyMap<number, number>,
  sign: 1 | -1,
): ReadonlyMap<number, number> {
  const into = new Map(a);
  for (const [index, count] of b) addTo(into, index, sign * count);
  return into;
}

function addTo(buckets: Map<number, number>, index: number, count: number): void {
  const sum = (buckets.get(index) ?? 0) + count;
  if (sum === 0) buckets.delete(index);
  else buckets.set(index, sum);
}

/** How many buckets there are from the lowest to the highest of all. */
export function spanOf(...all: readonly ReadonlyMap<number, number>[]): number {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const buckets of all) {
    for (const index of buckets.keys()) {
      if (index < least) least = index;
      if (index > most) most = index;
    }
  }
  return most < least ? 0 : most - least + 1;
}
