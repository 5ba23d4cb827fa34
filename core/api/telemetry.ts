/** Logs and metrics as the API gives them. Times are RFC 3339 with nine fractional digits. */

import type { AnyValue, KeyValue, OtlpResource, OtlpScope } from '../model/json-types';
import type { MetricKind } from '../model/metric-batch';
import type { PointFields } from '../otlp/metric-point';

export interface LogRecord {
  readonly id: string;
  /** The record's time, else when it was observed, else when it arrived. */
  readonly time: string;
  readonly observedTime: string | null;
  /** `severityNumber`, or the number that `severityText` stands for where the sender gave no number; 0: unknown. */
  readonly severity: number;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly eventName: string;
  /** The body as one text, cut at about 1 kB. */
  readonly message: string;
  readonly body: AnyValue;
  readonly traceId: string | null;
  readonly spanId: string | null;
  readonly flags: number;
  readonly attributes: readonly KeyValue[];
  readonly droppedAttributesCount: number;
  readonly service: string;
  readonly resource: OtlpResource & { readonly schemaUrl: string };
  readonly scope: OtlpScope & { readonly schemaUrl: string };
  /** The record's own time as it was sent, epoch nanoseconds; "0" when it was not. */
  readonly timeUnixNano: string;
  readonly observedTimeUnixNano: string;
}

export interface MetricListQuery {
  /** Words of the name. */
  readonly query?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export interface MetricSummary {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly kind: MetricKind;
  /** Null where the kind has none. */
  readonly temporality: 'unspecified' | 'delta' | 'cumulative' | null;
  readonly monotonic: boolean;
  readonly metadata: readonly KeyValue[];
  readonly services: readonly string[];
  readonly seriesCount: number;
}

export interface MetricPointQuery {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export interface MetricPoint {
  readonly time: string;
  readonly startTime: string | null;
  readonly service: string;
  readonly attributes: readonly KeyValue[];
  /** Of gauges and sums; null where the point has none. */
  readonly value: { readonly asInt: string } | { readonly asDouble: number | 'NaN' | 'Infinity' | '-Infinity' } | null;
  /** Everything else of the data point, as OTLP/JSON: counts, buckets, quantiles, exemplars, flags. */
  readonly fields: PointFields;
  readonly resource: OtlpResource & { readonly schemaUrl: string };
  readonly scope: OtlpScope & { readonly schemaUrl: string };
  readonly timeUnixNano: string;
  readonly startTimeUnixNano: string;
}
