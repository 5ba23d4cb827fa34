import { Users } from 'lucide-react';
import { Route } from 'wouter';
import { page, type Screen } from '../../routing/screen';

const TeamPage = page(async () => (await import('./TeamPage')).TeamPage);
const DevicePage = page(async () => (await import('./DevicePage')).DevicePage);

export const team: Screen = {
  only: 'team',
  navigation: { title: 'Team', icon: Users, to: '/team/members', also: '/team/' },
  routes: [
    <Route key="/team/:tab" path="/team/:tab">
      {({ tab }) => <TeamPage tab={tab} />}
    </Route>,
    <Route key="/device/:code?" path="/device/:code?">
      {({ code }) => <DevicePage typed={code ?? ''} />}
    </Route>,
  ],
};
