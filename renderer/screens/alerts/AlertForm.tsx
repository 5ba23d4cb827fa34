import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import {
  ALERT_SEVERITIES,
  type AlertComparison,
  type AlertRule,
  type AlertRuleEdit,
  type AlertSeverity,
} from '../../../core/api/alert';
import { FAILED_REQUEST_TRACEQL, REQUEST_TRACEQL } from '../../../core/model/request';
import { api } from '../../connection/connection';
import {
  durationText,
  FORS,
  labelsText,
  SEVERITY_TEXT,
  thresholdOf,
  valueText,
  WINDOWS,
} from '../../features/alerts/alert-text';
import { useThrottled } from '../../hooks/use-throttled';
import { Button } from '../../ui/Button';
import { FIELD, LABEL } from '../../ui/field';
import { AlertPast } from './AlertPast';

const TYPING_MS = 400;

interface Draft {
  readonly name: string;
  readonly measure: AlertRuleEdit['measure'];
  readonly query: string;
  readonly comparison: AlertComparison;
  readonly threshold: string;
  readonly windowSeconds: number;
  readonly forSeconds: number;
  /** Empty: the threshold itself. */
  readonly resolveThreshold: string;
  readonly severity: AlertSeverity;
}

const AT_ONCE = { forSeconds: 0, resolveThreshold: '', severity: 'warning' } as const;

/** What is watched for most. */
const STARTS: Readonly<Record<string, Draft>> = {
  'Failed requests': {
    name: 'Failed requests per second',
    measure: 'query',
    query: `{ ${FAILED_REQUEST_TRACEQL} } | rate()`,
    comparison: 'above',
    threshold: '0.1',
    windowSeconds: 300,
    ...AT_ONCE,
  },
  'Slow requests': {
    name: 'Slow requests (p95)',
    measure: 'query',
    query: `{ ${REQUEST_TRACEQL} } | quantile_over_time(duration, 0.95)`,
    comparison: 'above',
    threshold: '1s',
    windowSeconds: 300,
    ...AT_ONCE,
  },
  'Model cost': {
    name: 'Model cost',
    measure: 'cost',
    query: '',
    comparison: 'above',
    threshold: '5',
    windowSeconds: 86_400,
    ...AT_ONCE,
  },
  'Nothing arrives': {
    name: 'Nothing arrives',
    measure: 'query',
    query: '{ } | count_over_time()',
    comparison: 'below',
    threshold: '1',
    windowSeconds: 900,
    ...AT_ONCE,
  },
  'Errors in logs': {
    name: 'Errors in logs',
    measure: 'logs',
    query: 'severity>=error',
    comparison: 'above',
    threshold: '10',
    windowSeconds: 300,
    ...AT_ONCE,
  },
};
const FIRST = Object.values(STARTS)[0] as Draft;

interface AlertFormProps {
  /** Null: a new one. */
  readonly rule: AlertRule | null;
  readonly failure: string | null;
  readonly onSave: (edit: AlertRuleEdit) => void;
}

export function AlertForm({ rule, failure, onSave }: AlertFormProps) {
  const [draft, setDraft] = useState<Draft>(rule ? draftOf(rule) : FIRST);
  const set = (change: Partial<Draft>): void => setDraft({ ...draft, ...change });
  const { measure, query, comparison, windowSeconds } = useThrottled(draft, TYPING_MS);
  const watched = { name: 'now', enabled: true, measure, query, comparison, windowSeconds, mutedUntil: null };
  const asked: AlertRuleEdit = { ...watched, threshold: 0, forSeconds: 0, resolveThreshold: null, severity: 'warning' };
  const { data: now, error } = useQuery({
    queryKey: ['alert-try', asked],
    queryFn: () => api.tryAlertRule(asked),
    enabled: measure !== 'query' || query.trim() !== '',
    retry: false,
  });
  const threshold = now ? thresholdOf(draft.threshold, now.unit) : null;
  const hasEnd = draft.resolveThreshold.trim() !== '';
  const end = now && hasEnd ? thresholdOf(draft.resolveThreshold, now.unit) : null;
  const isEndWrong =
    hasEnd && now !== undefined && (end === null || (threshold !== null && !isWithin(end, threshold, comparison)));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (threshold === null || isEndWrong) return;
    const { enabled, mutedUntil } = rule ?? { enabled: true, mutedUntil: null };
    onSave({ ...draft, enabled, mutedUntil, threshold, resolveThreshold: end });
  };
  return (
    <form className="flex flex-col gap-3" onSubmit={submit}>
      {!rule && (
        <fieldset className="flex flex-wrap gap-1.5">
          <legend className="pb-1 text-sm text-secondary">Begin with</legend>
          {Object.entries(STARTS).map(([title, start]) => (
            <Button key={title} onClick={() => setDraft(start)}>
              {title}
            </Button>
          ))}
        </fieldset>
      )}
      <label className={LABEL}>
        Name
        <input required className={FIELD} value={draft.name} onChange={(event) => set({ name: event.target.value })} />
      </label>
      {measure === 'cost' ? (
        <p className="text-secondary">Total cost of model calls, from the price book or as reported by senders.</p>
      ) : (
        <label className={LABEL}>
          {measure === 'logs'
            ? 'A search for logs, which are counted'
            : 'TraceQL: a metric, or a search whose spans are counted'}
          <input
            required={measure === 'query'}
            spellCheck={false}
            className={`${FIELD} font-mono`}
            value={draft.query}
            onChange={(event) => set({ query: event.target.value })}
          />
        </label>
      )}
      <div className="flex items-end gap-2">
        <label className={LABEL}>
          Alert when it is
          <select
            className={FIELD}
            value={draft.comparison}
            onChange={(event) => set({ comparison: event.target.value as AlertComparison })}
          >
            <option value="above">above</option>
            <option value="below">below</option>
          </select>
        </label>
        <label className={LABEL}>
          Threshold{now?.unit === 'ns' && ', such as 500ms'}
          {now?.unit === 'USD' && ', US dollars'}
          {now?.unit === 'per second' && ', per second'}
          <input
            required
            aria-invalid={now !== undefined && threshold === null}
            className={`${FIELD} w-[170px] font-mono aria-invalid:border-error`}
            value={draft.threshold}
            onChange={(event) => set({ threshold: event.target.value })}
          />
        </label>
        <label className={LABEL}>
          Over the last
          <select
            className={FIELD}
            value={draft.windowSeconds}
            onChange={(event) => set({ windowSeconds: Number(event.target.value) })}
          >
            {WINDOWS.map(([seconds, text]) => (
              <option key={seconds} value={seconds}>
                {text}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div className="flex flex-wrap items-end gap-2">
        <label className={LABEL}>
          Alert after
          <select
            className={FIELD}
            value={draft.forSeconds}
            onChange={(event) => set({ forSeconds: Number(event.target.value) })}
          >
            {[...new Set([...FORS, draft.forSeconds])].map((seconds) => (
              <option key={seconds} value={seconds}>
                {seconds === 0 ? 'no delay' : durationText(seconds)}
              </option>
            ))}
          </select>
        </label>
        <label className={LABEL}>
          Resolve at
          <input
            aria-invalid={isEndWrong}
            placeholder="the threshold"
            title="Between this value and the threshold, an alert keeps firing."
            className={`${FIELD} w-[170px] font-mono aria-invalid:border-error`}
            value={draft.resolveThreshold}
            onChange={(event) => set({ resolveThreshold: event.target.value })}
          />
        </label>
        <label className={LABEL}>
          Severity
          <select
            className={FIELD}
            value={draft.severity}
            onChange={({ target }) =>
              set({ severity: ALERT_SEVERITIES.find((one) => one === target.value) ?? 'warning' })
            }
          >
            {ALERT_SEVERITIES.map((severity) => (
              <option key={severity} value={severity}>
                {SEVERITY_TEXT[severity]}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p className={error ? 'text-error' : 'text-secondary'} role={error ? 'alert' : 'status'}>
        {error
          ? error.message
          : now && (
              <>
                Now: <strong className="font-semibold text-text">{valueText(now.value, now.unit)}</strong>
                {labelsText(now.labels) && ` (${labelsText(now.labels)})`}
              </>
            )}
        &nbsp;
      </p>
      {threshold !== null && !isEndWrong && (
        <AlertPast
          rule={{
            ...watched,
            threshold,
            resolveThreshold: end,
            forSeconds: draft.forSeconds,
            severity: draft.severity,
          }}
        />
      )}
      {failure && (
        <p role="alert" className="text-error">
          {failure}
        </p>
      )}
      <Button
        type="submit"
        look="primary"
        disabled={threshold === null || isEndWrong || !draft.name.trim()}
        className="justify-center"
      >
        {rule ? 'Save' : 'Add the alert'}
      </Button>
    </form>
  );
}

function draftOf({ threshold, resolveThreshold, unit, ...rule }: AlertRule): Draft {
  const { name, measure, query, comparison, windowSeconds, forSeconds, severity } = rule;
  const typed = (value: number): string => (unit === 'ns' ? `${value / 1e6}ms` : String(value));
  return {
    ...{ name, measure, query, comparison, windowSeconds, forSeconds, severity },
    threshold: typed(threshold),
    resolveThreshold: resolveThreshold === null ? '' : typed(resolveThreshold),
  };
}

/** Where an alert may end: not further than where it begins. */
function isWithin(end: number, threshold: number, comparison: AlertComparison): boolean {
  return comparison === 'above' ? end <= threshold : end >= threshold;
}
