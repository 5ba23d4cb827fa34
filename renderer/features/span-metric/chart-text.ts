/** What is said beside a chart of spans. */
import type { MetricResult } from '../../../core/api/search';
import { formatCount, formatDuration, plural } from '../../../core/model/format';
import { type MetricCharts, MOST_GROUPS, MOST_HEATMAPS, MOST_LINES } from './metric-charts';

export const PARTIAL_COUNTS =
  'Only the newest spans are counted so far, so every count is a minimum and earlier steps are missing. Choose a shorter time range for a quicker answer.';

/** What is missing where not all was counted. */
export function partialText({ series }: MetricResult): string {
  // More groups stay out however long one waits.
  if (series.length < MOST_GROUPS) return PARTIAL_COUNTS;
  return `At most ${formatCount(MOST_GROUPS)} groups are counted. There are more, which are left out.`;
}

/** How much is drawn, in which steps and of what. */
export function chartText(charts: MetricCharts): string {
  const { all } = charts;
  const steps = `${plural(all.steps, 'step')} of ${formatDuration(all.stepMs * 1e6)}`;
  const counted = all.series.length === 0 ? '' : `${countText(charts)}, `;
  return `${counted}${steps}${all.unit === '' ? '' : ` · ${unitText(all.unit)}`}`;
}

function countText({ count, heatmaps }: MetricCharts): string {
  const most = heatmaps ? MOST_HEATMAPS : MOST_LINES;
  const all = heatmaps ? plural(count, 'heatmap') : `${formatCount(count)} series`;
  return count > most ? `the largest ${most} of ${all}, all of them in the CSV` : all;
}

function unitText(unit: string): string {
  return unit === 'ns' ? 'durations' : unit === '{span}/s' ? 'spans per second' : 'spans';
}
