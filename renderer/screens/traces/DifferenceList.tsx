/** What sets some spans apart from others, ranked: a pair of bars for each value, with the counts behind them. */
import { useState } from 'react';
import { formatCount, plural } from '../../../core/model/format';
import { type Difference, type Differences, differenceOf, LEAST_SPANS } from '../../../core/query/differences';
import { Button } from '../../ui/Button';

interface DifferenceListProps {
  readonly differences: Differences;
  /** What the two sides are called: what was selected first. */
  readonly sides: readonly [selection: string, baseline: string];
  /** Narrows the search to a value. */
  readonly onAdd: (field: string, value: string) => void;
}

const SHOWN = 20;
const COLUMNS = 'grid grid-cols-[minmax(0,1fr)_minmax(120px,2fr)_64px] items-center gap-x-4';

export function DifferenceList({ differences, sides, onAdd }: DifferenceListProps) {
  const [shown, setShown] = useState(SHOWN);
  const { totals, fields } = differences;
  return (
    <div className="flex flex-col">
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 px-3.5 py-2.5 text-sm text-secondary">
        <Key color="bg-accent" text={`${sides[0]}: ${plural(totals.selection, 'span')}`} />
        <Key color="bg-faint" text={`${sides[1]}: ${plural(totals.baseline, 'span')}`} />
        <span>
          Ranked by the difference in share, in percentage points; values with fewer than {LEAST_SPANS} spans left out.
        </span>
      </p>
      {fields.length === 0 && (
        <p className="px-3.5 py-6 text-center text-secondary">
          {totals.selection === 0
            ? 'No span is selected.'
            : totals.baseline === 0
              ? 'Every span is selected: there is nothing to compare with.'
              : 'Nothing sets them apart.'}
        </p>
      )}
      {fields.slice(0, shown).map(({ field, values }) => (
        <section key={field} aria-label={field} className="border-t border-line px-3.5 py-2">
          <h3 className="truncate font-mono text-sm text-secondary" dir="auto" title={field}>
            {field}
          </h3>
          {values.map((one) => (
            <ValueRow key={one.value} field={field} difference={one} sides={sides} onAdd={onAdd} />
          ))}
        </section>
      ))}
      {fields.length > shown && (
        <div className="flex items-center gap-3 border-t border-line px-3.5 py-2 text-secondary">
          {formatCount(shown)} of {formatCount(fields.length)} attributes
          <Button onClick={() => setShown(shown + SHOWN)}>Show more</Button>
        </div>
      )}
    </div>
  );
}

interface ValueRowProps {
  readonly field: string;
  readonly difference: Difference;
  readonly sides: DifferenceListProps['sides'];
  readonly onAdd: DifferenceListProps['onAdd'];
}

function ValueRow({ field, difference, sides, onAdd }: ValueRowProps) {
  const { value, selection, baseline, selectionShare, baselineShare } = difference;
  const points = 100 * differenceOf(difference);
  return (
    <button
      type="button"
      title={`Search for ${field} = ${value}`}
      className={`${COLUMNS} w-full rounded py-0.5 text-left hover:bg-raised`}
      onClick={() => onAdd(field, value)}
    >
      <span className="truncate font-medium" dir="auto">
        {value === '' ? '(empty)' : value}
      </span>
      <span className="flex flex-col gap-0.5">
        <Bar color="bg-accent" share={selectionShare} count={selection} side={sides[0]} />
        <Bar color="bg-faint" share={baselineShare} count={baseline} side={sides[1]} />
      </span>
      <span className="text-right font-mono text-sm">
        {points > 0 ? '+' : '−'}
        {Math.abs(points).toFixed(Math.abs(points) < 1 ? 1 : 0)}
      </span>
    </button>
  );
}

interface BarProps {
  readonly color: string;
  readonly share: number;
  readonly count: number;
  readonly side: string;
}

function Bar({ color, share, count, side }: BarProps) {
  return (
    <span className="flex items-center gap-2">
      <span className="h-[6px] min-w-0 grow rounded-full bg-raised" aria-hidden="true">
        <span
          className={`block h-full rounded-full ${color}`}
          style={{ width: share === 0 ? 0 : `${Math.max(1, 100 * share)}%` }}
        />
      </span>
      <span className="flex w-[124px] shrink-0 justify-end font-mono text-xs text-secondary">
        <span className="sr-only">{side}: </span>
        {formatCount(count)} <span className="w-[52px] text-right text-faint">{shareText(share)}</span>
      </span>
    </span>
  );
}

function shareText(share: number): string {
  if (share > 0 && share < 0.001) return '<0.1 %';
  const percent = 100 * share;
  return `${percent.toFixed(percent >= 10 || percent === 0 ? 0 : 1)} %`;
}

function Key({ color, text }: { readonly color: string; readonly text: string }) {
  return (
    <span className="flex items-center gap-1.5 text-text">
      <span className={`size-2 rounded-sm ${color}`} aria-hidden="true" />
      {text}
    </span>
  );
}
