import clsx from 'clsx';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { memo } from 'react';
import { formatDuration, plural } from '../../../core/model/format';
import { STATUS_ERROR } from '../../../core/model/span-kind';
import { fitWindow, type TimeWindow } from '../../../core/timeline/time-window';
import { boundsOf } from '../../../core/timeline/trace-tree';
import { useTraceView } from '../../stores/trace-view-store';
import { serviceColor } from '../../ui/series';
import { Bar } from './Bar';
import type { LoadedTrace } from './use-trace';

const INDENT_PX = 14;
/** Deeper rows keep this indent: a recursion of a thousand must not push its names off the screen. */
const MAX_INDENT = 16;

interface WaterfallRowProps {
  readonly trace: LoadedTrace;
  readonly row: number;
  readonly top: number;
  readonly window: TimeWindow;
  readonly nameWidthPx: number;
  readonly selected: boolean;
  readonly folded: boolean;
  readonly dimmed: boolean;
  readonly onSelect: () => void;
}

export const WaterfallRow = memo(
  function WaterfallRow({
    trace,
    row,
    top,
    window,
    nameWidthPx,
    selected,
    folded,
    dimmed,
    onSelect,
  }: WaterfallRowProps) {
    const { columns, tree, summary } = trace;
    const span = tree.span[row] as number;
    const operation = columns.operations[columns.operation[span] as number];
    const depth = tree.depth[row] as number;
    const children = (tree.size[row] as number) - 1;
    const failed = columns.status[span] === STATUS_ERROR;
    const hiddenErrors = folded ? (tree.errors[row] as number) - (failed ? 1 : 0) : 0;
    const [startNs, endNs] = boundsOf(columns, span);
    const duration = formatDuration(columns.durationNs[span] as number);
    const name = operation?.name || 'unnamed';
    const service = operation?.service || 'unknown service';
    const toggle = (): void => {
      const { collapsed, setCollapsed, select } = useTraceView.getState();
      const id = columns.spanId[span] as bigint;
      const next = new Set(collapsed);
      if (folded) next.delete(id);
      else next.add(id);
      // A selection inside the fold would keep it open.
      select(id);
      setCollapsed(next);
    };
    return (
      // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys
      <div
        id={`row-${row}`}
        role="treeitem"
        aria-level={depth + 1}
        aria-selected={selected}
        aria-expanded={children > 0 ? !folded : undefined}
        aria-label={`${name}, ${service}, ${duration}${failed ? ', error' : ''}`}
        className={clsx('absolute inset-x-0 flex h-[26px] cursor-default border-b border-line', {
          'bg-accent-ground': selected,
          'hover:bg-raised': !selected,
          'opacity-45': dimmed,
        })}
        style={{ transform: `translateY(${top}px)` }}
        onClick={onSelect}
        onDoubleClick={() => useTraceView.getState().setWindow(fitWindow(startNs, endNs, summary.durationNs))}
      >
        <div
          className="flex shrink-0 items-center gap-1.5 overflow-hidden pr-2"
          style={{ width: nameWidthPx, paddingLeft: 8 + Math.min(depth, MAX_INDENT) * INDENT_PX }}
        >
          {children > 0 ? (
            <button
              type="button"
              tabIndex={-1}
              aria-label={folded ? `Unfold ${plural(children, 'span')}` : 'Fold'}
              className="grid size-4 shrink-0 place-items-center rounded text-faint hover:bg-line"
              onClick={(event) => {
                event.stopPropagation();
                toggle();
              }}
            >
              {folded ? <ChevronRight size={12} /> : <ChevronDown size={12} />}
            </button>
          ) : (
            <span className="w-4 shrink-0" />
          )}
          {depth > MAX_INDENT && <span className="shrink-0 font-mono text-[10px] text-faint">{depth}</span>}
          <span
            className="size-2 shrink-0 rounded-[2px]"
            style={{ background: serviceColor(operation?.service ?? '') }}
          />
          <span className="truncate" dir="auto" title={`${name} — ${service}`}>
            {name}
          </span>
          {failed && <ErrorDot />}
          {folded && (
            <span className="shrink-0 rounded bg-raised px-1 text-xs text-faint">{plural(children, 'span')}</span>
          )}
          {hiddenErrors > 0 && (
            <span className="shrink-0 text-xs text-error">{plural(hiddenErrors, 'error')} inside</span>
          )}
        </div>
        <Bar
          startNs={startNs}
          endNs={endNs}
          window={window}
          color={serviceColor(operation?.service ?? '')}
          failed={failed}
          label={duration}
        />
      </div>
    );
  },
  // `onSelect` closes over the span, which the row identifies.
  (a, b) =>
    a.trace === b.trace &&
    a.row === b.row &&
    a.top === b.top &&
    a.window.startNs === b.window.startNs &&
    a.window.endNs === b.window.endNs &&
    a.nameWidthPx === b.nameWidthPx &&
    a.selected === b.selected &&
    a.folded === b.folded &&
    a.dimmed === b.dimmed,
);

function ErrorDot() {
  return (
    <span
      aria-hidden
      className="grid size-[14px] shrink-0 place-items-center rounded-full bg-error text-[10px] leading-none font-bold text-panel"
    >
      !
    </span>
  );
}
