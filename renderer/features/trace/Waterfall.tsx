/** The waterfall: an ARIA tree of rows, only those on screen in the page; names on the left, bars on a common time axis. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import { useKeys } from '../../app/use-keys';
import { useSettings } from '../../stores/settings-store';
import { shownWindow, useTraceView } from '../../stores/trace-view-store';
import { Splitter } from '../../ui/Splitter';
import { matchingRows } from './find-rows';
import { Minimap } from './Minimap';
import { TimeAxis } from './TimeAxis';
import { useTimeWheel } from './use-time-wheel';
import type { LoadedTrace } from './use-trace';
import { useWaterfallRows } from './use-waterfall-rows';
import { WaterfallRow } from './WaterfallRow';
import { waterfallKeys } from './waterfall-keys';

const ROW_PX = 26;

export function Waterfall({ trace }: { readonly trace: LoadedTrace }) {
  const { summary, columns, tree } = trace;
  const view = useTraceView();
  const { nameWidthPx, setNameWidth } = useSettings();
  const scroller = useRef<HTMLDivElement>(null);
  const axis = useRef<HTMLDivElement>(null);
  const { rows, collapsed, selectedRow } = useWaterfallRows(trace);
  const window = shownWindow(view.window, summary.durationNs);
  const matches = useMemo(() => new Set(matchingRows(trace, view.search)), [trace, view.search]);
  const searching = view.search.trim() !== '';
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  });
  const position = selectedRow === null ? -1 : rows.indexOf(selectedRow);

  useEffect(() => {
    const { startIndex, endIndex } = virtual.range ?? { startIndex: 0, endIndex: -1 };
    // A jump lands in the middle, where its surroundings show; a step at the edge scrolls by that step.
    const isJump = position < startIndex - 1 || position > endIndex + 1;
    if (position >= 0) virtual.scrollToIndex(position, { align: isJump ? 'center' : 'auto' });
  }, [position, virtual]);
  useTimeWheel(scroller, axis, window, summary.durationNs, view.setWindow);
  useKeys(waterfallKeys({ trace, rows, position, collapsed, window }));

  const items = virtual.getVirtualItems();
  const timeline = { marginLeft: nameWidthPx };
  return (
    <div className="relative flex min-h-0 min-w-0 grow flex-col bg-panel">
      <div className="flex h-[44px] shrink-0 border-b border-line">
        <div
          className="flex shrink-0 items-center px-3.5 text-sm font-medium text-secondary"
          style={{ width: nameWidthPx }}
        >
          Span
        </div>
        <Minimap trace={trace} window={window} onWindow={view.setWindow} />
      </div>
      <div ref={axis} className="h-[21px] shrink-0 border-b border-line" style={timeline}>
        <TimeAxis window={window} onFit={() => view.setWindow(null)} />
      </div>
      <div
        ref={scroller}
        role="tree"
        aria-label={`Spans of ${summary.rootName}`}
        aria-activedescendant={selectedRow === null ? undefined : `row-${selectedRow}`}
        tabIndex={0}
        className="relative min-h-0 grow overflow-x-hidden overflow-y-auto"
      >
        <div role="presentation" className="relative" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const row = rows[index] as number;
            const span = tree.span[row] as number;
            return (
              <WaterfallRow
                key={row}
                trace={trace}
                row={row}
                top={start}
                window={window}
                nameWidthPx={nameWidthPx}
                selected={row === selectedRow}
                folded={collapsed.has(row)}
                dimmed={searching && !matches.has(row)}
                onSelect={() => view.select(columns.spanId[span] as bigint)}
              />
            );
          })}
        </div>
      </div>
      <div className="absolute inset-y-0 flex" style={{ left: nameWidthPx }}>
        <Splitter label="Width of the names" onMove={(dx) => setNameWidth(useSettings.getState().nameWidthPx + dx)} />
      </div>
    </div>
  );
}
