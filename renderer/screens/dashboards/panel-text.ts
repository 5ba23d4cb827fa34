import type { DashboardPanel } from '../../../core/api/dashboard';
import { spanMetricIn } from '../../../core/query/span-metrics';
import { AGGREGATE_TEXT } from '../../features/metric-chart/kind-text';
import { titleOf } from '../../features/span-metric/metric-charts';

/** The title that somebody gave, or what the panel asks. */
export function panelTitle(panel: DashboardPanel): string {
  if (panel.title !== '') return panel.title;
  if (panel.kind === 'metric') {
    return panel.aggregate === null ? panel.metric : `${panel.metric}, ${AGGREGATE_TEXT[panel.aggregate]}`;
  }
  if (panel.kind === 'logs') return panel.query === '' ? 'Logs' : panel.query;
  const read = spanMetricIn(panel.query);
  return read ? titleOf(read) : panel.query;
}

export const KIND_TEXT: Readonly<Record<DashboardPanel['kind'], string>> = {
  spans: 'Span metric',
  metric: 'Metric',
  logs: 'Logs',
};

export const WIDTH_TEXT: Readonly<Record<DashboardPanel['width'], string>> = {
  third: 'One third',
  half: 'Half',
  full: 'Full width',
};
