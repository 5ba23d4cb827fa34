import type { ReactNode } from 'react';
import type { Change } from '../../features/red/change';

interface KpiProps {
  readonly label: string;
  readonly value: ReactNode;
  readonly hint?: string | undefined;
  readonly change: Change | null;
  /** What the change is to, for who hears the page. */
  readonly since: string;
  /** Which way is bad; none: neither is. */
  readonly bad?: 'up' | 'down';
}

/** A figure and how it moved. */
export function Kpi({ label, value, hint, change, since, bad }: KpiProps) {
  const isBad = change !== null && change.direction === (bad === 'up' ? 1 : bad === 'down' ? -1 : Number.NaN);
  return (
    <div className="-ml-px border-l border-line px-3.5 py-3">
      <dt className="text-sm text-secondary">{label}</dt>
      <dd className="pt-1 font-mono text-xl tabular-nums" title={hint}>
        {value}
      </dd>
      <dd className={`pt-0.5 text-sm ${isBad ? 'text-error' : 'text-secondary'}`}>
        {change?.text ?? ' '}
        {change && <span className="sr-only">, compared with {since}</span>}
      </dd>
    </div>
  );
}
