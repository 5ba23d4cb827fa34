import type { MetricSeriesAnswer } from '../../../core/api/metrics';
import type { MetricHeatmap } from '../../../core/metrics/heatmap';
import { type ChartData, labelText, serviceOf } from '../series-chart/chart-data';
import { boundsText } from '../series-chart/unit-text';

export function chartDataOf({ metric, from, to, stepNs, unit, groups, heatmap }: MetricSeriesAnswer): ChartData {
  const [fromMs, stepMs] = [Date.parse(from), stepNs / 1e6];
  return {
    fromMs,
    stepMs,
    steps: Math.round((Date.parse(to) - fromMs) / stepMs),
    unit,
    series: heatmap
      ? bucketsOf(heatmap, metric.unit)
      : groups.map(({ labels, values, bounds }) => ({
          label: labelText(labels, metric.name),
          ...serviceOf(labels),
          values,
          bounds: bounds?.map((pair) => pair && ([pair.low, pair.high] as const)) ?? null,
        })),
  };
}

/** A heatmap as numbers: a series a bucket. */
function bucketsOf({ rows, counts }: MetricHeatmap, unit: string): ChartData['series'] {
  return rows.map(({ low, high }, row) => ({
    label: boundsText([low, high], unit),
    values: counts.map((ofStep) => ofStep[row] ?? 0),
  }));
}
