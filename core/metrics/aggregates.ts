/** What can be asked of a metric, by its kind. */
import type { MetricKind } from '../model/metric-batch';

export const AGGREGATES = [
  'avg',
  'min',
  'max',
  'sum',
  'last',
  'count',
  'rate',
  'increase',
  'p50',
  'p90',
  'p95',
  'p99',
  'heatmap',
] as const;
export type Aggregate = (typeof AGGREGATES)[number];

export interface MetricShape {
  readonly kind: MetricKind;
  /** Null where the kind has none. */
  readonly temporality: 'unspecified' | 'delta' | 'cumulative' | null;
  readonly monotonic: boolean;
  readonly unit: string;
}

const PERCENTILES = ['p50', 'p90', 'p95', 'p99'] as const;
const LEVELS: readonly Aggregate[] = ['avg', 'min', 'max', 'sum', 'last', 'count', ...PERCENTILES];
const OBSERVATIONS: readonly Aggregate[] = ['rate', 'count', 'sum', 'avg'];

/** The first is what a chart shows before anything is chosen. */
export function aggregatesOf({ kind, temporality, monotonic }: MetricShape): readonly Aggregate[] {
  switch (kind) {
    case 'gauge':
      return LEVELS;
    case 'sum':
      if (temporality === 'unspecified') return LEVELS;
      if (monotonic) return ['rate', 'increase', ...LEVELS];
      return temporality === 'delta'
        ? ['increase', 'rate', ...LEVELS]
        : ['sum', ...LEVELS.filter((one) => one !== 'sum'), 'increase', 'rate'];
    case 'histogram':
    case 'exponentialHistogram':
      return ['p95', 'p50', 'p90', 'p99', 'heatmap', ...OBSERVATIONS, 'min', 'max'];
    case 'summary':
      return ['p50', 'p90', 'p95', 'p99', ...OBSERVATIONS];
  }
}

export function quantileIn(aggregate: Aggregate): number | null {
  const percentile = PERCENTILES.find((one) => one === aggregate);
  return percentile === undefined ? null : Number(percentile.slice(1)) / 100;
}

/** Of what an aggregate gives. */
export function unitOf({ kind, unit }: MetricShape, aggregate: Aggregate): string {
  const isNumber = kind === 'gauge' || kind === 'sum';
  if (aggregate === 'count' || aggregate === 'heatmap') return isNumber ? '{point}' : '{observation}';
  if (aggregate === 'rate') return `${isNumber ? unit.replace(/^1$/, '') : '{observation}'}/s`;
  return unit;
}
