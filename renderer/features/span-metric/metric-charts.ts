/** What is drawn of a TraceQL metric: lines, or heatmaps where values are counted in buckets. */
import type { MetricResult } from '../../../core/api/search';
import type { MetricHeatmap } from '../../../core/metrics/heatmap';
import { searchBehind } from '../../../core/query/span-metrics';
import type { TraceqlQuery } from '../../../core/query/traceql/ast';
import { fieldText, printTraceql } from '../../../core/query/traceql/print';
import { type ChartData, labelText, serviceOf } from '../series-chart/chart-data';

/** More lines nobody can tell apart. */
export const MOST_LINES = 20;
export const MOST_HEATMAPS = 6;
/** The engine gives no more groups than these, and says then that its answer is not whole. */
export const MOST_GROUPS = 1_000;

interface GroupHeatmap {
  readonly label: string;
  readonly heatmap: MetricHeatmap;
  /** The search for the spans in it. */
  readonly behind: string | null;
}

export interface MetricCharts {
  /** Every series, the largest first. */
  readonly all: ChartData;
  /** Those that are drawn as lines. */
  readonly drawn: ChartData;
  /** By series that is drawn: the search for its spans. */
  readonly behind: readonly (string | null)[];
  /** Null: lines are drawn. */
  readonly heatmaps: readonly GroupHeatmap[] | null;
  /** Lines or heatmaps that there are in all. */
  readonly count: number;
  /** Of the values in heatmaps. */
  readonly valueUnit: string;
}

const UNITS: Readonly<Record<MetricResult['unit'], string>> = {
  count: '{span}',
  'per second': '{span}/s',
  ns: 'ns',
  attribute: '',
};

/** @param isWhole whether all spans were counted: then a step without a count has 0 of them */
export function metricChartsOf(query: TraceqlQuery, result: MetricResult, isWhole: boolean): MetricCharts {
  const { from, to, stepNs, unit } = result;
  const { metrics } = query;
  const title = titleOf(query);
  const counts =
    metrics?.kind === 'metric' && ['rate', 'count_over_time', 'histogram_over_time'].includes(metrics.name);
  const none = counts && isWhole && query.series.length === 0 ? 0 : null;
  const series = result.series.map(({ labels, values }) => ({
    labels,
    values: values.map((value) => value ?? none),
    size: values.reduce<number>((most, value) => most + Math.abs(value ?? 0), 0),
  }));
  const isHistogram = metrics?.kind === 'metric' && metrics.name === 'histogram_over_time';
  if (!isHistogram) series.sort((a, b) => b.size - a.size);
  const quantiles = new Set(series.map(({ labels }) => labels.p));
  const [fromMs, stepMs] = [Date.parse(from), stepNs / 1e6];
  const all: ChartData = {
    fromMs,
    stepMs,
    steps: Math.round((Date.parse(to) - fromMs) / stepMs),
    unit: UNITS[unit],
    series: series.map(({ labels, values }) => {
      const shown = quantiles.size === 1 ? withoutQuantile(labels) : labels;
      return { label: labelText(shown, title), ...serviceOf(shown), values };
    }),
  };
  const drawn = { ...all, series: all.series.slice(0, MOST_LINES) };
  const behind = series.slice(0, MOST_LINES).map(({ labels }) => searchBehind(query, labels));
  const valueUnit = metrics?.kind === 'metric' && metrics.of && isTime(fieldText(metrics.of)) ? 'ns' : '';
  if (!isHistogram) return { all, drawn, behind, heatmaps: null, count: series.length, valueUnit };
  const heatmaps = heatmapsOf(query, series, all.steps, title);
  return { all, drawn, behind, heatmaps, count: heatmaps.length, valueUnit };
}

/** The labels without the quantile, which the title names if there is only one. */
function withoutQuantile(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { p: _, ...others } = labels;
  return Object.keys(others).length > 0 ? others : labels;
}

/** What is measured, without the spans: `rate() by(name)`. */
export function titleOf(query: TraceqlQuery): string {
  if (query.metrics?.kind !== 'metric') return printTraceql(query);
  const whole = printTraceql({ ...query, pipeline: { kind: 'pipeline', stages: [] }, hints: [] });
  return whole.trim();
}

function isTime(field: string): boolean {
  return field === 'duration' || field === 'traceDuration';
}

interface Buckets {
  readonly labels: Readonly<Record<string, string>>;
  readonly byBound: Map<number, readonly (number | null)[]>;
  total: number;
}

/** Of each group its buckets, from the lowest that has a value to the highest: between them none is left out. */
function heatmapsOf(
  query: TraceqlQuery,
  series: readonly { readonly labels: Readonly<Record<string, string>>; readonly values: readonly (number | null)[] }[],
  steps: number,
  title: string,
): GroupHeatmap[] {
  const groups = new Map<string, Buckets>();
  for (const { labels: all, values } of series) {
    const { bucket, ...labels } = all;
    const key = JSON.stringify(labels);
    const group = groups.get(key) ?? { labels, byBound: new Map(), total: 0 };
    groups.set(key, group);
    group.byBound.set(Number(bucket), values);
    group.total += values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  }
  return [...groups.values()]
    .sort((a, b) => b.total - a.total)
    .map(({ labels, byBound }) => {
      const bounds = boundsFrom([...byBound.keys()]);
      return {
        label: labelText(labels, title),
        heatmap: {
          rows: bounds.map((high) => ({ low: high === 0 ? null : high / 2, high })),
          counts: Array.from({ length: steps }, (_, step) => bounds.map((high) => byBound.get(high)?.[step] ?? 0)),
        },
        behind: searchBehind(query, labels),
      };
    });
}

/** Powers of two, and 0 where there is anything at or below it. */
function boundsFrom(known: readonly number[]): number[] {
  const powers = known.filter((bound) => bound > 0).sort((a, b) => a - b);
  const [least = 1, most = 0] = [powers[0], powers.at(-1)];
  const between: number[] = [];
  for (let bound = least; bound <= most; bound *= 2) between.push(bound);
  return known.includes(0) ? [0, ...between] : between;
}
