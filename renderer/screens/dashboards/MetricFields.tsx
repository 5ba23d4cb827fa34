/** What a panel asks of a metric: names that are known are offered, and others can be written for metrics that are still to come. */
import { useId, useState } from 'react';
import type { NewPanel } from '../../../core/dashboards/dashboard-file';
import { AGGREGATES } from '../../../core/metrics/aggregates';
import { foundIn } from '../../connection/answer';
import { AGGREGATE_TEXT } from '../../features/metric-chart/kind-text';
import { useCatalogue } from '../../features/metric-chart/use-catalogue';
import { useThrottled } from '../../hooks/use-throttled';
import { ALL_TIME } from '../../stores/time-range';
import { FIELD, LABEL } from '../../ui/field';

type Draft = Extract<NewPanel, { readonly kind: 'metric' }>;

interface MetricFieldsProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
}

const MOST_KEYS = 4;
/** Not each letter is asked for. */
const TYPING_MS = 400;

export function MetricFields({ draft, onChange }: MetricFieldsProps) {
  const list = useId();
  const { question } = useCatalogue(useThrottled(draft.metric, TYPING_MS), ALL_TIME);
  const entries = question.answer ? foundIn(question.answer).entries : [];
  const known = entries.find(({ metric }) => metric.name === draft.metric);
  const [keys, setKeys] = useState(draft.groupBy.join(', '));
  return (
    <div className="flex flex-wrap gap-3">
      <label className={`${LABEL} min-w-[300px] grow`}>
        Metric
        <input
          className={`${FIELD} font-mono`}
          list={list}
          value={draft.metric}
          placeholder="http.server.request.duration"
          spellCheck={false}
          autoComplete="off"
          maxLength={1_000}
          onChange={({ target }) => onChange({ ...draft, metric: target.value })}
        />
        <datalist id={list}>
          {entries.map(({ metric }) => (
            <option key={metric.id} value={metric.name} />
          ))}
        </datalist>
        {question.answer?.state === 'partial' && (
          <span className="text-sm text-secondary">Not all metrics were read yet. Others can be typed.</span>
        )}
      </label>
      <label className={`${LABEL} w-[190px]`}>
        Show
        <select
          className={FIELD}
          value={draft.aggregate ?? ''}
          onChange={({ target }) =>
            onChange({ ...draft, aggregate: AGGREGATES.find((one) => one === target.value) ?? null })
          }
        >
          <option value="">What is usual for it</option>
          {(known?.aggregates ?? AGGREGATES).map((one) => (
            <option key={one} value={one}>
              {AGGREGATE_TEXT[one]}
            </option>
          ))}
        </select>
      </label>
      <label className={`${LABEL} min-w-[220px] grow`}>
        Group by, up to {MOST_KEYS} attributes with commas
        <input
          className={`${FIELD} font-mono`}
          value={keys}
          placeholder={known?.attributes[0]?.key ?? 'service'}
          spellCheck={false}
          autoComplete="off"
          onChange={({ target }) => {
            setKeys(target.value);
            onChange({ ...draft, groupBy: keysIn(target.value) });
          }}
        />
      </label>
      <label className={`${LABEL} min-w-[220px] grow`}>
        Filter
        <input
          className={`${FIELD} font-mono`}
          value={draft.filter}
          placeholder='attribute=value attribute!="other value"'
          spellCheck={false}
          autoComplete="off"
          maxLength={2_000}
          onChange={({ target }) => onChange({ ...draft, filter: target.value })}
        />
      </label>
    </div>
  );
}

function keysIn(text: string): string[] {
  const keys = text.split(',').map((key) => key.trim());
  return [...new Set(keys.filter((key) => key !== ''))].slice(0, MOST_KEYS);
}
