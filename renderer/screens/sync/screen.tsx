import { RefreshCw } from 'lucide-react';
import { Route } from 'wouter';
import { formatCompact } from '../../../core/model/format';
import { useUnreadComments } from '../../hooks/use-team-events';
import { page, type Screen } from '../../routing/screen';

const SyncPage = page(async () => (await import('./SyncPage')).SyncPage);

export const sync: Screen = {
  only: 'desktop',
  navigation: { title: 'Team sync', icon: RefreshCw, to: '/sync', Badge: UnreadComments },
  routes: [
    <Route key="/sync" path="/sync">
      <SyncPage />
    </Route>,
  ],
};

function UnreadComments() {
  const unread = useUnreadComments().length;
  return unread > 0 ? formatCompact(unread) : null;
}
