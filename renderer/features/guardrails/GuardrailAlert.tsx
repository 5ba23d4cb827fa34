/** Says, wherever the reader is, that a guardrail has marked something that was not seen yet. */
import { ShieldAlert } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { plural } from '../../../core/model/format';
import { useSettings } from '../../stores/settings-store';
import { Button } from '../../ui/Button';
import { useUnseenHits } from './use-unseen-hits';

export function GuardrailAlert() {
  const unseen = useUnseenHits();
  const setMarksSeen = useSettings(({ setMarksSeen }) => setMarksSeen);
  const [location] = useLocation();
  const [newest] = unseen;
  if (!newest || location === '/guardrails') return null;
  const others = unseen.length - 1;
  return (
    <div
      role="status"
      className="flex h-[33px] shrink-0 items-center gap-2 border-b border-line bg-raised px-3.5 text-warning"
    >
      <ShieldAlert size={14} aria-hidden className="shrink-0" />
      <span className="min-w-0 truncate">
        <strong className="font-semibold">{newest.ruleName}</strong> marked {newest.spanName || 'a trace'}:{' '}
        <span className="font-mono text-sm">{newest.excerpt}</span>
        {others > 0 && ` and ${plural(others, 'more mark')}`}
      </span>
      <span className="grow" />
      <Link href="/guardrails" className="shrink-0 font-medium hover:underline">
        Look
      </Link>
      <Button look="ghost" onClick={() => setMarksSeen(newest.createdAt)}>
        Dismiss
      </Button>
    </div>
  );
}
