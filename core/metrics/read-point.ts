/** What a stored data point says, as numbers. */
import type { MetricKind } from '../model/metric-batch';
import { readPointFields } from '../otlp/metric-point';
import type { WireReader } from '../otlp/wire-reader';
import type { Distribution } from './distribution';
import { HistogramReader, hasNoValue, type OtherFields } from './read-histogram';

export interface ReadPoint {
  /** Since the origin of what is read. */
  readonly timeNs: number;
  readonly startNs: number | null;
  /** Of gauges and sums; a bigint where a double may not hold it. */
  readonly number: number | bigint | null;
  /** It has a number that is none: NaN or infinite. */
  readonly isNotFinite: boolean;
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
  /** Of the other fields, as `MetricBatch` has them. */
  readonly rest: WireReader;
}

const NOTHING: Fields = {};
const NO_QUANTILES: readonly QuantileValue[] = [];
const NO_EXEMPLARS: readonly PointExemplar[] = [];

/** Of `readPointFields`, which has checked the types. */
interface Fields {
  readonly flags?: number;
  readonly count?: string;
  readonly sum?: Double;
  readonly quantileValues?: readonly { readonly quantile: Double; readonly value: Double }[];
  readonly exemplars?: readonly Exemplar[];
}
type Double = number | 'NaN' | 'Infinity' | '-Infinity';
interface Exemplar {
  readonly timeUnixNano: string;
  readonly asDouble?: Double;
  readonly asInt?: string;
  readonly traceId: string;
  readonly spanId: string;
}

/** Reads points of one kind, with times since `originNs`. */
export class PointReader {
  private readonly histograms = new HistogramReader();

  constructor(
    private readonly kind: MetricKind,
    private readonly originNs: bigint,
  ) {}

  /** Without number and distribution where it says that there is no value any more. */
  read(point: StoredPoint): ReadPoint {
    const timeNs = Number(point.timeNs - this.originNs);
    const startNs = point.startNs === 0n ? null : Number(point.startNs - this.originNs);
    const { kind } = this;
    if (kind === 'histogram' || kind === 'exponentialHistogram') {
      const other: OtherFields & Fields = {};
      const { histograms } = this;
      const distribution =
        kind === 'histogram' ? histograms.explicit(point.rest, other) : histograms.exponential(point.rest, other);
      const exemplars = other.exemplars?.flatMap(exemplarOf) ?? NO_EXEMPLARS;
      return { timeNs, startNs, number: null, isNotFinite: false, distribution, quantiles: NO_QUANTILES, exemplars };
    }
    const fields: Fields = point.rest.pos === point.rest.end ? NOTHING : readPointFields(kind, point.rest);
    const hasValue = !hasNoValue(fields.flags ?? 0);
    const said = hasValue && kind !== 'summary' ? (point.int ?? point.double) : null;
    const number = typeof said === 'number' ? finite(said) : said;
    return {
      timeNs,
      startNs,
      number,
      isNotFinite: said !== null && number === null,
      distribution: hasValue && kind === 'summary' ? summaryOf(fields) : null,
      quantiles:
        fields.quantileValues?.flatMap(({ quantile, value }) => {
          const [at, is] = [finite(quantile), finite(value)];
          return at === null || is === null ? [] : [{ quantile: at, value: is }];
        }) ?? NO_QUANTILES,
      exemplars: fields.exemplars?.flatMap(exemplarOf) ?? NO_EXEMPLARS,
    };
  }
}

function summaryOf({ count, sum }: Fields): Distribution {
  return {
    count: Number(count ?? 0),
    sum: sum === undefined ? (count === undefined ? 0 : null) : finite(sum),
    min: null,
    max: null,
    buckets: { bounds: [], counts: [] },
  };
}

function exemplarOf({ timeUnixNano, asDouble, asInt, traceId, spanId }: Exemplar): PointExemplar[] {
  const value = finite(asInt ?? asDouble ?? Number.NaN);
  return value === null ? [] : [{ timeNs: BigInt(timeUnixNano), value, traceId, spanId }];
}

function finite(value: Double | string): number | null {
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}
