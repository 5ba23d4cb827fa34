/** The charts' figures as a table; a time leads to its traces. */
import type { RedMetrics } from '../../../core/api/service-metrics';
import { formatCount, formatDuration } from '../../../core/model/format';
import { untilNow } from '../../features/red/Requests';
import { timeText } from '../../ui/clock-time';
import { type DataColumn, DataTable } from '../../ui/DataTable';

type Step = RedMetrics['total'] & { readonly atMs: number };

interface StepTableProps {
  readonly red: RedMetrics;
  readonly onOpen: (fromMs: number, toMs: number) => void;
}

export function StepTable({ red: { from, stepSeconds, total }, onOpen }: StepTableProps) {
  const stepMs = stepSeconds * 1_000;
  const fromMs = Date.parse(from);
  const steps = untilNow(total.steps, fromMs, stepMs);
  const rows = steps.map((step, i) => ({ ...step, steps: [], atMs: fromMs + i * stepMs }));
  const columns: readonly DataColumn<Step>[] = [
    {
      key: 'time',
      title: 'From',
      width: 'minmax(200px,1fr)',
      isText: true,
      value: ({ atMs }) => new Date(atMs).toISOString(),
      cell: ({ atMs }) => (
        <button type="button" className="hover:underline" onClick={() => onOpen(atMs, atMs + stepMs)}>
          {timeText(atMs)}
        </button>
      ),
    },
    {
      key: 'requests',
      title: 'Requests',
      width: '90px',
      value: ({ spans }) => spans,
      cell: (s) => formatCount(s.spans),
    },
    {
      key: 'failed',
      title: 'Failed',
      width: '90px',
      value: ({ errors }) => errors,
      cell: (s) => formatCount(s.errors),
    },
    { key: 'p50', title: 'p50', width: '90px', value: ({ p50Ns }) => p50Ns, cell: (s) => formatDuration(s.p50Ns) },
    { key: 'p95', title: 'p95', width: '90px', value: ({ p95Ns }) => p95Ns, cell: (s) => formatDuration(s.p95Ns) },
    { key: 'p99', title: 'p99', width: '90px', value: ({ p99Ns }) => p99Ns, cell: (s) => formatDuration(s.p99Ns) },
  ];
  return (
    <details className="border-b border-line">
      <summary className="px-3.5 py-2 text-secondary">The charts as a table</summary>
      <DataTable
        label="Requests and durations over time"
        columns={columns}
        rows={rows}
        keyOf={({ atMs }) => String(atMs)}
        sorting={{ key: 'time', descending: false }}
        minWidthPx={720}
        none="No step."
      />
    </details>
  );
}
