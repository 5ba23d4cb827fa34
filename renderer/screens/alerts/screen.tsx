import { Bell } from 'lucide-react';
import { Route } from 'wouter';
import { formatCompact } from '../../../core/model/format';
import { useFiring } from '../../features/alerts/use-alert-rules';
import { page, type Screen } from '../../routing/screen';

const AlertsPage = page(async () => (await import('./AlertsPage')).AlertsPage);

export const alerts: Screen = {
  navigation: { title: 'Alerts', icon: Bell, to: '/alerts', Badge: Firing },
  routes: [
    <Route key="/alerts" path="/alerts">
      <AlertsPage />
    </Route>,
  ],
};

function Firing() {
  const firing = useFiring().length;
  return firing > 0 ? formatCompact(firing) : null;
}
