import { useQuery } from '@tanstack/react-query';
import type { AlertFiring, AlertRuleEdit } from '../../../core/api/alert';
import { formatDuration, plural } from '../../../core/model/format';
import { api } from '../../connection/connection';
import { durationText, valueText } from '../../features/alerts/alert-text';
import { useThrottled } from '../../hooks/use-throttled';
import { timeText } from '../../ui/clock-time';

const TYPING_MS = 600;
/** The newest of them. */
const SHOWN = 3;

/** When a rule would have alerted, before it is kept. */
export function AlertPast({ rule }: { readonly rule: AlertRuleEdit }) {
  const typed = useThrottled(rule, TYPING_MS);
  // How serious it is changes nothing about when it alerts.
  const asked: AlertRuleEdit = { ...typed, severity: 'warning' };
  const { data, error, isFetching } = useQuery({
    queryKey: ['alert-preview', asked],
    queryFn: () => api.previewAlertRule(asked),
    placeholderData: (before) => before,
    retry: false,
  });
  if (error || !data) {
    return (
      <p role="status" className="text-sm text-secondary">
        {error ? `Past data could not be checked. ${error.message}` : 'Checking past data …'}
      </p>
    );
  }
  const { firings, from, to, stepSeconds, unit } = data;
  const rangeNs = (Date.parse(to) - Date.parse(from)) * 1e6;
  return (
    <div role="status" aria-busy={isFetching} className={`text-sm text-secondary ${isFetching ? 'opacity-60' : ''}`}>
      <p>
        It would have fired <strong className="font-semibold text-text">{plural(firings.length, 'time')}</strong> in the
        last {formatDuration(rangeNs)}, checked every {durationText(stepSeconds)}.
      </p>
      <ul>
        {firings.slice(-SHOWN).map((firing) => (
          <li key={firing.from}>{firingText(firing, valueText(firing.value, unit))}</li>
        ))}
      </ul>
    </div>
  );
}

function firingText({ from, to }: AlertFiring, value: string): string {
  const began = `${timeText(from)}, up to ${value}`;
  if (to === null) return `${began}, and goes on`;
  return `${began}, for ${formatDuration((Date.parse(to) - Date.parse(from)) * 1e6)}`;
}
