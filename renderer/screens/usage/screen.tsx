import { Coins } from 'lucide-react';
import { Route } from 'wouter';
import { page, type Screen } from '../../routing/screen';

const UsagePage = page(async () => (await import('./UsagePage')).UsagePage);

export const usage: Screen = {
  navigation: { title: 'Usage', icon: Coins, to: '/usage' },
  routes: [
    <Route key="/usage" path="/usage">
      <UsagePage />
    </Route>,
  ],
};
