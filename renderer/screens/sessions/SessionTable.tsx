import { useVirtualizer } from '@tanstack/react-virtual';
import clsx from 'clsx';
import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { SessionSummary } from '../../../core/api/session';
import { formatAgo, formatCount, formatDuration, formatTokens, plural } from '../../../core/model/format';
import { takeEnter, useKeys } from '../../hooks/use-keys';
import { useNow } from '../../hooks/use-now';
import { addressOfSession } from '../../stores/session-address';
import { timeText } from '../../ui/clock-time';
import { costHint, costText } from '../../ui/cost-text';
import { Tag } from '../../ui/Tag';

const ROW_PX = 32;
const PREFETCH_ROWS = 20;
const GRID =
  'grid grid-cols-[minmax(0,1fr)_150px_64px_110px_84px_96px_90px] items-center gap-x-4 px-3.5 max-[1000px]:grid-cols-[minmax(0,1fr)_64px_84px_90px]';
const WIDE = 'max-[1000px]:hidden';

interface SessionTableProps {
  readonly sessions: readonly SessionSummary[];
  readonly isStale: boolean;
  /** The end comes in sight. */
  readonly onEnd: () => void;
}

export function SessionTable({ sessions, isStale, onEnd }: SessionTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [, navigate] = useLocation();
  const now = useNow(5_000);
  const rows = useVirtualizer({
    count: sessions.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    getItemKey: (index) => sessions[index]?.sessionId ?? index,
  });
  const items = rows.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastShown >= sessions.length - PREFETCH_ROWS) onEnd();
  }, [lastShown, sessions.length, onEnd]);
  const at = sessions.findIndex(({ sessionId }) => sessionId === cursor);
  const moveTo = (index: number): void => {
    const target = Math.min(Math.max(index, 0), sessions.length - 1);
    takeEnter();
    setCursor(sessions[target]?.sessionId ?? null);
    rows.scrollToIndex(target);
  };
  useKeys({
    j: () => moveTo(at + 1),
    ArrowDown: () => moveTo(at + 1),
    k: () => moveTo(at - 1),
    ArrowUp: () => moveTo(at - 1),
    Home: () => moveTo(0),
    End: () => moveTo(sessions.length - 1),
    Enter: () => {
      if (cursor !== null) navigate(addressOfSession(cursor));
    },
  });
  return (
    <div
      role="grid"
      aria-label="Sessions"
      aria-busy={isStale}
      className={clsx('flex min-h-0 grow flex-col bg-panel', isStale && 'opacity-60')}
    >
      <div
        role="row"
        className={`${GRID} gutter h-[29px] shrink-0 overflow-hidden border-b border-line bg-raised text-sm font-medium text-secondary`}
      >
        <span role="columnheader">Session</span>
        <span role="columnheader" className={WIDE}>
          Agents
        </span>
        <span role="columnheader" className="text-right">
          Turns
        </span>
        <span role="columnheader" className={`text-right ${WIDE}`}>
          Tokens
        </span>
        <span role="columnheader" className="text-right">
          Cost
        </span>
        <span role="columnheader" className={`text-right ${WIDE}`}>
          At work
        </span>
        <span role="columnheader" className="text-right">
          Last turn
        </span>
      </div>
      <div ref={scroller} className="gutter relative min-h-0 grow overflow-y-auto">
        <div role="presentation" className="relative" style={{ height: rows.getTotalSize() }}>
          {items.map(({ index, start, key }) => {
            const session = sessions[index];
            return (
              session && (
                <Row
                  key={key}
                  session={session}
                  top={start}
                  active={session.sessionId === cursor}
                  now={now}
                  onOpen={() => setCursor(session.sessionId)}
                />
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface RowProps {
  readonly session: SessionSummary;
  readonly top: number;
  readonly active: boolean;
  readonly now: number;
  readonly onOpen: () => void;
}

function Row({ session, top, active, now, onOpen }: RowProps) {
  const { sessionId, lastRootName, agentNames, traceCount, failedTraces, inputTokens, outputTokens } = session;
  const hasTokens = inputTokens !== null || outputTokens !== null;
  return (
    <a
      role="row"
      href={`#${addressOfSession(sessionId)}`}
      aria-selected={active}
      tabIndex={-1}
      onClick={onOpen}
      className={clsx(
        GRID,
        'absolute inset-x-0 h-[32px] border-b border-line',
        active ? 'bg-accent-ground' : 'hover:bg-raised',
      )}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="gridcell" className="flex min-w-0 items-center gap-2">
        <span className="min-w-[90px] truncate font-mono text-sm font-medium" title={sessionId}>
          {sessionId}
        </span>
        {failedTraces > 0 && <Tag tone="error">{`${plural(failedTraces, 'turn')} failed`}</Tag>}
        <span className="min-w-0 shrink-[3] truncate text-secondary" dir="auto">
          {lastRootName}
        </span>
      </span>
      <span role="gridcell" className={`truncate text-secondary ${WIDE}`} title={agentNames.join(', ')} dir="auto">
        {agentNames[0] ?? '—'}
        {agentNames.length > 1 && <span className="text-faint"> +{agentNames.length - 1}</span>}
      </span>
      <span role="gridcell" className="text-right font-mono text-sm">
        {formatCount(traceCount)}
      </span>
      <span role="gridcell" className={`text-right font-mono text-sm text-secondary ${WIDE}`}>
        {formatTokens(inputTokens, outputTokens)}
      </span>
      <span role="gridcell" className="text-right font-mono text-sm text-secondary" title={costHint(session)}>
        {hasTokens || session.costUsd !== null ? costText(session.costUsd, session.costComplete) : '—'}
      </span>
      <span
        role="gridcell"
        className={`text-right font-mono text-sm ${WIDE}`}
        title="Total duration of its traces, without the time between them"
      >
        {formatDuration(session.busyNs)}
      </span>
      <span role="gridcell" className="text-right text-secondary" title={timeText(session.endTime)}>
        {formatAgo(Date.parse(session.endTime), now)}
      </span>
    </a>
  );
}
