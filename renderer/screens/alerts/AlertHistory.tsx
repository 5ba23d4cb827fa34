import { useLocation } from 'wouter';
import type { Alert, AlertRule } from '../../../core/api/alert';
import { formatDuration } from '../../../core/model/format';
import { labelsText, SEVERITY_TEXT, valueText } from '../../features/alerts/alert-text';
import { openLogs } from '../../stores/open-logs';
import { openTraces } from '../../stores/open-traces';
import type { TimeRange } from '../../stores/time-range';
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
  const look = ({ measure, query, windowSeconds }: AlertRule, { startedAt, endedAt }: Alert): void => {
    const fromMs = Date.parse(startedAt) - windowSeconds * 1_000;
    const range: TimeRange = { kind: 'between', fromMs, toMs: endedAt === null ? Date.now() : Date.parse(endedAt) };
    if (measure === 'logs') openLogs(query, range, navigate);
    // What is counted, without how.
    else openTraces({ query: query.replace(/\|[^|{}"]*$/, '').trim(), range }, navigate);
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
        {alerts.map((alert) => {
          const { id, ruleId, ruleName, value, unit, comparison, threshold, labels, startedAt, endedAt } = alert;
          const rule = rules.find((one) => one.id === ruleId);
          const what = rule?.measure === 'logs' ? 'Logs' : 'Traces';
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
                {alert.severity !== 'warning' && `, ${SEVERITY_TEXT[alert.severity].toLowerCase()}`}
                {alert.muted && ', muted'}
                {labelsText(labels) && <span className="text-secondary"> ({labelsText(labels)})</span>}
              </span>
              <span className={endedAt === null ? 'font-medium text-error' : 'text-secondary'}>
                {endedAt === null ? 'goes on' : formatDuration((Date.parse(endedAt) - Date.parse(startedAt)) * 1e6)}
              </span>
              {rule && rule.measure !== 'cost' && (
                <Button look="ghost" aria-label={`${what} of ${ruleName}`} onClick={() => look(rule, alert)}>
                  {what}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
