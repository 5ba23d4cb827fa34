/** What the spans have in common, group by group: counts, self and total time, percentiles, share of the critical path. */
import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import clsx from 'clsx';
import { useMemo, useRef, useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { formatCount, formatDuration, formatShare } from '../../../core/model/format';
import type { GroupStatistics, StatisticsBy } from '../../../core/timeline/statistics';
import { api } from '../../connection/connection';
import { lookOf, useTraceView } from '../../stores/trace-view-store';
import { Notice } from '../../ui/Notice';
import { serviceColor } from '../../ui/series';
import type { OpenTimeline } from './use-timeline';

const ROW_PX = 27;
const GROUPINGS: readonly { readonly by: StatisticsBy; readonly title: string }[] = [
  { by: 'operation', title: 'Operation' },
  { by: 'service', title: 'Service' },
  { by: 'kind', title: 'Kind' },
  { by: 'status', title: 'Status' },
];

type NumberColumn = 'count' | 'errors' | 'selfNs' | 'totalNs' | 'p50Ns' | 'p95Ns' | 'maxNs' | 'criticalNs';
const COLUMNS: readonly { readonly key: NumberColumn; readonly title: string }[] = [
  { key: 'count', title: 'Count' },
  { key: 'errors', title: 'Errors' },
  { key: 'selfNs', title: 'Self' },
  { key: 'totalNs', title: 'Total' },
  { key: 'p50Ns', title: 'p50' },
  { key: 'p95Ns', title: 'p95' },
  { key: 'maxNs', title: 'Max' },
  { key: 'criticalNs', title: 'Critical' },
];

export function Statistics({ timeline }: { readonly timeline: OpenTimeline }) {
  const [by, setBy] = useState<StatisticsBy>('operation');
  const [sort, setSort] = useState<NumberColumn>('selfNs');
  const look = useTraceView(useShallow(lookOf));
  const { traceId, info } = timeline;
  const { data, error, refetch } = useQuery({
    queryKey: ['statistics', traceId, info.version, look, by],
    queryFn: ({ signal }) => api.timelineStatistics(traceId, look, by, signal),
    placeholderData: (previous) => previous,
    gcTime: 0,
  });
  const groups = useMemo(() => [...(data ?? [])].sort((a, b) => (b[sort] ?? -1) - (a[sort] ?? -1)), [data, sort]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: groups.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  });
  const selfNs = groups.reduce((sum, group) => sum + group.selfNs, 0);
  const criticalNs = info.critical.reduce((sum, { ns }) => sum + ns, 0);
  return (
    <div className="flex min-h-0 min-w-0 grow flex-col bg-panel">
      <div className="flex h-[33px] shrink-0 items-center gap-1 border-b border-line px-3">
        <span className="mr-1 text-sm text-secondary">Group by</span>
        {GROUPINGS.map(({ by: option, title }) => (
          <button
            key={option}
            type="button"
            aria-pressed={by === option}
            className={clsx(
              'h-6 rounded-md px-2',
              by === option ? 'bg-accent-ground text-accent' : 'text-secondary hover:bg-raised',
            )}
            onClick={() => setBy(option)}
          >
            {title}
          </button>
        ))}
      </div>
      {error && (
        <Notice
          title="The statistics could not be computed."
          action={
            <button type="button" onClick={() => void refetch()}>
              Try again
            </button>
          }
        >
          {error.message}
        </Notice>
      )}
      <div role="table" aria-label="Statistics" className="flex min-h-0 grow flex-col overflow-x-auto">
        <div
          role="row"
          className="gutter flex h-[27px] min-w-[800px] shrink-0 items-center gap-2 overflow-hidden border-b border-line px-3.5 text-sm text-secondary"
        >
          <div role="columnheader" className="min-w-[150px] grow">
            {GROUPINGS.find((grouping) => grouping.by === by)?.title}
          </div>
          {COLUMNS.map(({ key, title }) => (
            <div
              key={key}
              role="columnheader"
              aria-sort={sort === key ? 'descending' : 'none'}
              className="w-[74px] shrink-0 text-right"
            >
              <button
                type="button"
                className={clsx(
                  'font-medium hover:text-text',
                  sort === key && 'text-text underline underline-offset-4',
                )}
                onClick={() => setSort(key)}
              >
                {title}
              </button>
            </div>
          ))}
        </div>
        <div ref={scroller} className="gutter relative min-h-0 min-w-[800px] grow overflow-y-auto">
          <div role="presentation" className="relative" style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map(({ index, start }) => (
              <Row
                key={index}
                group={groups[index] as GroupStatistics}
                top={start}
                by={by}
                selfNs={selfNs}
                criticalNs={criticalNs}
              />
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}

interface RowProps {
  readonly group: GroupStatistics;
  readonly top: number;
  readonly by: StatisticsBy;
  /** Of all groups, for the shares. */
  readonly selfNs: number;
  readonly criticalNs: number;
}

function Row({ group, top, by, selfNs, criticalNs }: RowProps) {
  const { name, service } = group;
  const share = selfNs > 0 ? group.selfNs / selfNs : 0;
  const isKnown = group.p50Ns !== null;
  const term =
    by === 'operation' ? `name:"${name}" service:"${service ?? ''}"` : `${by}:${by === 'service' ? `"${name}"` : name}`;
  return (
    <div
      role="row"
      className="absolute inset-x-0 flex h-[27px] items-center gap-2 border-b border-line px-3.5 hover:bg-raised"
      style={{ transform: `translateY(${top}px)` }}
    >
      <div role="rowheader" className="flex min-w-[150px] grow items-center gap-2 overflow-hidden">
        <span
          className="size-2 shrink-0 rounded-[2px]"
          style={{ background: service === null ? 'var(--line-strong)' : serviceColor(service) }}
        />
        <button
          type="button"
          className="truncate hover:text-accent hover:underline"
          dir="auto"
          title={`Find these spans${service !== null && by === 'operation' ? ` of ${service}` : ''}`}
          onClick={() =>
            useTraceView.getState().set({ search: term.replaceAll('\0', ''), onlyMatches: true, tab: 'waterfall' })
          }
        >
          {name || 'unnamed'}
        </button>
        {by === 'operation' && <span className="truncate text-sm text-faint">{service}</span>}
      </div>
      <Cell>{formatCount(group.count)}</Cell>
      <Cell tone={group.errors > 0 ? 'text-error' : 'text-faint'}>{formatCount(group.errors)}</Cell>
      <div
        role="cell"
        className="relative w-[74px] shrink-0 text-right font-mono text-sm"
        title={`${formatShare(group.selfNs, selfNs)} of all self time`}
      >
        <span
          className="absolute inset-y-[-3px] right-0 rounded-[2px] bg-accent-ground"
          style={{ width: `${100 * share}%` }}
        />
        <span className="relative">{formatDuration(isKnown ? group.selfNs : null)}</span>
      </div>
      <Cell>{formatDuration(isKnown ? group.totalNs : null)}</Cell>
      <Cell>{formatDuration(group.p50Ns)}</Cell>
      <Cell>{formatDuration(group.p95Ns)}</Cell>
      <Cell>{formatDuration(group.maxNs)}</Cell>
      <Cell tone={group.criticalNs > 0 ? '' : 'text-faint'}>{formatShare(group.criticalNs, criticalNs)}</Cell>
    </div>
  );
}

function Cell({ children, tone = '' }: { readonly children: string; readonly tone?: string }) {
  return (
    <div role="cell" className={clsx('w-[74px] shrink-0 text-right font-mono text-sm', tone)}>
      {children}
    </div>
  );
}
