import type { MetricSeriesAnswer } from '../../../core/api/metrics';
import { type ChartData, labelText } from '../../features/series-chart/chart-data';

export function chartDataOf({ metric, from, to, stepNs, unit, groups }: MetricSeriesAnswer): ChartData {
  const [fromMs, stepMs] = [Date.parse(from), stepNs / 1e6];
  return {
    fromMs,
    stepMs,
    steps: Math.round((Date.parse(to) - fromMs) / stepMs),
    unit,
    series: groups.map(({ labels, values, bounds }) => ({
      label: labelText(labels, metric.name),
      values,
      bounds: bounds?.map((pair) => pair && ([pair.low, pair.high] as const)) ?? null,
    })),
  };
}
