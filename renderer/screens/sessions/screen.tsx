import { MessagesSquare } from 'lucide-react';
import { Route } from 'wouter';
import { page, type Screen } from '../../routing/screen';
import { sessionOfAddress } from '../../stores/session-address';

const SessionsPage = page(async () => (await import('./SessionsPage')).SessionsPage);
const SessionPage = page(async () => (await import('./SessionPage')).SessionPage);

export const sessions: Screen = {
  navigation: { title: 'Sessions', icon: MessagesSquare, to: '/sessions', also: '/session/' },
  routes: [
    <Route key="/sessions" path="/sessions">
      <SessionsPage />
    </Route>,
    <Route key="/session/:sessionId" path="/session/:sessionId">
      {({ sessionId }) => <SessionPage key={sessionId} sessionId={sessionOfAddress(sessionId)} />}
    </Route>,
  ],
};
