import { ArrowDown, ArrowUp } from 'lucide-react';
import { useState } from 'react';
import { OTHER } from '../../../core/api/other';
import type { UsageGroup, UsageValues } from '../../../core/api/usage';
import { formatCount, formatShare, formatTokens } from '../../../core/model/format';
import { changeOf } from '../../features/red/change';
import { costHint, costText } from '../../ui/cost-text';
import { GROUPINGS } from './measures';
import { savedText } from './UsageFigures';
import type { UsageData } from './use-usage';

const GRID =
  'grid grid-cols-[minmax(180px,1fr)_120px_100px_64px_80px_72px_120px_72px_90px] items-center gap-x-4 px-3.5';

interface Column {
  readonly title: string;
  readonly value: (values: UsageValues) => number | null;
}

const COLUMNS: readonly Column[] = [
  { title: 'Cost', value: ({ costUsd }) => costUsd },
  { title: 'Share', value: ({ costUsd }) => costUsd },
  { title: 'Calls', value: ({ calls }) => calls },
  { title: 'Failed', value: ({ errors }) => errors },
  { title: 'Tokens', value: ({ inputTokens, outputTokens }) => inputTokens + outputTokens },
  { title: 'Cached', value: ({ cacheReadTokens, inputTokens }) => cacheReadTokens / Math.max(1, inputTokens) },
  { title: 'Saved', value: ({ cacheSavedUsd }) => cacheSavedUsd },
];

interface UsageTableProps {
  readonly data: UsageData;
  readonly onOpen: (name: string) => void;
}

/** What each group took; a click on a title sorts, one on a name shows its traces. */
export function UsageTable({ data: { by, usage, before, total }, onOpen }: UsageTableProps) {
  const [sorting, setSorting] = useState({ title: 'Cost', descending: true });
  const column = COLUMNS.find(({ title }) => title === sorting.title);
  const sorted = column ? [...usage.groups].sort(comparing(column.value, sorting.descending)) : usage.groups;
  const { title, plural, unnamed } = GROUPINGS[by];
  const { other } = usage;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer scrolls it by keys
    <section tabIndex={0} aria-label={`Table of ${plural}`} className="overflow-x-auto border-t border-line">
      <div role="table" aria-label={`Usage by ${by}`} className="min-w-[960px]">
        <div
          role="row"
          className={`${GRID} h-[29px] border-b border-line bg-raised text-sm font-medium text-secondary`}
        >
          <span role="columnheader">{title}</span>
          <span role="columnheader" className="text-right">
            Change in calls
          </span>
          {COLUMNS.map(({ title }) => (
            <Title
              key={title}
              title={title}
              order={title !== sorting.title ? 'none' : sorting.descending ? 'descending' : 'ascending'}
              onSort={() => setSorting({ title, descending: title === sorting.title ? !sorting.descending : true })}
            />
          ))}
        </div>
        {sorted.map((group) => (
          <div
            key={group.name === null ? 'unnamed' : `named ${group.name}`}
            role="row"
            className={`${GRID} h-[32px] border-b border-line hover:bg-raised`}
          >
            <span role="rowheader" className="min-w-0">
              {group.name === null ? (
                <span className="text-secondary">{unnamed}</span>
              ) : (
                <button
                  type="button"
                  className="block max-w-full truncate text-left font-medium hover:underline"
                  dir="auto"
                  title={`Search for the traces of ${group.name}`}
                  onClick={() => onOpen(group.name ?? '')}
                >
                  {group.name || 'unnamed'}
                </button>
              )}
            </span>
            <Cells values={group} total={total} moved={moved(group, before)} />
          </div>
        ))}
        {other && (
          <div role="row" className={`${GRID} h-[32px] border-b border-line text-secondary`}>
            <span role="rowheader" className="truncate">
              {OTHER} {formatCount(other.count)} {plural}
            </span>
            <Cells values={other} total={total} moved="—" />
          </div>
        )}
      </div>
    </section>
  );
}

/** Unknown ones come last, whichever way. */
function comparing(value: Column['value'], descending: boolean) {
  return (a: UsageGroup, b: UsageGroup): number => {
    const [x, y] = [value(a), value(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return descending ? y - x : x - y;
  };
}

/** Of calls: of all groups they are known. */
function moved(group: UsageGroup, before: UsageData['before']): string {
  if (!before) return '—';
  const was = before.groups.find(({ name }) => name === group.name);
  // It may be among those that have no row.
  if (!was && before.other) return '—';
  return changeOf(group.calls, was?.calls ?? 0)?.text ?? '—';
}

interface TitleProps {
  readonly title: string;
  readonly order: 'none' | 'ascending' | 'descending';
  readonly onSort: () => void;
}

function Title({ title, order, onSort }: TitleProps) {
  return (
    <span role="columnheader" aria-sort={order} className="flex justify-end">
      <button type="button" className="flex items-center gap-1 hover:text-text" onClick={onSort}>
        {title}
        {order === 'descending' && <ArrowDown size={11} aria-hidden />}
        {order === 'ascending' && <ArrowUp size={11} aria-hidden />}
      </button>
    </span>
  );
}

interface CellsProps {
  readonly values: UsageValues;
  readonly total: UsageValues;
  readonly moved: string;
}

function Cells({ values, total, moved }: CellsProps) {
  const { costUsd, costComplete, calls, errors, inputTokens, outputTokens, cacheReadTokens, cacheSavedUsd } = values;
  // Of a sum that is not known whole there are no shares.
  const share =
    costUsd === null || total.costUsd === null || !total.costComplete ? '—' : formatShare(costUsd, total.costUsd);
  return (
    <>
      <Cell>{moved}</Cell>
      <Cell hint={costHint(values)}>{costText(costUsd, costComplete)}</Cell>
      <Cell>{share}</Cell>
      <Cell>{formatCount(calls)}</Cell>
      <Cell tone={errors > 0 ? 'text-error' : 'text-faint'}>{formatCount(errors)}</Cell>
      <Cell>{formatTokens(inputTokens, outputTokens)}</Cell>
      <Cell>{formatShare(cacheReadTokens, inputTokens)}</Cell>
      <Cell>{savedText(cacheSavedUsd)}</Cell>
    </>
  );
}

interface CellProps {
  readonly children: string;
  readonly tone?: string;
  readonly hint?: string;
}

function Cell({ children, tone = '', hint }: CellProps) {
  return (
    <span role="cell" className={`truncate text-right font-mono text-sm ${tone}`} title={hint}>
      {children}
    </span>
  );
}
