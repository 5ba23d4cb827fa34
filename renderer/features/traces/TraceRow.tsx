import clsx from 'clsx';
import { memo } from 'react';
import { formatAgo, formatCompact, formatCount, formatDuration } from '../../../core/model/format';
import { addressOf, useCompare } from '../../stores/compare-store';
import type { ListedTrace } from '../../stores/trace-list-store';
import { serviceColor } from '../../ui/series';
import { Tag } from '../../ui/Tag';

export const COLUMNS =
  'grid grid-cols-[minmax(0,1fr)_76px_52px_84px] items-center gap-x-4 px-3.5 md:grid-cols-[minmax(0,1fr)_130px_76px_72px_96px] lg:grid-cols-[minmax(0,1fr)_150px_190px_84px_100px_96px]';

interface TraceRowProps {
  readonly trace: ListedTrace;
  readonly index: number;
  readonly top: number;
  readonly now: number;
  /** Of the loaded traces: the full length of the bar. */
  readonly longestNs: number;
  readonly active: boolean;
  /** So that the row is found again on the way back. */
  readonly onOpen: (trace: ListedTrace) => void;
}

export const TraceRow = memo(function TraceRow({ trace, index, top, now, longestNs, active, onOpen }: TraceRowProps) {
  const chosen = useCompare(({ chosen }) => chosen);
  const failed = trace.errorCount > 0;
  const startedMs = Date.parse(trace.startTime);
  return (
    <a
      href={`#${addressOf(trace.traceId, chosen)}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={active}
      tabIndex={-1}
      onClick={() => onOpen(trace)}
      className={clsx(
        COLUMNS,
        'absolute inset-x-0 h-[32px] border-b border-line',
        active ? 'bg-accent-ground' : 'hover:bg-raised',
      )}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="gridcell" className="flex min-w-0 items-center gap-2">
        <span className="size-2 shrink-0 rounded-[2px]" style={{ background: serviceColor(trace.rootService) }} />
        <span className="truncate font-semibold" dir="auto">
          {trace.rootName || 'unnamed'}
        </span>
        {trace.agentName !== null && <Tag>agent</Tag>}
        {failed && (
          <Tag tone="error">{trace.errorCount === 1 ? 'error' : `${formatCount(trace.errorCount)} errors`}</Tag>
        )}
        {trace.incomplete && (
          <span title="Some span names a parent that has not arrived">
            <Tag tone="warning">incomplete</Tag>
          </span>
        )}
      </span>
      <span
        role="gridcell"
        className="truncate text-secondary max-md:hidden"
        title={trace.services.join(', ')}
        dir="auto"
      >
        {trace.rootService || 'unknown service'}
        {trace.services.length > 1 && <span className="text-faint"> +{trace.services.length - 1}</span>}
      </span>
      <span role="gridcell" className="flex items-center gap-2.5">
        <span className="h-[5px] w-[88px] shrink-0 rounded-full bg-raised max-lg:hidden">
          <span
            className="block h-full rounded-full"
            style={{
              width: `${100 * durationShare(trace.durationNs, longestNs)}%`,
              background: failed ? 'var(--error)' : 'color-mix(in srgb, var(--accent) 70%, transparent)',
            }}
          />
        </span>
        <span className="font-mono text-sm">{formatDuration(trace.durationNs)}</span>
      </span>
      <span role="gridcell" className="text-right font-mono text-sm" title={matchedTitle(trace)}>
        {trace.matchedSpans < trace.spanCount && (
          <span className="text-accent">{formatCount(trace.matchedSpans)}/</span>
        )}
        {formatCount(trace.spanCount)}
      </span>
      <span role="gridcell" className="text-right font-mono text-sm text-secondary max-lg:hidden">
        {trace.inputTokens === null && trace.outputTokens === null ? (
          ''
        ) : (
          <>
            {formatCompact(trace.inputTokens)}
            <span className="text-faint"> → </span>
            {formatCompact(trace.outputTokens)}
          </>
        )}
      </span>
      <span role="gridcell" className="text-right text-secondary" title={new Date(startedMs).toLocaleString()}>
        {formatAgo(startedMs, now)}
      </span>
    </a>
  );
});

/** Why the trace is in the list: the first spans that match. */
function matchedTitle({ matchedSpans, spanCount, spans }: ListedTrace): string {
  if (matchedSpans >= spanCount) return '';
  const names = spans.map(({ service, name }) => `${service}: ${name}`);
  const more = matchedSpans > names.length ? [`and ${formatCount(matchedSpans - names.length)} more`] : [];
  return [`${formatCount(matchedSpans)} of ${formatCount(spanCount)} spans match`, ...names, ...more].join('\n');
}

/** Microseconds stand beside minutes: the bar is logarithmic, from 10 µs. */
function durationShare(ns: number, longestNs: number): number {
  const floor = Math.log10(10_000);
  const share = (Math.log10(Math.max(ns, 10_000)) - floor) / Math.max(Math.log10(longestNs) - floor, 1);
  return Math.min(Math.max(share, 0.02), 1);
}
