import clsx from 'clsx';
import { memo } from 'react';
import { addressOf, useCompare } from '../../stores/compare-store';
import type { Column } from '../../stores/explore-address';
import type { ListedTrace } from '../../stores/newest-traces';
import { FailureTag } from '../../ui/FailureTag';
import { RunTag } from '../../ui/RunTag';
import { serviceColor } from '../../ui/series';
import { Tag } from '../../ui/Tag';
import { COLUMN_SPECS, gridColumns } from './columns';

export const ROW = 'grid items-center gap-x-4 px-3.5';

export function rowId(traceId: string): string {
  return `trace-${traceId}`;
}

interface TraceRowProps {
  readonly trace: ListedTrace;
  readonly columns: readonly Column[];
  readonly index: number;
  readonly top: number;
  readonly now: number;
  readonly longestNs: number;
  readonly active: boolean;
  /** So that the row is found again on the way back. */
  readonly onOpen: (trace: ListedTrace) => void;
}

export const TraceRow = memo(function TraceRow(props: TraceRowProps) {
  const { trace, columns, index, top, now, longestNs, active, onOpen } = props;
  const chosen = useCompare(({ chosen }) => chosen);
  return (
    <a
      href={`#${addressOf(trace.traceId, chosen)}`}
      id={rowId(trace.traceId)}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={active}
      tabIndex={-1}
      onClick={() => onOpen(trace)}
      className={clsx(
        ROW,
        'absolute inset-x-0 h-[32px] border-b border-line',
        active ? 'bg-accent-ground' : 'hover:bg-raised',
      )}
      style={{ transform: `translateY(${top}px)`, gridTemplateColumns: gridColumns(columns) }}
    >
      <span role="gridcell" className="flex min-w-0 items-center gap-2">
        <span className="size-2 shrink-0 rounded-[2px]" style={{ background: serviceColor(trace.rootService) }} />
        <span className="truncate font-semibold" dir="auto">
          {trace.rootName || 'unnamed'}
        </span>
        {trace.agentName !== null && <Tag>agent</Tag>}
        <FailureTag trace={trace} />
        <RunTag trace={trace} now={now} />
      </span>
      {columns.map((column) => {
        const { cell, hint, isNumber } = COLUMN_SPECS[column];
        return (
          <span
            key={column}
            role="gridcell"
            className={clsx('min-w-0', isNumber && 'text-right font-mono text-sm')}
            title={hint?.(trace)}
          >
            {cell(trace, { now, longestNs })}
          </span>
        );
      })}
    </a>
  );
});
