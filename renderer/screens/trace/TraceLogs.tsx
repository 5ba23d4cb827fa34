/** Logs of the trace in order of time, each on the time axis of the other views. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import clsx from 'clsx';
import { useEffect, useMemo, useRef } from 'react';
import type { LogRecord } from '../../../core/api/telemetry';
import { formatCount, formatDuration } from '../../../core/model/format';
import { nsFromText } from '../../../core/model/time';
import { type TimeWindow, widthOf } from '../../../core/timeline/time-window';
import { foundIn } from '../../connection/answer';
import { questions } from '../../connection/connection';
import { useKeys } from '../../hooks/use-keys';
import { useTraceView } from '../../stores/trace-view-store';
import { Button } from '../../ui/Button';
import { doubtOfLogTime } from '../../ui/log-time';
import { Notice } from '../../ui/Notice';
import { serviceColor } from '../../ui/series';
import type { OpenTimeline } from './use-timeline';

const ROW_PX = 27;
const PAGE = 100;
/** Read without being asked; more on demand. */
const MAX_PAGES = 20;
/** SeverityNumber: WARN and ERROR begin there. */
const WARN = 13;
const ERROR = 17;

interface TimedLog {
  readonly log: LogRecord;
  /** After the trace's origin. */
  readonly atNs: number;
}

export function TraceLogs({ timeline }: { readonly timeline: OpenTimeline }) {
  const { traceId, info, whole } = timeline;
  const { selected, select, window: zoom } = useTraceView();
  const scroller = useRef<HTMLDivElement>(null);
  const { data, error, isLoading, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ['trace-logs', traceId],
    queryFn: ({ pageParam, signal }) =>
      questions.listLogs({ traceId, limit: PAGE, ...(pageParam !== null && { cursor: pageParam }) }, signal),
    initialPageParam: null as string | null,
    // Cut off or not: while there is a cursor there may be more.
    getNextPageParam: (answer) => foundIn(answer).pagination.nextCursor,
    gcTime: 0,
  });
  const pages = data?.pages.length ?? 0;
  const isCut = !hasNextPage && data?.pages.at(-1)?.state === 'partial';
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && pages < MAX_PAGES) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, pages, fetchNextPage]);
  const logs = useMemo(() => {
    const originNs = BigInt(info.originNs);
    const timed = (data?.pages ?? []).flatMap((page) =>
      foundIn(page).data.map((log): TimedLog => ({ log, atNs: Number((nsFromText(log.time) ?? originNs) - originNs) })),
    );
    return timed.reverse();
  }, [data, info.originNs]);
  const virtual = useVirtualizer({
    count: logs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const move = (by: number) => () => {
    const at = logs.findIndex(({ log }) => log.spanId !== null && BigInt(`0x${log.spanId}`) === selected);
    for (let next = at + by; next >= 0 && next < logs.length; next += by) {
      const spanId = logs[next]?.log.spanId;
      if (!spanId || BigInt(`0x${spanId}`) === selected) continue;
      select(BigInt(`0x${spanId}`));
      virtual.scrollToIndex(next);
      return;
    }
  };
  useKeys({ j: move(1), k: move(-1), ArrowDown: move(1), ArrowUp: move(-1) });
  if (error) {
    return (
      <div className="grow">
        <Notice title="The logs could not be read." action={<Button onClick={() => void refetch()}>Try again</Button>}>
          {error.message}
        </Notice>
      </div>
    );
  }
  if (!isLoading && !hasNextPage && !isCut && logs.length === 0) {
    return (
      <p className="grow p-4 text-secondary">
        No logs for this trace. Logs that carry a trace id and arrive over OTLP appear here and on their spans.
      </p>
    );
  }
  return (
    <div role="table" aria-label="Logs" className="flex min-h-0 min-w-0 grow flex-col bg-panel">
      <div
        role="row"
        className="gutter flex h-[27px] shrink-0 items-center overflow-hidden gap-3 border-b border-line px-3.5 text-sm text-secondary"
      >
        <span role="columnheader" className="w-[84px] text-right">
          Time
        </span>
        <span role="columnheader" className="w-[56px]">
          Severity
        </span>
        <span role="columnheader" className="min-w-0 grow">
          {hasNextPage && pages >= MAX_PAGES ? (
            <button type="button" className="text-accent hover:underline" onClick={() => void fetchNextPage()}>
              The last {formatCount(logs.length)} logs: read more
            </button>
          ) : isCut ? (
            <button type="button" className="text-accent hover:underline" onClick={() => void refetch()}>
              Not all logs were searched. Try again
            </button>
          ) : (
            'Message'
          )}
        </span>
        <span role="columnheader" className="w-[26%]">
          In the trace
        </span>
      </div>
      <div ref={scroller} className="gutter relative min-h-0 grow overflow-y-auto">
        <div role="presentation" className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const timed = logs[index] as TimedLog;
            const spanId = timed.log.spanId === null ? null : BigInt(`0x${timed.log.spanId}`);
            return (
              <LogRow
                key={timed.log.id}
                timed={timed}
                top={start}
                zeroNs={whole.startNs}
                window={zoom ?? whole}
                selected={spanId !== null && spanId === selected}
                onChoose={() => spanId !== null && select(spanId)}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface LogRowProps {
  readonly timed: TimedLog;
  readonly top: number;
  readonly zeroNs: number;
  readonly window: TimeWindow;
  readonly selected: boolean;
  readonly onChoose: () => void;
}

function LogRow({ timed: { log, atNs }, top, zeroNs, window, selected, onChoose }: LogRowProps) {
  const { severityNumber, severityText, message, eventName, service } = log;
  const doubt = doubtOfLogTime(log);
  const tone = severityNumber >= ERROR ? 'text-error' : severityNumber >= WARN ? 'text-warning' : 'text-secondary';
  const share = (atNs - window.startNs) / widthOf(window);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: j and k walk over the rows
    <div
      role="row"
      aria-selected={selected}
      className={clsx(
        'absolute inset-x-0 flex h-[27px] cursor-default items-center gap-3 border-b border-line px-3.5',
        selected ? 'bg-accent-ground' : 'hover:bg-raised',
      )}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onChoose}
    >
      <span role="cell" className="w-[84px] shrink-0 text-right font-mono text-sm">
        {doubt === null ? (
          `+${formatDuration(atNs - zeroNs)}`
        ) : (
          <span className="text-warning" title={doubt}>
            ≈ {formatDuration(atNs - zeroNs)}
          </span>
        )}
      </span>
      <span role="cell" className={clsx('w-[56px] shrink-0 truncate font-mono text-xs', tone)}>
        {severityText || severityName(severityNumber)}
      </span>
      <span role="cell" className="flex min-w-0 grow items-center gap-2">
        <span className="size-2 shrink-0 rounded-[2px]" style={{ background: serviceColor(service) }} title={service} />
        <span className={clsx('truncate', severityNumber >= ERROR && 'text-error')} dir="auto" title={message}>
          {message || eventName || 'empty'}
        </span>
      </span>
      <span role="cell" className="relative h-full w-[26%] shrink-0 border-l border-line">
        {share >= 0 && share <= 1 && (
          <span
            className={clsx('absolute top-2 h-2.5 w-[3px] rounded-[1px] bg-current', tone)}
            style={{ left: `${share * 100}%` }}
          />
        )}
      </span>
    </div>
  );
}

/** By the ranges of the OpenTelemetry log data model. */
function severityName(number: number): string {
  if (number === 0) return '';
  return ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'][Math.min(Math.floor((number - 1) / 4), 5)] as string;
}
