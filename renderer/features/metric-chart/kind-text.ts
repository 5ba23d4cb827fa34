/** How kinds and aggregates of metrics read. */
import type { MetricSummary } from '../../../core/api/telemetry';
import type { Aggregate } from '../../../core/metrics/aggregates';

export function kindText({
  kind,
  monotonic,
  temporality,
}: Pick<MetricSummary, 'kind' | 'monotonic' | 'temporality'>): string {
  const name = {
    gauge: 'gauge',
    sum: monotonic ? 'counter' : 'sum',
    histogram: 'histogram',
    exponentialHistogram: 'exponential histogram',
    summary: 'summary',
  }[kind];
  return temporality === 'delta' ? `${name}, delta` : name;
}

export const AGGREGATE_TEXT: Readonly<Record<Aggregate, string>> = {
  avg: 'Average',
  min: 'Minimum',
  max: 'Maximum',
  sum: 'Sum',
  last: 'Last value',
  count: 'Count',
  rate: 'Rate per second',
  increase: 'Increase',
  p50: 'p50',
  p90: 'p90',
  p95: 'p95',
  p99: 'p99',
  heatmap: 'Heatmap',
};
