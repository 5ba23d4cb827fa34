import { LayoutDashboard } from 'lucide-react';
import { Route } from 'wouter';
import { page, type Screen } from '../../routing/screen';

const DashboardsPage = page(async () => (await import('./DashboardsPage')).DashboardsPage);
const DashboardPage = page(async () => (await import('./DashboardPage')).DashboardPage);

export const dashboards: Screen = {
  navigation: { title: 'Dashboards', icon: LayoutDashboard, to: '/dashboards', also: '/dashboards/' },
  routes: [
    <Route key="/dashboards" path="/dashboards">
      <DashboardsPage />
    </Route>,
    <Route key="/dashboards/:id" path="/dashboards/:id">
      {({ id }) => <DashboardPage key={id} id={id} />}
    </Route>,
  ],
  keys: [
    {
      title: 'Dashboards',
      keys: [
        ['/', 'Filter the dashboard'],
        ['r', 'Ask all panels again'],
        ['Escape', 'Back to the dashboards'],
      ],
    },
  ],
};
