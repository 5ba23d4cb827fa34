import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import clsx from 'clsx';
import { useRef, useState } from 'react';
import type { ComparedRow, ComparedSpan, ComparisonBlock } from '../../../core/api/timeline';
import { formatDuration } from '../../../core/model/format';
import { api } from '../../connection/connection';
import { useKeys } from '../../hooks/use-keys';
import { serviceColor } from '../../ui/series';
import { formatDelta } from './format-delta';

const ROW_PX = 27;
const PAGE = 200;
const INDENT_PX = 14;
const MAX_INDENT = 16;

interface CompareTreeProps {
  readonly a: string;
  readonly b: string;
  /** The first page. */
  readonly first: ComparisonBlock;
  readonly onlyChanges: boolean;
  readonly chosen: ComparedRow | null;
  readonly onChoose: (row: ComparedRow) => void;
}

const MARKS: Readonly<Record<ComparedRow['change'], { readonly sign: string; readonly className: string }>> = {
  same: { sign: '', className: 'text-faint' },
  added: { sign: '+', className: 'text-accent' },
  removed: { sign: '\u2212', className: 'text-secondary line-through' },
  slower: { sign: '\u25b2', className: 'text-warning' },
  faster: { sign: '\u25bc', className: 'text-ok' },
};

/** The rows of both traces in one tree, with the two durations side by side. */
export function CompareTree({ a, b, first, onlyChanges, chosen, onChoose }: CompareTreeProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState(-1);
  const virtual = useVirtualizer({
    count: first.total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  });
  const items = virtual.getVirtualItems();
  const firstPage = Math.floor((items[0]?.index ?? 0) / PAGE);
  const pages = [usePage(a, b, onlyChanges, firstPage, first), usePage(a, b, onlyChanges, firstPage + 1, first)];
  const rowAt = (index: number): ComparedRow | undefined => pages[Math.floor(index / PAGE) - firstPage]?.[index % PAGE];
  const longest = Math.max(first.a.endNs - first.a.startNs, first.b.endNs - first.b.startNs, 1);
  const move = (by: number) => () => {
    const next = Math.min(Math.max(cursor + by, 0), first.total - 1);
    const row = rowAt(next);
    setCursor(next);
    virtual.scrollToIndex(next);
    if (row) onChoose(row);
  };
  useKeys({ j: move(1), k: move(-1), ArrowDown: move(1), ArrowUp: move(-1), PageDown: move(20), PageUp: move(-20) });
  if (first.total === 0) {
    return <p className="p-4 text-secondary">No differences: the same spans, none more than 10 % slower or faster.</p>;
  }
  return (
    <div className="flex min-h-0 min-w-0 grow flex-col bg-panel">
      <div className="flex h-[27px] shrink-0 items-center gap-3 border-b border-line px-3.5 text-sm text-secondary">
        <span className="min-w-0 grow">Span</span>
        <span className="w-[180px]">A above, B below</span>
        <span className="w-[84px] text-right">A</span>
        <span className="w-[84px] text-right">B</span>
        <span className="w-[92px] text-right">Change</span>
      </div>
      <div
        ref={scroller}
        role="tree"
        aria-label="Compared spans"
        tabIndex={0}
        className="relative min-h-0 grow overflow-y-auto"
      >
        <div role="presentation" className="relative" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const row = rowAt(index);
            return (
              <div key={index} className="absolute inset-x-0 h-[27px]" style={{ transform: `translateY(${start}px)` }}>
                {row && (
                  <Row
                    row={row}
                    longestNs={longest}
                    selected={row === chosen}
                    onChoose={() => {
                      setCursor(index);
                      onChoose(row);
                    }}
                  />
                )}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function usePage(
  a: string,
  b: string,
  onlyChanges: boolean,
  page: number,
  first: ComparisonBlock,
): readonly ComparedRow[] | undefined {
  const { data } = useQuery({
    queryKey: ['compare', a, b, onlyChanges, page],
    queryFn: () => api.compareTimelines(a, b, { from: page * PAGE, to: (page + 1) * PAGE, onlyChanges }),
    enabled: page > 0 && page * PAGE < first.total,
    gcTime: 60_000,
  });
  return page === 0 ? first.rows : data?.rows;
}

interface RowProps {
  readonly row: ComparedRow;
  readonly longestNs: number;
  readonly selected: boolean;
  readonly onChoose: () => void;
}

/** Null: of one of them the duration is unknown. */
function deltaOf(a: ComparedSpan, b: ComparedSpan): number | null {
  return a.durationNs === null || b.durationNs === null ? null : b.durationNs - a.durationNs;
}

function Row({ row, longestNs, selected, onChoose }: RowProps) {
  const { a, b, change, name, service, depth } = row;
  const { sign, className } = MARKS[change];
  const failed = (b ?? a)?.failed === true;
  const delta = a && b ? deltaOf(a, b) : null;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys
    <div
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={selected}
      aria-label={`${name}, ${service}, ${change}${delta === null ? '' : `, ${formatDelta(delta)}`}`}
      className={clsx(
        'flex h-[27px] cursor-default items-center gap-3 border-b border-line px-3.5',
        selected ? 'bg-accent-ground' : 'hover:bg-raised',
      )}
      onClick={onChoose}
    >
      <span
        className="flex min-w-0 grow items-center gap-2"
        style={{ paddingLeft: Math.min(depth, MAX_INDENT) * INDENT_PX }}
      >
        <span className={clsx('w-3 shrink-0 text-center font-mono', className)}>{sign}</span>
        <span className="size-2 shrink-0 rounded-[2px]" style={{ background: serviceColor(service) }} />
        <span className={clsx('truncate', change === 'removed' && 'text-secondary line-through')} dir="auto">
          {name || 'unnamed'}
        </span>
        {failed && <span className="text-xs text-error">error</span>}
      </span>
      <span className="w-[180px] shrink-0">
        <Bar share={(a?.durationNs ?? 0) / longestNs} className="bg-line-strong" />
        <Bar share={(b?.durationNs ?? 0) / longestNs} className="mt-0.5 bg-accent" />
      </span>
      <span className="w-[84px] shrink-0 text-right font-mono text-sm">{formatDuration(a?.durationNs ?? null)}</span>
      <span className="w-[84px] shrink-0 text-right font-mono text-sm">{formatDuration(b?.durationNs ?? null)}</span>
      <span className={clsx('w-[92px] shrink-0 text-right font-mono text-sm', className, 'no-underline')}>
        {delta === null ? change : formatDelta(delta)}
      </span>
    </div>
  );
}

function Bar({ share, className }: { readonly share: number; readonly className: string }) {
  return (
    <span
      className={clsx('block h-[5px] rounded-[1px]', className)}
      style={{ width: `${Math.max(share, 0) * 100}%` }}
    />
  );
}
