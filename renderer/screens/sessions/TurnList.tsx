/** The turns, of which only those in sight are asked for: a session of a week has thousands. */

import { useQueries } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import clsx from 'clsx';
import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { SessionTurn } from '../../../core/api/session';
import { formatCount, formatDuration, formatTokens } from '../../../core/model/format';
import { api } from '../../connection/connection';
import { takeEnter, useKeys } from '../../hooks/use-keys';
import { useNow } from '../../hooks/use-now';
import { useTraceView } from '../../stores/trace-view-store';
import { secondText, timeText } from '../../ui/clock-time';
import { costHint, costText } from '../../ui/cost-text';
import { FailureTag } from '../../ui/FailureTag';
import { RunTag } from '../../ui/RunTag';

const ROW_PX = 64;
/** Turns asked for at once. */
const PAGE = 20;

interface TurnListProps {
  readonly sessionId: string;
  readonly count: number;
  readonly version: number;
}

export function TurnList({ sessionId, count, version }: TurnListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState(-1);
  const [, navigate] = useLocation();
  const now = useNow(10_000);
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 6,
  });
  const items = rows.getVirtualItems();
  const first = Math.floor((items[0]?.index ?? 0) / PAGE);
  const last = Math.floor((items.at(-1)?.index ?? 0) / PAGE);
  const pages = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const answers = useQueries({
    queries: pages.map((page) => ({
      queryKey: ['session-turns', sessionId, page, version],
      queryFn: () => api.sessionTurns(sessionId, page * PAGE, (page + 1) * PAGE),
      placeholderData: (before: readonly SessionTurn[] | undefined) => before,
      gcTime: 60_000,
    })),
  });
  // What was shown of a page stays while it is asked for again.
  const shown = useRef(new Map<number, readonly SessionTurn[]>());
  for (const [i, page] of pages.entries()) {
    const data = answers[i]?.data;
    if (data) shown.current.set(page, data);
  }
  const turnAt = (index: number): SessionTurn | undefined =>
    shown.current.get(Math.floor(index / PAGE))?.[index % PAGE];
  const failed = answers.find(({ error }) => error !== null)?.error;

  const moveTo = (index: number): void => {
    const target = Math.min(Math.max(index, 0), count - 1);
    takeEnter();
    setCursor(target);
    rows.scrollToIndex(target);
  };
  const open = (turn: SessionTurn | undefined): void => {
    if (!turn) return;
    useTraceView.getState().open(turn.traceId);
    useTraceView.getState().set({ tab: 'conversation' });
    navigate(`/trace/${turn.traceId}`);
  };
  useKeys({
    j: () => moveTo(cursor + 1),
    ArrowDown: () => moveTo(cursor + 1),
    k: () => moveTo(cursor - 1),
    ArrowUp: () => moveTo(cursor - 1),
    Home: () => moveTo(0),
    End: () => moveTo(count - 1),
    Enter: () => open(turnAt(cursor)),
  });
  // A conversation is read from its end.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => {
    rows.scrollToIndex(count - 1, { align: 'end' });
  }, []);
  return (
    <>
      {failed && <p className="border-b border-line bg-error-ground px-3.5 py-2 text-error">{failed.message}</p>}
      <div
        ref={scroller}
        role="feed"
        aria-label="Turns"
        className="min-h-0 min-w-0 grow overflow-y-auto bg-panel outline-none"
      >
        <div className="relative" style={{ height: rows.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const turn = turnAt(index);
            return (
              <div
                key={index}
                className="absolute inset-x-0 top-0 border-b border-line"
                style={{ transform: `translateY(${start}px)`, height: ROW_PX }}
              >
                {turn ? (
                  <Turn turn={turn} number={index + 1} active={index === cursor} now={now} onOpen={() => open(turn)} />
                ) : (
                  <div className="m-4 h-3 w-1/2 animate-pulse rounded bg-raised" />
                )}
              </div>
            );
          })}
        </div>
      </div>
    </>
  );
}

interface TurnProps {
  readonly turn: SessionTurn;
  readonly number: number;
  readonly active: boolean;
  readonly now: number;
  readonly onOpen: () => void;
}

function Turn({ turn, number, active, now, onOpen }: TurnProps) {
  const { asked, answered, rootName, startTime, inputTokens, outputTokens } = turn;
  const hasTokens = inputTokens !== null || outputTokens !== null;
  return (
    <article
      aria-label={`Turn ${number}`}
      className={clsx('relative flex h-full gap-3.5 px-3.5 py-2', active ? 'bg-accent-ground' : 'hover:bg-raised')}
    >
      <div className="w-[74px] shrink-0 text-sm text-secondary">
        <div className="font-mono text-faint">{formatCount(number)}</div>
        <time dateTime={startTime} title={timeText(startTime)}>
          {secondText(startTime)}
        </time>
      </div>
      <div className="min-w-0 grow">
        <div className="flex min-w-0 items-center gap-2">
          <a
            href={`#/trace/${turn.traceId}`}
            dir="auto"
            className="min-w-0 truncate font-semibold after:absolute after:inset-0"
            onClick={(event) => {
              if (event.ctrlKey || event.metaKey || event.shiftKey) return;
              event.preventDefault();
              onOpen();
            }}
          >
            {asked ?? (rootName || 'unnamed')}
          </a>
          <FailureTag trace={turn} />
          <RunTag trace={turn} now={now} />
        </div>
        <p className="line-clamp-1 text-secondary" dir="auto">
          {answered ?? (asked === null ? 'No messages were recorded.' : 'No answer was recorded.')}
        </p>
      </div>
      <div className="flex shrink-0 items-start gap-4 font-mono text-sm text-secondary">
        {hasTokens && (
          <span className="max-md:hidden" title="Tokens in, and out">
            {formatTokens(inputTokens, outputTokens)}
          </span>
        )}
        {(hasTokens || turn.costUsd !== null) && (
          <span className="max-md:hidden" title={costHint(turn)}>
            {costText(turn.costUsd, turn.costComplete)}
          </span>
        )}
        <span className="w-[64px] text-right text-text">{formatDuration(turn.durationNs)}</span>
      </div>
    </article>
  );
}
