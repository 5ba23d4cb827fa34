import { ShieldCheck } from 'lucide-react';
import { Route } from 'wouter';
import { formatCompact } from '../../../core/model/format';
import { useUnseenHits } from '../../features/guardrails/use-unseen-hits';
import { page, type Screen } from '../../routing/screen';

const GuardrailsPage = page(async () => (await import('./GuardrailsPage')).GuardrailsPage);

export const guardrails: Screen = {
  navigation: { title: 'Guardrails', icon: ShieldCheck, to: '/guardrails', Badge: UnseenHits },
  routes: [
    <Route key="/guardrails" path="/guardrails">
      <GuardrailsPage />
    </Route>,
  ],
};

function UnseenHits() {
  const unseen = useUnseenHits().length;
  return unseen > 0 ? formatCompact(unseen) : null;
}
