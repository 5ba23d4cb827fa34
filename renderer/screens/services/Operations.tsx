/** What a service does: all its spans by name and kind. */
import { useLocation } from 'wouter';
import { OTHER } from '../../../core/api/other';
import type { RedGroup, RedMetrics } from '../../../core/api/service-metrics';
import { formatCompact, formatCount, formatDuration, formatShare } from '../../../core/model/format';
import { openTraces } from '../../stores/open-traces';
import { type DataColumn, DataTable } from '../../ui/DataTable';
import { ofService, quoted } from './searches';

interface OperationsProps {
  readonly service: string;
  /** By operation. */
  readonly red: RedMetrics;
}

export function Operations({ service, red }: OperationsProps) {
  const [, navigate] = useLocation();
  const traces = ({ operation }: RedGroup, ...more: readonly string[]): void =>
    openTraces({ query: ofService(service, `name = ${quoted(operation ?? '')}`, ...more) }, navigate);
  const columns: readonly DataColumn<RedGroup>[] = [
    {
      key: 'operation',
      title: 'Operation',
      width: 'minmax(200px,1fr)',
      isText: true,
      value: ({ operation }) => operation,
      cell: (group) => (
        <button
          type="button"
          className="max-w-full truncate font-medium hover:underline"
          title="Show its traces"
          onClick={() => traces(group)}
        >
          {group.operation || 'unnamed'}
        </button>
      ),
    },
    { key: 'kind', title: 'Kind', width: '80px', isText: true, value: ({ kind }) => kind },
    { key: 'spans', title: 'Spans', width: '80px', value: ({ spans }) => spans, cell: (g) => formatCompact(g.spans) },
    {
      key: 'errors',
      title: 'Errors',
      width: '80px',
      value: ({ spans, errors }) => (spans === 0 ? null : errors / spans),
      cell: (group) =>
        group.errors === 0 ? (
          <span className="text-secondary">0</span>
        ) : (
          <button
            type="button"
            className="text-error hover:underline"
            title={`${formatCount(group.errors)} with an error. Show their traces`}
            onClick={() => traces(group, 'status = error')}
          >
            {formatShare(group.errors, group.spans)}
          </button>
        ),
    },
    { key: 'p50', title: 'p50', width: '80px', value: ({ p50Ns }) => p50Ns, cell: (g) => formatDuration(g.p50Ns) },
    { key: 'p95', title: 'p95', width: '80px', value: ({ p95Ns }) => p95Ns, cell: (g) => formatDuration(g.p95Ns) },
    { key: 'p99', title: 'p99', width: '80px', value: ({ p99Ns }) => p99Ns, cell: (g) => formatDuration(g.p99Ns) },
  ];
  return (
    <DataTable
      label="Operations"
      columns={columns}
      rows={red.groups}
      keyOf={({ operation, kind }) => `${kind} ${operation}`}
      sorting={{ key: 'spans', descending: true }}
      minWidthPx={820}
      none="This service sent no spans in this time range."
      note={
        red.other && (
          <span className="text-secondary">
            the busiest; {OTHER} {formatCount(red.other.count)} more with {formatCompact(red.other.spans)} spans
          </span>
        )
      }
    />
  );
}
