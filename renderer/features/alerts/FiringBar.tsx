/** Says, wherever the reader is, which alerts are on. */
import { BellRing } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { formatAgo, plural } from '../../../core/model/format';
import { useNow } from '../../app/use-now';
import { valueText } from './alert-text';
import { useFiring } from './use-alert-rules';

export function FiringBar() {
  const firing = useFiring();
  const now = useNow(10_000);
  const [location] = useLocation();
  const [first] = firing;
  if (!first || location === '/alerts') return null;
  const { name, value, unit, threshold, comparison, firingSince } = first;
  return (
    <div
      role="status"
      className="flex h-[33px] shrink-0 items-center gap-2 border-b border-line bg-raised px-3.5 text-error"
    >
      <BellRing size={14} aria-hidden className="shrink-0" />
      <span className="min-w-0 truncate">
        <strong className="font-semibold" dir="auto">
          {name}
        </strong>
        : {valueText(value, unit)}, {comparison} {valueText(threshold, unit)}, for{' '}
        {formatAgo(Date.parse(firingSince ?? ''), now).replace(/ ago$/, '')}
        {firing.length > 1 && `, and ${plural(firing.length - 1, 'more alert')}`}
      </span>
      <span className="grow" />
      <Link href="/alerts" className="shrink-0 font-medium hover:underline">
        Look
      </Link>
    </div>
  );
}
