/** Labels and units of series as Tempo has them. */
import type { MetricResult } from '../../../../core/api/search';
import type { Metric, TraceqlQuery } from '../../../../core/query/traceql/ast';
import { anyValueOf } from '../values';

const NS_PER_S = 1e9;

export interface MetricShape {
  readonly query: TraceqlQuery;
  /** Null: it is calculated from others, or compares. */
  readonly metric: Metric | null;
  /** A value in Tempo's unit: it has durations in seconds. */
  readonly scale: (value: number) => number;
}

export function metricShape(query: TraceqlQuery, unit: MetricResult['unit']): MetricShape {
  const { metrics } = query;
  return {
    query,
    metric: metrics?.kind === 'metric' ? metrics : null,
    scale: unit === 'ns' ? (value) => value / NS_PER_S : (value) => value,
  };
}

interface Label {
  readonly key: string;
  readonly value: object;
}

/** @param labels literals by field, `p` and `bucket` as numbers */
export function tempoLabels(labels: Readonly<Record<string, string>>, shape: MetricShape): Label[] {
  const { metric, query } = shape;
  if (query.metrics?.kind === 'compare') return compareLabels(labels);
  const named = Object.entries(labels).map(([key, literal]): Label => {
    if (metric?.name === 'quantile_over_time' && key === 'p') return { key, value: { doubleValue: Number(literal) } };
    if (metric?.name === 'histogram_over_time' && key === 'bucket') {
      return { key: '__bucket', value: { doubleValue: isTime(metric) ? Number(literal) / NS_PER_S : Number(literal) } };
    }
    return { key, value: anyValueOf([literal]) };
  });
  if (named.length > 0) return named;
  return [{ key: '__name__', value: { stringValue: metric?.name ?? 'query' } }];
}

/** Tempo calls the sets so; their values are text. */
function compareLabels({ set = '', ...fields }: Readonly<Record<string, string>>): Label[] {
  return [
    { key: '__meta_type', value: { stringValue: set.replace(' ', '_') } },
    ...Object.entries(fields).map(([key, value]) => ({ key, value: { stringValue: value } })),
  ];
}

function isTime({ of }: Metric): boolean {
  return of?.kind === 'intrinsic' && (of.name === 'span:duration' || of.name === 'trace:duration');
}
