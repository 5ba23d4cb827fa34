import { ChartLine } from 'lucide-react';
import { Route } from 'wouter';
import { page, type Screen } from '../../routing/screen';

const MetricsPage = page(async () => (await import('./MetricsPage')).MetricsPage);
const ExplorerPage = page(async () => (await import('./ExplorerPage')).ExplorerPage);

export const metrics: Screen = {
  navigation: { title: 'Metrics', icon: ChartLine, to: '/metrics', also: '/metrics/' },
  routes: [
    <Route key="/metrics" path="/metrics">
      <MetricsPage />
    </Route>,
    <Route key="/metrics/:choice" path="/metrics/:choice">
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
