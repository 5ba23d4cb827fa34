/** Says, wherever the reader is, which alerts are on. */

import { BellRing } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { plural } from '../../../core/model/format';
import { recentText } from '../../ui/clock-time';
import { firingText } from './alert-text';
import { useFiring } from './use-alert-rules';

export function FiringBar() {
  const firing = useFiring();
  const [location] = useLocation();
  const [first] = firing;
  if (!first || location === '/alerts') return null;
  return (
    <div
      role="status"
      className="flex h-[33px] shrink-0 items-center gap-2 border-b border-line bg-raised px-3.5 text-error"
    >
      <BellRing size={14} aria-hidden className="shrink-0" />
      <span className="min-w-0 truncate">
        <strong className="font-semibold" dir="auto">
          {first.name}
        </strong>
        : {firingText(first)}, since {recentText(first.firingSince ?? '', new Date())}
        {firing.length > 1 && `, and ${plural(firing.length - 1, 'more alert')}`}
      </span>
      <span className="grow" />
      <Link href="/alerts" className="shrink-0 font-medium hover:underline">
        Look
      </Link>
    </div>
  );
}
