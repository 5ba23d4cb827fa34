/** Who calls a service and whom it calls, as far as both send spans. */
import { Link, useLocation } from 'wouter';
import type { ServiceEdgeSummary } from '../../../core/api/service-metrics';
import { formatCompact, formatCount, formatDuration, formatShare } from '../../../core/model/format';
import { openTraces } from '../../stores/open-traces';
import { type DataColumn, DataTable } from '../../ui/DataTable';
import { callsBetween } from './searches';
import { addressOfService } from './service-address';
import { rateText } from './service-rows';

interface EdgeTableProps {
  readonly label: string;
  /** Which ends have a column each. */
  readonly ends: readonly ('caller' | 'callee')[];
  readonly edges: readonly ServiceEdgeSummary[];
  /** Of the range; null: of all time there is no rate. */
  readonly minutes: number | null;
  /** Calls that were not read: there are more pairs. */
  readonly left: number;
  readonly none: string;
}

const TITLES = { caller: 'Caller', callee: 'Called service' } as const;

export function EdgeTable({ label, ends, edges, minutes, left, none }: EdgeTableProps) {
  const [, navigate] = useLocation();
  const columns: readonly DataColumn<ServiceEdgeSummary>[] = [
    ...ends.map(
      (end): DataColumn<ServiceEdgeSummary> => ({
        key: end,
        title: TITLES[end],
        width: 'minmax(140px,1fr)',
        isText: true,
        value: (edge) => edge[end],
        cell: (edge) => (
          <Link href={addressOfService(edge[end])} className="font-medium hover:underline">
            {edge[end] || 'unnamed'}
          </Link>
        ),
      }),
    ),
    {
      key: 'calls',
      title: 'Calls',
      width: '80px',
      value: ({ calls }) => calls,
      cell: ({ caller, callee, calls }) => (
        <button
          type="button"
          className="hover:underline"
          title={`${formatCount(calls)} calls. Show their traces`}
          onClick={() => openTraces({ query: callsBetween(caller, callee) }, navigate)}
        >
          {formatCompact(calls)}
        </button>
      ),
    },
    ...(minutes === null
      ? []
      : [
          {
            key: 'rate',
            title: 'Rate',
            width: '84px',
            value: ({ calls }: ServiceEdgeSummary) => calls,
            cell: ({ calls }: ServiceEdgeSummary) => rateText(calls / minutes),
          },
        ]),
    {
      key: 'errors',
      title: 'Errors',
      width: '72px',
      value: ({ calls, errors }) => errors / calls,
      cell: ({ calls, errors }) => (
        <span className={errors > 0 ? 'text-error' : 'text-secondary'} title={`${formatCount(errors)} with an error`}>
          {errors === 0 ? '0' : formatShare(errors, calls)}
        </span>
      ),
    },
    {
      key: 'mean',
      title: 'Mean',
      width: '80px',
      value: ({ meanDurationNs }) => meanDurationNs,
      cell: (edge) => <span title={ofTimed(edge)}>{formatDuration(edge.meanDurationNs)}</span>,
    },
    {
      key: 'p95',
      title: 'p95',
      width: '80px',
      value: ({ p95Ns }) => p95Ns,
      cell: (edge) => <span title={ofTimed(edge)}>{formatDuration(edge.p95Ns)}</span>,
    },
  ];
  return (
    <DataTable
      label={label}
      columns={columns}
      rows={edges}
      keyOf={({ caller, callee }) => JSON.stringify([caller, callee])}
      sorting={{ key: 'calls', descending: true }}
      minWidthPx={520}
      none={none}
      note={left > 0 && <span className="text-secondary">the most frequent pairs; {formatCount(left)} more</span>}
    />
  );
}

/** Which calls a duration is of, where it is not all. */
export function ofTimed({ calls, timedCalls }: ServiceEdgeSummary): string {
  if (timedCalls === null) return 'Unknown until Spoor has rebuilt its figures';
  return timedCalls === calls ? '' : `The duration of ${formatCount(calls - timedCalls)} calls is unknown`;
}
