/**
 * A mergeable sketch of durations: a count for each bucket of a logarithmic scale, as DDSketch has it (Masson, Rim, Lee:
 * "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees", VLDB 2019, section 2). A quantile
 * read from it is within 1 % of the exact one, however many sketches were merged.
 */
export const SKETCH_RELATIVE_ERROR = 0.01;

const GAMMA = (1 + SKETCH_RELATIVE_ERROR) / (1 - SKETCH_RELATIVE_ERROR);
const LOG_GAMMA = Math.log(GAMMA);

/** The bucket of a duration; what is shorter than 1 ns is in bucket 0. */
function sketchBucket(durationNs: number): number {
  return durationNs < 1 ? 0 : Math.ceil(Math.log(durationNs) / LOG_GAMMA) + 1;
}

/** The duration in ns that stands for a bucket: no member of it is further away than the relative error. */
function sketchBucketNs(bucket: number): number {
  return bucket === 0 ? 0 : (2 * GAMMA ** (bucket - 1)) / (GAMMA + 1);
}

const LONGEST_NS = 2n ** 63n - 1n;
let bounds: readonly bigint[] | null = null;

/** The shortest duration of each bucket but the first, so that SQL finds the same buckets: as many bounds as a duration reaches is its bucket. */
export function sketchBounds(): readonly bigint[] {
  bounds ??= Array.from({ length: sketchBucket(Number(LONGEST_NS)) }, (_, i) => shortestOf(i + 1));
  return bounds;
}

function shortestOf(bucket: number): bigint {
  let [below, reached] = [0n, LONGEST_NS];
  while (reached - below > 1n) {
    const middle = (below + reached) / 2n;
    if (sketchBucket(Number(middle)) >= bucket) reached = middle;
    else below = middle;
  }
  return reached;
}

export class LatencySketch {
  private readonly counts = new Map<number, number>();
  count = 0;

  /** @param durationNs negative: unknown, and not counted */
  add(durationNs: number, times = 1): void {
    if (durationNs >= 0) this.addBucket(sketchBucket(durationNs), times);
  }

  addBucket(bucket: number, times: number): void {
    this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + times);
    this.count += times;
  }

  /** Adds another, or takes it off. */
  merge(other: LatencySketch, sign: 1 | -1 = 1): void {
    for (const [bucket, times] of other.counts) this.addBucket(bucket, sign * times);
  }

  /**
   * The shortest duration that at least this share of them does not exceed (nearest rank): of two calls the 95th percentile is the
   * longer. In ns; null of an empty sketch.
   * @param q from 0 to 1
   */
  quantile(q: number): number | null {
    if (this.count === 0) return null;
    // 0.95 * 20 is 19, and a little more in floating point.
    const rank = Math.max(1, Math.ceil(q * this.count - 1e-9));
    let reached = 0;
    for (const [bucket, times] of [...this.counts].sort(([a], [b]) => a - b)) {
      reached += times;
      if (reached >= rank) return sketchBucketNs(bucket);
    }
    return null;
  }

  /** Pairs of varints: distance to the bucket before, count. */
  encode(): Uint8Array {
    const bytes: number[] = [];
    const varint = (value: number): void => {
      let rest = value;
      for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest & 0x7f) | 0x80);
      bytes.push(rest);
    };
    let last = 0;
    for (const [bucket, times] of [...this.counts].sort(([a], [b]) => a - b)) {
      // All that was counted there was taken off again.
      if (times <= 0) continue;
      varint(bucket - last);
      varint(times);
      last = bucket;
    }
    return Uint8Array.from(bytes);
  }

  /** Adds what `encode` wrote, or takes it off. */
  mergeEncoded(bytes: Uint8Array, sign: 1 | -1 = 1): void {
    let at = 0;
    const varint = (): number => {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = bytes[at++] as number;
        value += (byte & 0x7f) * scale;
        if (byte < 0x80) return value;
      }
    };
    for (let bucket = 0; at < bytes.length; ) {
      bucket += varint();
      this.addBucket(bucket, sign * varint());
    }
  }
}
