import { ChartLine } from 'lucide-react';
import { Route } from 'wouter';
import { page, type Screen } from '../../routing/screen';
import { METRICS } from './metrics-address';

const MetricsPage = page(async () => (await import('./MetricsPage')).MetricsPage);
const ExplorerPage = page(async () => (await import('./ExplorerPage')).ExplorerPage);

export const metrics: Screen = {
  navigation: { title: 'Metrics', icon: ChartLine, to: METRICS, also: `${METRICS}/` },
  routes: [
    <Route key={METRICS} path={METRICS}>
      <MetricsPage />
    </Route>,
    <Route key={`${METRICS}/:choice`} path={`${METRICS}/:choice`}>
      {({ choice }) => <ExplorerPage choice={choice} />}
    </Route>,
  ],
  keys: [
    {
      title: 'Metrics',
      keys: [
        ['/', 'Find a metric'],
        ['j k', 'Next, previous metric'],
        ['Enter', 'Open the metric'],
        ['Escape', 'Back to the list'],
      ],
    },
  ],
};
