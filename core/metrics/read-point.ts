/** What a stored data point says, as numbers. */
import type { MetricKind } from '../model/metric-batch';
import { readPointFields } from '../otlp/metric-point';
import { WireReader } from '../otlp/wire-reader';
import type { Distribution } from './distribution';
import { bounded } from './exponential';

export interface ReadPoint {
  /** Since the origin of what is read. */
  readonly timeNs: number;
  readonly startNs: number | null;
  /** Of gauges and sums; a bigint where a double may not hold it. */
  readonly number: number | bigint | null;
  /** Of histograms, and of summaries without buckets. */
  readonly distribution: Distribution | null;
  /** Of summaries. */
  readonly quantiles: readonly QuantileValue[];
  readonly exemplars: readonly PointExemplar[];
}

interface QuantileValue {
  readonly quantile: number;
  readonly value: number;
}

/** A measurement that the point counts, with the span in which it was made. */
interface PointExemplar {
  readonly timeNs: bigint;
  readonly value: number;
  readonly traceId: string;
  readonly spanId: string;
}

export interface StoredPoint {
  readonly timeNs: bigint;
  /** 0: not said. */
  readonly startNs: bigint;
  readonly int: bigint | null;
  readonly double: number | null;
  /** The other fields, as `MetricBatch` has them. */
  readonly rest: Uint8Array;
}

/** FLAG_NO_RECORDED_VALUE: the series has ended. */
const NO_VALUE = 1;
const NOTHING: Fields = {};

/** Of `readPointFields`, which has checked the types. */
interface Fields {
  readonly flags?: number;
  readonly count?: string;
  readonly sum?: Double;
  readonly min?: Double;
  readonly max?: Double;
  readonly bucketCounts?: readonly string[];
  readonly explicitBounds?: readonly Double[];
  readonly scale?: number;
  readonly zeroCount?: string;
  readonly zeroThreshold?: Double;
  readonly positive?: Buckets;
  readonly negative?: Buckets;
  readonly quantileValues?: readonly { readonly quantile: Double; readonly value: Double }[];
  readonly exemplars?: readonly Exemplar[];
}
type Double = number | 'NaN' | 'Infinity' | '-Infinity';
interface Buckets {
  readonly offset: number;
  readonly bucketCounts: readonly string[];
}
interface Exemplar {
  readonly timeUnixNano: string;
  readonly asDouble?: Double;
  readonly asInt?: string;
  readonly traceId: string;
  readonly spanId: string;
}

/** Without number and distribution where it says that there is no value any more. */
export function readPoint(kind: MetricKind, point: StoredPoint, originNs: bigint): ReadPoint {
  const fields: Fields = point.rest.length === 0 ? NOTHING : readPointFields(kind, new WireReader(point.rest));
  const hasValue = ((fields.flags ?? 0) & NO_VALUE) === 0;
  const number = hasValue ? (point.int ?? finite(point.double ?? Number.NaN)) : null;
  const isNumber = kind === 'gauge' || kind === 'sum';
  return {
    timeNs: Number(point.timeNs - originNs),
    startNs: point.startNs === 0n ? null : Number(point.startNs - originNs),
    number: isNumber ? number : null,
    distribution: isNumber || !hasValue ? null : distributionOf(kind, fields),
    quantiles: (fields.quantileValues ?? []).flatMap(({ quantile, value }) => {
      const [at, is] = [finite(quantile), finite(value)];
      return at === null || is === null ? [] : [{ quantile: at, value: is }];
    }),
    exemplars: (fields.exemplars ?? []).flatMap(exemplarOf),
  };
}

function distributionOf(kind: MetricKind, fields: Fields): Distribution {
  return {
    count: Number(fields.count ?? 0),
    sum: fields.sum === undefined ? (fields.count === undefined ? 0 : null) : finite(fields.sum),
    min: fields.min === undefined ? null : finite(fields.min),
    max: fields.max === undefined ? null : finite(fields.max),
    buckets:
      kind === 'exponentialHistogram'
        ? bounded({
            scale: fields.scale ?? 0,
            zeroCount: Number(fields.zeroCount ?? 0),
            zeroThreshold: finite(fields.zeroThreshold ?? 0) ?? 0,
            positive: countsOf(fields.positive),
            negative: countsOf(fields.negative),
          })
        : explicitOf(fields),
  };
}

/** Without buckets where they contradict each other. */
function explicitOf({ explicitBounds = [], bucketCounts = [] }: Fields): { bounds: number[]; counts: number[] } {
  const bounds = explicitBounds.map(Number);
  const isAscending = bounds.every((bound, i) => i === 0 || bound > (bounds[i - 1] as number));
  if (bucketCounts.length !== bounds.length + 1 || !isAscending) return { bounds: [], counts: [] };
  return { bounds, counts: bucketCounts.map(Number) };
}

function countsOf(buckets: Buckets | undefined): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const [i, count] of (buckets?.bucketCounts ?? []).entries()) {
    if (count !== '0') counts.set((buckets?.offset ?? 0) + i, Number(count));
  }
  return counts;
}

function exemplarOf({ timeUnixNano, asDouble, asInt, traceId, spanId }: Exemplar): PointExemplar[] {
  const value = finite(asInt ?? asDouble ?? Number.NaN);
  return value === null ? [] : [{ timeNs: BigInt(timeUnixNano), value, traceId, spanId }];
}

function finite(value: Double | string): number | null {
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}
