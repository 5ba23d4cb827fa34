/** Durations on a logarithmic scale, upwards. */
import type { Heatmap } from '../../../core/api/contract';

/** Nanoseconds, both above 0. */
interface DurationScale {
  readonly leastNs: number;
  readonly mostNs: number;
}

/** Where a duration stands, from 0 at the bottom to 1 at the top. */
export function heightOf({ leastNs, mostNs }: DurationScale, ns: number): number {
  const share = Math.log(Math.max(ns, 1) / leastNs) / Math.log(mostNs / leastNs);
  return Math.min(Math.max(share, 0), 1);
}

/** A doubling at least, so that equal durations stand in the middle. */
export function scaleOf(durationsNs: readonly number[]): DurationScale {
  let leastNs = Number.POSITIVE_INFINITY;
  let mostNs = 1;
  for (const ns of durationsNs) {
    leastNs = Math.min(leastNs, Math.max(ns, 1));
    mostNs = Math.max(mostNs, ns);
  }
  if (leastNs > mostNs) leastNs = mostNs;
  return mostNs / leastNs >= 2 ? { leastNs, mostNs } : { leastNs: leastNs / Math.SQRT2, mostNs: mostNs * Math.SQRT2 };
}

/** Bands of a heatmap's durations are half a doubling each. */
export function bandStartNs(band: number): number {
  return 2 ** (band / 2);
}

/** From the lowest band that has something to the highest. */
export function bandsOf({ cells }: Heatmap): { readonly first: number; readonly last: number } {
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const { band } of cells) {
    first = Math.min(first, band);
    last = Math.max(last, band);
  }
  // A few more, or a single band would be as high as the chart.
  const missing = Math.max(0, 7 - (last - first));
  return { first: Math.max(0, first - Math.floor(missing / 2)), last: last + Math.ceil(missing / 2) };
}
