/** The columns of the trace table: what each shows, how wide it is, and which go first when there is no room. */

import type { ReactNode } from 'react';
import type { TraceSort } from '../../../core/api/trace-list-query';
import { formatAgo, formatCount, formatDuration, formatTokens } from '../../../core/model/format';
import type { Column } from '../../stores/explore-address';
import type { ListedTrace } from '../../stores/newest-traces';
import { timeText } from '../../ui/clock-time';
import { costHint, costText } from '../../ui/cost-text';
import { failureHint } from '../../ui/FailureTag';

/** What cells are drawn with. */
interface CellContext {
  readonly now: number;
  /** Of the loaded traces: the full length of the bar. */
  readonly longestNs: number;
}

interface ColumnSpec {
  readonly title: string;
  readonly widthPx: number;
  readonly isNumber: boolean;
  /** What a click on its header sorts by. */
  readonly sorts: 'startTime' | 'durationNs' | 'spanCount' | 'errorCount' | null;
  readonly cell: (trace: ListedTrace, context: CellContext) => ReactNode;
  readonly hint?: (trace: ListedTrace) => string;
}

export const COLUMN_SPECS: Readonly<Record<Column, ColumnSpec>> = {
  service: {
    title: 'Service',
    widthPx: 130,
    isNumber: false,
    sorts: null,
    hint: ({ services }) => services.join(', '),
    cell: ({ rootService, services }) => (
      <span className="block truncate text-secondary" dir="auto">
        {rootService || 'unknown service'}
        {services.length > 1 && <span className="text-faint"> +{services.length - 1}</span>}
      </span>
    ),
  },
  duration: {
    title: 'Duration',
    widthPx: 172,
    isNumber: false,
    sorts: 'durationNs',
    cell: ({ durationNs, failedCount }, { longestNs }) => (
      <span className="flex items-center gap-2.5">
        <span className="h-[5px] w-[88px] shrink-0 rounded-full bg-raised">
          {durationNs !== null && (
            <span
              className="block h-full rounded-full"
              style={{
                width: `${100 * durationShare(durationNs, longestNs)}%`,
                background: failedCount > 0 ? 'var(--error)' : 'color-mix(in srgb, var(--accent) 70%, transparent)',
              }}
            />
          )}
        </span>
        <span className="font-mono text-sm">{formatDuration(durationNs)}</span>
      </span>
    ),
  },
  spans: {
    title: 'Spans',
    widthPx: 74,
    isNumber: true,
    sorts: 'spanCount',
    hint: matchedTitle,
    cell: ({ matchedSpans, spanCount }) => (
      <>
        {matchedSpans < spanCount && <span className="text-accent">{formatCount(matchedSpans)}/</span>}
        {formatCount(spanCount)}
      </>
    ),
  },
  errors: {
    title: 'Errors',
    widthPx: 76,
    isNumber: true,
    sorts: 'errorCount',
    hint: (trace) => (trace.errorCount > 0 ? failureHint(trace) : ''),
    cell: ({ errorCount, failedCount }) => (
      <span className={failedCount > 0 ? 'text-error' : 'text-faint'}>{formatCount(errorCount)}</span>
    ),
  },
  tokens: {
    title: 'Tokens',
    widthPx: 98,
    isNumber: true,
    sorts: null,
    // Of what calls no model there is nothing to know; of a run that does not say, a dash.
    cell: ({ inputTokens, outputTokens, agentSpanCount }) =>
      inputTokens === null && outputTokens === null && agentSpanCount === 0 ? (
        ''
      ) : (
        <span className="text-secondary">{formatTokens(inputTokens, outputTokens)}</span>
      ),
  },
  cost: {
    title: 'Cost',
    widthPx: 84,
    isNumber: true,
    sorts: null,
    hint: costHint,
    cell: ({ costUsd, costComplete, inputTokens, outputTokens }) =>
      costUsd === null && inputTokens === null && outputTokens === null ? (
        ''
      ) : (
        <span className="text-secondary">{costText(costUsd, costComplete)}</span>
      ),
  },
  agent: {
    title: 'Agent',
    widthPx: 140,
    isNumber: false,
    sorts: null,
    hint: ({ agentName }) => agentName ?? '',
    cell: ({ agentName }) => (
      <span className="block truncate text-secondary" dir="auto">
        {agentName}
      </span>
    ),
  },
  session: {
    title: 'Session',
    widthPx: 140,
    isNumber: false,
    sorts: null,
    hint: ({ sessionId }) => sessionId ?? '',
    cell: ({ sessionId }) => <span className="block truncate font-mono text-sm text-secondary">{sessionId}</span>,
  },
  user: {
    title: 'User',
    widthPx: 120,
    isNumber: false,
    sorts: null,
    hint: ({ userId }) => userId ?? '',
    cell: ({ userId }) => (
      <span className="block truncate text-secondary" dir="auto">
        {userId}
      </span>
    ),
  },
  started: {
    title: 'Started',
    widthPx: 90,
    isNumber: true,
    sorts: 'startTime',
    hint: ({ startTime }) => timeText(startTime),
    cell: ({ startTime }, { now }) => (
      <span className="font-sans text-base text-secondary">{formatAgo(Date.parse(startTime), now)}</span>
    ),
  },
};

const GAP_PX = 16;
const PADDING_PX = 28;
const LEAST_NAME_PX = 190;
/** The first are the last to go. */
const STAY: readonly Column[] = [
  'duration',
  'started',
  'spans',
  'service',
  'errors',
  'tokens',
  'cost',
  'agent',
  'session',
  'user',
];

/** Those of the columns that fit beside a name that can be read. */
export function fittingColumns(columns: readonly Column[], widthPx: number): readonly Column[] {
  let left = widthPx - PADDING_PX - LEAST_NAME_PX;
  const fitting = new Set<Column>();
  for (const column of STAY) {
    if (!columns.includes(column)) continue;
    left -= COLUMN_SPECS[column].widthPx + GAP_PX;
    if (left < 0) break;
    fitting.add(column);
  }
  return columns.filter((column) => fitting.has(column));
}

export function gridColumns(columns: readonly Column[]): string {
  return ['minmax(0, 1fr)', ...columns.map((column) => `${COLUMN_SPECS[column].widthPx}px`)].join(' ');
}

/** The order that a click on a column's header asks for: the greatest first, then the other way round. */
export function nextSort(sorts: NonNullable<ColumnSpec['sorts']>, sort: TraceSort): TraceSort {
  return sort === `-${sorts}` ? sorts : `-${sorts}`;
}

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
