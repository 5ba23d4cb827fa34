import { ChartNoAxesGantt } from 'lucide-react';
import { Route } from 'wouter';
import { formatCompact } from '../../../core/model/format';
import { useStatus } from '../../hooks/use-status';
import { page, type Screen } from '../../routing/screen';

const TracesPage = page(async () => (await import('./TracesPage')).TracesPage);

export const traces: Screen = {
  navigation: { title: 'Traces', icon: ChartNoAxesGantt, to: '/traces', also: '/trace/', Badge: StoredTraces },
  routes: [
    <Route key="/traces" path="/traces">
      <TracesPage />
    </Route>,
  ],
};

function StoredTraces() {
  const status = useStatus();
  return status?.store.state === 'ready' ? formatCompact(status.counts.traces) : null;
}
