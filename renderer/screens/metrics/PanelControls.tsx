import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { MetricSeriesAnswer } from '../../../core/api/metrics';
import { AGGREGATES } from '../../../core/metrics/aggregates';
import { plural } from '../../../core/model/format';
import { AGGREGATE_TEXT } from '../../features/metric-chart/kind-text';
import type { Panel } from '../../stores/metrics-address';
import { FIELD, LABEL } from '../../ui/field';

const MOST_KEYS = 4;

interface PanelControlsProps {
  readonly panel: Panel;
  readonly answer: MetricSeriesAnswer;
  readonly onChange: (panel: Panel) => void;
}

/** What is asked of a metric: aggregate, groups, filter. */
export function PanelControls({ panel, answer, onChange }: PanelControlsProps) {
  const { groupBy } = panel;
  const [filter, setFilter] = useState(panel.filter);
  useEffect(() => setFilter(panel.filter), [panel.filter]);
  const apply = (): void => {
    if (filter !== panel.filter) onChange({ ...panel, filter });
  };
  const free = answer.attributes.filter(({ key }) => !groupBy.includes(key));
  return (
    <div className="flex flex-wrap items-end gap-3">
      <label className={LABEL}>
        Show
        <select
          className={FIELD}
          value={answer.aggregate}
          onChange={({ target }) =>
            onChange({ ...panel, aggregate: AGGREGATES.find((one) => one === target.value) ?? null })
          }
        >
          {answer.aggregates.map((one) => (
            <option key={one} value={one}>
              {AGGREGATE_TEXT[one]}
            </option>
          ))}
        </select>
      </label>
      <div className="flex items-end gap-1.5">
        <label className={LABEL}>
          Group by
          <select
            className={FIELD}
            value=""
            disabled={groupBy.length >= MOST_KEYS || free.length === 0}
            onChange={({ target }) => onChange({ ...panel, groupBy: [...groupBy, target.value] })}
          >
            <option value="">{groupBy.length === 0 ? 'nothing' : 'add …'}</option>
            {free.map(({ key, values }) => (
              <option key={key} value={key}>
                {key} ({plural(values, 'value')})
              </option>
            ))}
          </select>
        </label>
        {groupBy.map((key) => (
          <button
            key={key}
            type="button"
            aria-label={`Do not group by ${key}`}
            className="flex h-[27px] items-center gap-1 rounded bg-accent-ground px-2 text-sm text-accent"
            onClick={() => onChange({ ...panel, groupBy: groupBy.filter((one) => one !== key) })}
          >
            <span dir="auto">{key}</span> <X size={12} aria-hidden />
          </button>
        ))}
      </div>
      <label className={`${LABEL} min-w-[200px] grow`}>
        Filter
        <input
          className={`${FIELD} font-mono`}
          value={filter}
          placeholder='attribute=value attribute!="other value"'
          spellCheck={false}
          autoComplete="off"
          maxLength={2_000}
          onChange={({ target }) => setFilter(target.value)}
          onBlur={apply}
          onKeyDown={({ key }) => {
            if (key === 'Enter') apply();
          }}
        />
      </label>
    </div>
  );
}
