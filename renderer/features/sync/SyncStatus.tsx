import clsx from 'clsx';
import { CloudOff, RefreshCw } from 'lucide-react';
import { Link } from 'wouter';
import { useSync } from '../../hooks/use-sync';
import { syncText } from './sync-text';

/** In the status bar: what is shared with whom, and how it goes. */
export function SyncStatus() {
  const { data } = useSync();
  const said = data && syncText(data);
  if (!data || !said) return null;
  const Icon = said.tone === 'ok' ? RefreshCw : CloudOff;
  return (
    <Link
      href="/sync"
      title={data.problem?.message ?? 'Team sync'}
      className={clsx('flex min-w-0 items-center gap-1.5 hover:text-text', {
        'text-error': said.tone === 'error',
        'text-warning': said.tone === 'wait' && data.problem,
      })}
    >
      <Icon size={12} aria-hidden className="shrink-0" />
      <span className="truncate">{said.text}</span>
    </Link>
  );
}
