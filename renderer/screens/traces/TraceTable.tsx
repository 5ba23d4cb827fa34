import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useEffect, useMemo, useRef } from 'react';
import { useLocation } from 'wouter';
import { NEWEST_FIRST } from '../../../core/api/trace-list-query';
import { plural } from '../../../core/model/format';
import { takeEnter, useKeys } from '../../hooks/use-keys';
import { useNow } from '../../hooks/use-now';
import { addressOf, useCompare } from '../../stores/compare-store';
import type { ListedTrace } from '../../stores/newest-traces';
import { useRecentSearches } from '../../stores/recent-searches';
import { useTraceList } from '../../stores/trace-list-store';
import { openFromList } from '../../stores/trace-view-store';
import { Kbd } from '../../ui/Kbd';
import { fittingColumns } from './columns';
import { TableHeader } from './TableHeader';
import { rowId, TraceRow } from './TraceRow';
import { useWidth } from './use-width';

const ROW_PX = 32;
/** Rows before the end at which the next page is asked for. */
const PREFETCH_ROWS = 30;

interface TraceTableProps {
  readonly list: ReturnType<typeof useTraceList.getState>;
  /** Whether the reader stands at the top, where new traces may slide in. */
  readonly onTopChange: (atTop: boolean) => void;
  /** What has the keyboard while rows are walked through. */
  readonly gridRef: RefObject<HTMLDivElement | null>;
}

export function TraceTable({ list, onTopChange, gridRef }: TraceTableProps) {
  const { traces, waiting, phase, nextCursor, loadMore, cursorId, setCursor, setScrollTop } = list;
  const scroller = useRef<HTMLDivElement>(null);
  const [, navigate] = useLocation();
  const now = useNow(1_000);
  const cursor = cursorId === null ? -1 : traces.findIndex(({ traceId }) => traceId === cursorId);
  const rows = useVirtualizer({
    count: traces.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    initialOffset: () => useTraceList.getState().scrollTopPx,
    getItemKey: (index) => traces[index]?.traceId ?? index,
  });
  const items = rows.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;

  useEffect(() => {
    if (nextCursor !== null && lastShown >= traces.length - PREFETCH_ROWS) void loadMore();
  }, [lastShown, traces.length, nextCursor, loadMore]);

  useEffect(() => {
    onTopChange(cursor <= 0 && (scroller.current?.scrollTop ?? 0) < ROW_PX);
  }, [cursor, onTopChange]);

  // The place of before is as old as the last scroll event; the row that was opened must be on show whatever it says.
  // biome-ignore lint/correctness/useExhaustiveDependencies: on the way back only
  useEffect(() => {
    if (cursor >= 0) rows.scrollToIndex(cursor);
  }, []);

  // Another search starts at its top; the first render keeps the place of before.
  const asked = `${list.sort} ${list.query}`;
  const searched = useRef(asked);
  useEffect(() => {
    if (searched.current !== asked) scroller.current?.scrollTo({ top: 0 });
    searched.current = asked;
  }, [asked]);

  const { traceql } = list;
  /** Where only some spans match, these are what the reader looks for. */
  const foundBy = useCallback(
    ({ matchedSpans, spanCount }: ListedTrace) => (matchedSpans < spanCount ? traceql : null),
    [traceql],
  );
  const { query } = list;
  const open = useCallback(
    (trace: ListedTrace): void => {
      setCursor(trace.traceId);
      useRecentSearches.getState().add(query);
      openFromList(trace.traceId, foundBy(trace));
    },
    [setCursor, foundBy, query],
  );

  const moveTo = (index: number): void => {
    const target = Math.min(Math.max(index, 0), traces.length - 1);
    const trace = traces[target];
    if (!trace) return;
    takeEnter();
    setCursor(trace.traceId);
    rows.scrollToIndex(target);
  };
  useKeys({
    j: () => moveTo(cursor + 1),
    k: () => moveTo(cursor - 1),
    ArrowDown: () => moveTo(cursor + 1),
    ArrowUp: () => moveTo(cursor - 1),
    PageDown: () => moveTo(cursor + 15),
    PageUp: () => moveTo(cursor - 15),
    Home: () => moveTo(0),
    End: () => moveTo(traces.length - 1),
    Enter: () => {
      const trace = traces[cursor];
      if (!trace) return;
      open(trace);
      navigate(addressOf(trace.traceId, useCompare.getState().chosen));
    },
    Escape: () => {
      setCursor(null);
      scroller.current?.scrollTo({ top: 0 });
    },
  });

  const [measure, widthPx] = useWidth();
  const root = useCallback(
    (element: HTMLDivElement | null) => {
      gridRef.current = element;
      return measure(element);
    },
    [measure, gridRef],
  );
  const columns = useMemo(() => fittingColumns(list.columns, widthPx), [list.columns, widthPx]);
  const longestNs = traces.reduce((longest, { durationNs }) => Math.max(longest, durationNs ?? 0), 1);
  return (
    <div
      ref={root}
      className="flex min-h-0 min-w-0 grow flex-col bg-panel outline-none"
      role="grid"
      tabIndex={-1}
      aria-activedescendant={cursor < 0 ? undefined : rowId(cursorId as string)}
      aria-label={list.sort === NEWEST_FIRST ? 'Traces, newest first' : 'Traces'}
      aria-rowcount={traces.length + 1}
      aria-busy={phase === 'loading'}
    >
      <TableHeader list={list} columns={columns} />
      {waiting.length > 0 && (
        <button
          type="button"
          className="flex h-[27px] shrink-0 items-center justify-center gap-1.5 border-b border-line bg-accent-ground font-medium text-accent"
          onClick={() => {
            list.showWaiting();
            moveTo(0);
          }}
        >
          {waiting.length >= 100 ? '100+ new traces' : plural(waiting.length, 'new trace')} — press <Kbd>N</Kbd> to show
        </button>
      )}
      <div
        ref={scroller}
        className={`gutter min-h-0 grow overflow-y-auto ${phase === 'loading' || phase === 'failed' ? 'opacity-60' : ''}`}
        onScroll={({ currentTarget: { scrollTop } }) => {
          setScrollTop(scrollTop);
          onTopChange(cursor <= 0 && scrollTop < ROW_PX);
        }}
      >
        <div className="relative" style={{ height: rows.getTotalSize() }}>
          {items.map(({ index, key, start }) => {
            const trace = traces[index];
            return (
              trace && (
                <TraceRow
                  key={key}
                  trace={trace}
                  columns={columns}
                  index={index}
                  top={start}
                  now={now}
                  longestNs={longestNs}
                  active={index === cursor}
                  onOpen={open}
                />
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}
