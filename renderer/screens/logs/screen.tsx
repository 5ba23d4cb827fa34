import { ScrollText } from 'lucide-react';
import { Route } from 'wouter';
import { page, type Screen } from '../../routing/screen';

const LogsPage = page(async () => (await import('./LogsPage')).LogsPage);

export const logs: Screen = {
  navigation: { title: 'Logs', icon: ScrollText, to: '/logs' },
  routes: [
    <Route key="/logs" path="/logs">
      <LogsPage />
    </Route>,
  ],
  keys: [
    {
      title: 'Logs',
      keys: [
        ['/', 'Search logs'],
        ['j k', 'Next, previous log'],
        ['Escape', 'Close the log'],
      ],
    },
  ],
};
