import { ListTree } from 'lucide-react';
import { type ChartSeries, seriesColors } from './chart-data';
import { valueText } from './unit-text';

interface LegendProps {
  readonly series: readonly ChartSeries[];
  readonly unit: string;
  readonly hidden: ReadonlySet<number>;
  readonly onToggle: (i: number) => void;
  /** Shows the traces behind a line; left out: nothing can. */
  readonly onOpen?: (i: number) => void;
}

/** The lines of a chart by name, with the newest value of each; a click hides one. */
export function Legend({ series, unit, hidden, onToggle, onOpen }: LegendProps) {
  const colors = seriesColors(series);
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm" aria-label="Series">
      {series.map(({ label, values }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two may be called the same
        <li key={i} className="flex min-w-0 max-w-full items-center gap-1">
          <button
            type="button"
            aria-pressed={!hidden.has(i)}
            title={hidden.has(i) ? `Show ${label}` : `Hide ${label}`}
            className={`flex min-w-0 items-center gap-1.5 hover:underline ${hidden.has(i) ? 'text-faint line-through' : ''}`}
            onClick={() => onToggle(i)}
          >
            <span
              className="h-[3px] w-3 shrink-0 rounded"
              style={{ background: `var(${colors[i]})` }}
              aria-hidden="true"
            />
            <span className="truncate" dir="auto">
              {label}
            </span>
            <span className="font-mono whitespace-nowrap text-secondary">
              {valueText(values.findLast((value) => value !== null) ?? null, unit)}
            </span>
          </button>
          {onOpen && (
            <button
              type="button"
              aria-label={`Traces of ${label}`}
              title={`Traces of ${label}`}
              className="shrink-0 rounded p-0.5 text-accent hover:bg-raised"
              onClick={() => onOpen(i)}
            >
              <ListTree size={13} aria-hidden />
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
