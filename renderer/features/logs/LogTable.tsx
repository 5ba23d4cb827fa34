import { useVirtualizer } from '@tanstack/react-virtual';
import clsx from 'clsx';
import { useEffect, useLayoutEffect, useRef } from 'react';
import type { LogRecord } from '../../../core/api/telemetry';
import { levelOf } from '../../../core/model/log-level';
import { withoutEscapes } from '../../../core/model/terminal-escapes';
import { dayOfYearText, secondText, timeText } from '../../ui/clock-time';
import { serviceColor } from '../../ui/series';
import { LEVEL_COLORS } from './level-color';

const ROW_PX = 27;

interface LogTableProps {
  readonly logs: readonly LogRecord[];
  readonly chosen: string | null;
  readonly onChoose: (logId: string) => void;
  /** The reader came near the end. */
  readonly onEnd: () => void;
  /** To another question: dimmed until this one is answered. */
  readonly isOld: boolean;
  /** They are not all of today. */
  readonly withDay: boolean;
  /** Messages take as many lines as they need, up to a dozen. */
  readonly wraps: boolean;
}

/** Of what a message has in the list; the panel has all of it. */
const MOST_CHARS = 4_000;

/** Of the times, whose column is wider where the day stands there as well. */
const timeWidth = (withDay: boolean): string => (withDay ? 'w-[112px]' : 'w-[72px]');
const LEVEL_WIDTH = 'w-[72px]';
const SERVICE_WIDTH = 'w-[130px] xl:w-[180px]';

/** Logs, newest first, a line each. */
export function LogTable({ logs, chosen, onChoose, onEnd, isOld, withDay, wraps }: LogTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: logs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was measured before was of other heights
  useLayoutEffect(() => virtual.measure(), [virtual, wraps]);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= logs.length - 20) onEnd();
  }, [last, logs.length, onEnd]);
  const at = logs.findIndex(({ id }) => id === chosen);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at);
  }, [at, virtual]);
  // Who hears the page hears the row that was chosen; one that only moved takes no focus.
  useEffect(() => {
    const row = chosen === null ? null : scroller.current?.querySelector('[role="row"][aria-selected="true"]');
    if (row instanceof HTMLElement) row.focus({ preventScroll: true });
  }, [chosen]);
  return (
    <div
      role="table"
      aria-label="Logs"
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer scrolls it by keys
      tabIndex={0}
      className={clsx('gutter relative min-h-0 min-w-0 grow overflow-y-auto', isOld && 'opacity-50')}
    >
      <div role="presentation" className="relative" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const log = logs[index];
          return (
            log && (
              // biome-ignore lint/a11y/useKeyWithClickEvents: j and k walk over the rows
              <div
                key={log.id}
                data-index={index}
                ref={wraps ? virtual.measureElement : undefined}
                role="row"
                aria-selected={log.id === chosen}
                tabIndex={-1}
                className={clsx(
                  'focus-visible:-outline-offset-2 absolute inset-x-0 flex cursor-default gap-3 border-b border-line px-3.5',
                  wraps ? 'min-h-[27px] items-baseline py-[3px]' : 'h-[27px] items-center',
                  log.id === chosen ? 'bg-accent-ground' : 'hover:bg-raised',
                )}
                style={{ transform: `translateY(${start}px)` }}
                onClick={() => onChoose(log.id)}
              >
                <Cells log={log} withDay={withDay} wraps={wraps} />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

/** What the columns are, above them. */
export function LogTitles({ withDay }: { readonly withDay: boolean }) {
  return (
    <>
      <span className={`${timeWidth(withDay)} shrink-0`}>Time</span>
      <span className={`${LEVEL_WIDTH} shrink-0`}>Level</span>
      <span className={`${SERVICE_WIDTH} shrink-0`}>Service</span>
      <span className="min-w-0 truncate">Message</span>
    </>
  );
}

interface CellsProps {
  readonly log: LogRecord;
  readonly withDay: boolean;
  readonly wraps: boolean;
}

function Cells({ log, withDay, wraps }: CellsProps) {
  const { time, severity, severityText, service, message, eventName } = log;
  const level = levelOf(severity);
  const plain = withoutEscapes(message.slice(0, MOST_CHARS));
  return (
    <>
      <span
        role="cell"
        className={`${timeWidth(withDay)} shrink-0 font-mono text-sm text-secondary`}
        title={timeText(time)}
      >
        {withDay && `${dayOfYearText(time)} `}
        {secondText(time)}
      </span>
      <span role="cell" className={`flex ${LEVEL_WIDTH} shrink-0 items-center gap-1.5 font-mono text-xs`}>
        <span className="h-3 w-[3px] shrink-0" style={{ background: LEVEL_COLORS[level] }} />
        <span className="truncate">{severityText || level}</span>
      </span>
      <span role="cell" className={`flex ${SERVICE_WIDTH} shrink-0 items-center gap-1.5`}>
        <span className="size-2 shrink-0 rounded-[2px]" style={{ background: serviceColor(service) }} />
        <span className="truncate" dir="auto">
          {service}
        </span>
      </span>
      <span
        role="cell"
        className={clsx('min-w-0 grow', wraps ? 'line-clamp-[12] break-words whitespace-pre-wrap' : 'truncate')}
        dir="auto"
        title={plain}
      >
        {plain || eventName || 'empty'}
      </span>
    </>
  );
}
