/**
 * The data points of one export request as columns. A series is a metric of a resource and scope with one set of attributes.
 *
 *   point i -> timeNs[i], startNs[i], numberKind[i] with double[i] or int[i]
 *           -> rest[restEnd[i-1] .. restEnd[i]]: the other fields of the OTLP data point, verbatim
 *           -> series s = series[i] -> metrics[seriesMetric[s]], attributes[attributesEnd[s-1] .. attributesEnd[s]]
 */
import type { BatchResource, BatchScope } from './span-batch';

export interface MetricBatch {
  readonly signal: 'metrics';
  readonly length: number;
  /** Names the request: one that comes again was delivered twice. */
  readonly digest: Uint8Array;
  readonly series: Uint32Array;
  /** Epoch nanoseconds; 0: not said. */
  readonly timeNs: BigInt64Array;
  readonly startNs: BigInt64Array;
  /** NUMBER_* */
  readonly numberKind: Uint8Array;
  readonly double: Float64Array;
  readonly int: BigInt64Array;
  readonly restEnd: Uint32Array;
  readonly rest: Uint8Array;
  readonly seriesMetric: Uint32Array;
  readonly attributesEnd: Uint32Array;
  /** Per series: OTLP KeyValue messages, each as field 1. */
  readonly attributes: Uint8Array;
  readonly metrics: readonly BatchMetric[];
  readonly resources: readonly BatchResource[];
  readonly scopes: readonly BatchScope[];
}

export interface BatchMetric {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly kind: MetricKind;
  /** AggregationTemporality; 0 where the kind has none. */
  readonly temporality: number;
  readonly monotonic: boolean;
  /** OTLP KeyValue messages, each as field 1. */
  readonly metadata: Uint8Array;
  readonly resource: number;
  readonly scope: number;
}

export const METRIC_KINDS = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'] as const;
export type MetricKind = (typeof METRIC_KINDS)[number];

export const NUMBER_NONE = 0;
export const NUMBER_DOUBLE = 1;
export const NUMBER_INT = 2;

/** The buffers to transfer with a batch. */
export function metricTransferables(batch: MetricBatch): ArrayBuffer[] {
  const views = [
    batch.series,
    batch.timeNs,
    batch.startNs,
    batch.numberKind,
    batch.double,
    batch.int,
    batch.restEnd,
    batch.rest,
    batch.seriesMetric,
    batch.attributesEnd,
    batch.attributes,
  ];
  return views.map((view) => view.buffer as ArrayBuffer);
}
