import { useLocation } from 'wouter';
import type { Alert, AlertRule } from '../../../core/api/alert';
import { formatDuration } from '../../../core/model/format';
import { labelsText, valueText } from '../../features/alerts/alert-text';
import { useTraceList } from '../../stores/trace-list-store';
import { Button } from '../../ui/Button';
import { timeText } from '../../ui/clock-time';

const GRID = 'grid grid-cols-[150px_minmax(0,200px)_minmax(0,1fr)_130px_90px] items-center gap-x-4 px-3.5';

interface AlertHistoryProps {
  readonly alerts: readonly Alert[];
  readonly rules: readonly AlertRule[];
}

/** When rules were beyond their threshold, newest first; what they looked at is a step away. */
export function AlertHistory({ alerts, rules }: AlertHistoryProps) {
  const [, navigate] = useLocation();
  const look = (query: string): void => {
    // What is counted, without how.
    useTraceList.getState().setQuery(query.replace(/\|[^|{}"]*$/, '').trim());
    navigate('/traces');
  };
  if (alerts.length === 0) return null;
  return (
    <section aria-label="What happened" className="pt-6">
      <h2 className={`${GRID} h-[29px] border-y border-line bg-raised text-sm font-medium text-secondary`}>
        <span>Began</span>
        <span>Alert</span>
        <span>Measured</span>
        <span>For</span>
      </h2>
      <ul>
        {alerts.map(({ id, ruleId, ruleName, value, unit, comparison, threshold, labels, startedAt, endedAt }) => {
          const query = rules.find((rule) => rule.id === ruleId)?.query ?? '';
          return (
            <li key={id} className={`${GRID} min-h-[34px] border-b border-line`}>
              <time className="text-secondary" dateTime={startedAt}>
                {timeText(startedAt)}
              </time>
              <span className="truncate font-medium" dir="auto">
                {ruleName}
              </span>
              <span className="truncate">
                {valueText(value, unit)}, {comparison} {valueText(threshold, unit)}
                {labelsText(labels) && <span className="text-secondary"> ({labelsText(labels)})</span>}
              </span>
              <span className={endedAt === null ? 'font-medium text-error' : 'text-secondary'}>
                {endedAt === null ? 'goes on' : formatDuration((Date.parse(endedAt) - Date.parse(startedAt)) * 1e6)}
              </span>
              {query !== '' && (
                <Button look="ghost" aria-label={`Traces of ${ruleName}`} onClick={() => look(query)}>
                  Traces
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
