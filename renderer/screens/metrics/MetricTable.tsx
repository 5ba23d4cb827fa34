import { useEffect, useRef } from 'react';
import type { MetricCatalogueEntry } from '../../../core/api/metrics';
import { formatAgo, formatCount, plural } from '../../../core/model/format';
import { AGGREGATE_TEXT, kindText } from '../../features/metric-chart/kind-text';
import { exactText, valueText } from '../../features/series-chart/unit-text';
import { Sparkline } from './Sparkline';

const GRID =
  'grid grid-cols-[minmax(180px,1fr)_124px_170px_52px_104px_84px] lg:grid-cols-[minmax(220px,1fr)_124px_220px_60px_120px_84px] items-center gap-x-4 px-3.5';

interface MetricTableProps {
  readonly entries: readonly MetricCatalogueEntry[];
  readonly nowMs: number;
  /** The row under the keyboard's cursor. */
  readonly cursor: number;
  readonly onOpen: (metricId: number) => void;
}

export function MetricTable({ entries, nowMs, cursor, onOpen }: MetricTableProps) {
  const table = useRef<HTMLDivElement>(null);
  // Who hears the page hears the row under the cursor.
  useEffect(() => {
    if (cursor >= 0) table.current?.querySelector<HTMLElement>('[role="row"][aria-selected="true"] button')?.focus();
  }, [cursor]);
  return (
    <div ref={table} role="table" aria-label="Metrics" className="min-w-[830px]">
      <div
        role="row"
        className={`${GRID} sticky top-0 z-10 h-[29px] border-b border-line bg-raised text-sm font-medium text-secondary`}
      >
        <span role="columnheader">Name</span>
        <span role="columnheader">Over time</span>
        <span role="columnheader">Type</span>
        <span role="columnheader" className="text-right">
          Series
        </span>
        <span role="columnheader" className="text-right">
          Newest
        </span>
        <span role="columnheader" className="text-right">
          Seen
        </span>
      </div>
      {entries.map((entry, i) => {
        const { metric, attributes, sparkline, aggregates, lastValue, lastSeen, truncated } = entry;
        const isHistogram = metric.kind !== 'gauge' && metric.kind !== 'sum';
        const unit = isHistogram ? '' : metric.unit;
        const [shown] = aggregates;
        return (
          <div
            key={metric.id}
            role="row"
            aria-selected={i === cursor}
            className={`${GRID} h-[46px] border-b border-line ${i === cursor ? 'bg-accent-ground' : 'hover:bg-raised'}`}
          >
            <span role="rowheader" className="min-w-0">
              <button
                type="button"
                className="block max-w-full truncate text-left font-medium hover:underline"
                dir="auto"
                title={`${metric.name}\n${attributes.map(({ key, values }) => `${key}: ${plural(values, 'value')}`).join('\n')}`}
                onClick={() => onOpen(metric.id)}
              >
                {metric.name || 'unnamed'}
              </button>
              <span className="block truncate text-sm text-secondary" dir="auto">
                {metric.description || metric.services.join(', ')}
              </span>
            </span>
            <span
              role="cell"
              title={`${shown ? AGGREGATE_TEXT[shown] : ''}${truncated ? ', of a part of its series or points' : ''}`}
              className={truncated ? 'opacity-60' : ''}
            >
              <Sparkline values={sparkline} />
            </span>
            <span
              role="cell"
              className="min-w-0 truncate text-sm text-secondary"
              title={[kindText(metric), metric.unit].filter((text) => text !== '' && text !== '1').join(', ')}
            >
              {kindText(metric)}
              {metric.unit !== '' && metric.unit !== '1' && (
                <span className="font-mono text-faint"> {metric.unit}</span>
              )}
            </span>
            <span role="cell" className="text-right font-mono text-sm">
              {formatCount(metric.seriesCount)}
            </span>
            <span
              role="cell"
              className="text-right font-mono text-sm"
              title={lastValue === null ? undefined : exactText(lastValue, isHistogram ? '{observation}' : unit)}
            >
              {valueText(lastValue, unit)}
              {isHistogram && lastValue !== null && (
                <span className="text-faint"> {lastValue === 1 ? 'value' : 'values'}</span>
              )}
            </span>
            <span role="cell" className="text-right text-sm whitespace-nowrap text-secondary">
              {lastSeen === null ? '—' : formatAgo(Date.parse(lastSeen), nowMs)}
            </span>
          </div>
        );
      })}
    </div>
  );
}
