import { useVirtualizer } from '@tanstack/react-virtual';
import clsx from 'clsx';
import { useEffect, useRef } from 'react';
import type { LogRecord } from '../../../core/api/telemetry';
import { levelOf } from '../../../core/model/log-level';
import { secondText, timeText } from '../../ui/clock-time';
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
}

/** Logs, newest first, a line each. */
export function LogTable({ logs, chosen, onChoose, onEnd, isOld }: LogTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: logs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= logs.length - 20) onEnd();
  }, [last, logs.length, onEnd]);
  const at = logs.findIndex(({ id }) => id === chosen);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at);
  }, [at, virtual]);
  return (
    <div
      role="table"
      aria-label="Logs"
      ref={scroller}
      className={clsx('relative min-h-0 min-w-0 grow overflow-y-auto', isOld && 'opacity-50')}
    >
      <div role="presentation" className="relative" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const log = logs[index];
          return (
            log && (
              // biome-ignore lint/a11y/useKeyWithClickEvents: j and k walk over the rows
              <div
                key={log.id}
                role="row"
                aria-selected={log.id === chosen}
                className={clsx(
                  'absolute inset-x-0 flex h-[27px] cursor-default items-center gap-3 border-b border-line px-3.5',
                  log.id === chosen ? 'bg-accent-ground' : 'hover:bg-raised',
                )}
                style={{ transform: `translateY(${start}px)` }}
                onClick={() => onChoose(log.id)}
              >
                <Cells log={log} />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

function Cells({ log: { time, severity, severityText, service, message, eventName } }: { readonly log: LogRecord }) {
  const level = levelOf(severity);
  return (
    <>
      <span role="cell" className="w-[72px] shrink-0 font-mono text-sm text-secondary" title={timeText(time)}>
        {secondText(time)}
      </span>
      <span role="cell" className="flex w-[72px] shrink-0 items-center gap-1.5 font-mono text-xs">
        <span className="h-3 w-[3px] shrink-0" style={{ background: LEVEL_COLORS[level] }} />
        <span className="truncate">{severityText || level}</span>
      </span>
      <span role="cell" className="flex w-[130px] shrink-0 items-center gap-1.5">
        <span className="size-2 shrink-0 rounded-[2px]" style={{ background: serviceColor(service) }} />
        <span className="truncate" dir="auto">
          {service}
        </span>
      </span>
      <span role="cell" className="min-w-0 grow truncate" dir="auto" title={message}>
        {message || eventName || 'empty'}
      </span>
    </>
  );
}
