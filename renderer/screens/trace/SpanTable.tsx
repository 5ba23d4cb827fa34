/** Every span as a row of a sortable table; only the rows on screen are in the page. */

import { useVirtualizer } from '@tanstack/react-virtual';
import clsx from 'clsx';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { RowsView } from '../../../core/api/timeline';
import { formatDuration } from '../../../core/model/format';
import { knownDuration } from '../../../core/model/time';
import { ROW_ERROR, ROW_MATCH } from '../../../core/timeline/rows';
import { api } from '../../connection/connection';
import { useKeys } from '../../hooks/use-keys';
import { useTraceView, waterfallView } from '../../stores/trace-view-store';
import type { RowAt } from '../../timeline/paint-waterfall';
import { serviceColor } from '../../ui/series';
import { Tag } from '../../ui/Tag';
import { RowCache } from './row-cache';
import type { OpenTimeline } from './use-timeline';

const ROW_PX = 27;

type Sort = Exclude<RowsView['sort'], 'tree'>;
const COLUMNS: readonly { readonly sort: Sort; readonly title: string; readonly className: string }[] = [
  { sort: 'name', title: 'Name', className: 'min-w-0 grow' },
  { sort: 'service', title: 'Service', className: 'w-[180px]' },
  { sort: 'start', title: 'Start', className: 'w-[110px] text-right' },
  { sort: 'duration', title: 'Duration', className: 'w-[110px] text-right' },
  { sort: 'self', title: 'Self', className: 'w-[110px] text-right' },
];

export function SpanTable({ timeline }: { readonly timeline: OpenTimeline }) {
  const state = useTraceView();
  const { tableSort, tableDescending, selected, select, set } = state;
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useRows(timeline);
  const virtual = useVirtualizer({
    count: rows?.total ?? 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  rows?.want(items[0]?.index ?? 0, (items[items.length - 1]?.index ?? 0) + 1);
  const position = items.find(({ index }) => spanIdAt(rows, index) === selected)?.index ?? -1;
  const move = (by: number) => () => {
    if (!rows || rows.total === 0) return;
    const next = Math.min(Math.max(position < 0 ? (items[0]?.index ?? 0) : position + by, 0), rows.total - 1);
    const id = spanIdAt(rows, next);
    if (id !== null) select(id);
    virtual.scrollToIndex(next);
  };
  useKeys({ j: move(1), k: move(-1), ArrowDown: move(1), ArrowUp: move(-1), PageDown: move(20), PageUp: move(-20) });

  return (
    <div
      role="table"
      aria-label="Spans"
      aria-rowcount={rows?.total ?? 0}
      className="flex min-h-0 min-w-0 grow flex-col bg-panel"
    >
      <div
        role="row"
        className="gutter flex h-[29px] shrink-0 items-center overflow-hidden gap-3 border-b border-line px-3.5 text-sm text-secondary"
      >
        {COLUMNS.map(({ sort, title, className }) => (
          <div
            key={sort}
            role="columnheader"
            aria-sort={tableSort === sort ? (tableDescending ? 'descending' : 'ascending') : 'none'}
            className={clsx('shrink-0', className)}
          >
            <button
              type="button"
              className={clsx(
                'inline-flex items-center gap-1 font-medium hover:text-text',
                tableSort === sort && 'text-text',
              )}
              onClick={() =>
                set({
                  tableSort: sort,
                  tableDescending:
                    tableSort === sort ? !tableDescending : sort !== 'name' && sort !== 'service' && sort !== 'start',
                })
              }
            >
              {title}
              {tableSort === sort && (tableDescending ? <ArrowDown size={12} /> : <ArrowUp size={12} />)}
            </button>
          </div>
        ))}
      </div>
      <div ref={scroller} className="gutter relative min-h-0 grow overflow-y-auto">
        <div role="presentation" className="relative" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const row = rows?.rowAt(index);
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: j and k walk over the rows
              <div
                key={index}
                role="row"
                aria-rowindex={index + 1}
                aria-selected={row !== null && row !== undefined && row.block.spanId[row.k] === selected}
                className={clsx(
                  'absolute inset-x-0 flex h-[27px] cursor-default items-center gap-3 border-b border-line px-3.5',
                  row && row.block.spanId[row.k] === selected ? 'bg-accent-ground' : 'hover:bg-raised',
                )}
                style={{ transform: `translateY(${start}px)` }}
                onClick={() => row && select(row.block.spanId[row.k] as bigint)}
              >
                {row && <Cells row={row} zeroNs={timeline.whole.startNs} searching={state.search.trim() !== ''} />}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Cells({
  row: { block, k },
  zeroNs,
  searching,
}: {
  readonly row: RowAt;
  readonly zeroNs: number;
  readonly searching: boolean;
}) {
  const operation = block.operations[block.operation[k] as number];
  const flags = block.flags[k] as number;
  const dim = searching && (flags & ROW_MATCH) === 0 && 'opacity-40';
  const durationNs = knownDuration(block.durationNs[k] as number);
  return (
    <>
      <div role="cell" className={clsx('flex min-w-0 grow items-center gap-2', dim)}>
        <span
          className="size-2 shrink-0 rounded-[2px]"
          style={{ background: serviceColor(operation?.service ?? '') }}
        />
        <span className="truncate" dir="auto">
          {operation?.name || 'unnamed'}
        </span>
        {(flags & ROW_ERROR) !== 0 && <Tag tone="error">error</Tag>}
      </div>
      <div role="cell" className={clsx('w-[180px] shrink-0 truncate text-secondary', dim)} dir="auto">
        {operation?.service || 'unknown service'}
      </div>
      {[
        `+${formatDuration((block.startNs[k] as number) - zeroNs)}`,
        formatDuration(durationNs),
        formatDuration(durationNs === null ? null : (block.selfNs[k] as number)),
      ].map((text, c) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the columns are fixed
        <div key={c} role="cell" className={clsx('w-[110px] shrink-0 text-right font-mono text-sm', dim)}>
          {text}
        </div>
      ))}
    </>
  );
}

/** The rows of the present sort, the old ones until the new are there. */
function useRows({ traceId, info }: OpenTimeline): RowCache | null {
  const { tableSort, tableDescending, search, onlyMatches, adjustClocks, folding } = useTraceView();
  const [shown, setShown] = useState<RowCache | null>(null);
  const [, repaint] = useState(0);
  const view = useMemo(
    () => ({
      ...waterfallView({ search, onlyMatches, adjustClocks, folding }),
      sort: tableSort,
      descending: tableDescending,
      foldDepth: null,
      foldServices: [],
      toggled: [],
    }),
    [tableSort, tableDescending, search, onlyMatches, adjustClocks, folding],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: a trace that grew has other rows
  useEffect(() => {
    let current = true;
    const next = new RowCache(
      (from, to) => api.timelineRows(traceId, view, from, to),
      () => current && repaint((n) => n + 1),
    );
    next.ready(0, 1).then(
      () => current && setShown(next),
      () => {},
    );
    return () => {
      current = false;
      next.stop();
    };
  }, [traceId, view, info.version]);
  return shown;
}

function spanIdAt(rows: RowCache | null, position: number): bigint | null {
  const row = rows?.rowAt(position);
  return row ? (row.block.spanId[row.k] as bigint) : null;
}
