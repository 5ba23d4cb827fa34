import { Bot } from 'lucide-react';
import { Route } from 'wouter';
import { page, type Screen } from '../../routing/screen';

const AgentsPage = page(async () => (await import('./AgentsPage')).AgentsPage);

export const agents: Screen = {
  navigation: { title: 'Agents', icon: Bot, to: '/agents' },
  routes: [
    <Route key="/agents" path="/agents">
      <AgentsPage />
    </Route>,
  ],
};
