import { Plug } from 'lucide-react';
import { Route } from 'wouter';
import { page, type Screen } from '../../routing/screen';

const ConnectPage = page(async () => (await import('./ConnectPage')).ConnectPage);

export const connect: Screen = {
  navigation: { title: 'Send traces', icon: Plug, to: '/connect' },
  routes: [
    <Route key="/connect" path="/connect">
      <ConnectPage />
    </Route>,
  ],
};
