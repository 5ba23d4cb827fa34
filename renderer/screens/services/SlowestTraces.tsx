import { Link } from 'wouter';
import { formatAgo, formatDuration } from '../../../core/model/format';
import { foundIn } from '../../connection/answer';
import { questions } from '../../connection/connection';
import { useNow } from '../../hooks/use-now';
import { useQuestion } from '../../hooks/use-question';
import type { ListedTrace } from '../../stores/newest-traces';
import { inExtent } from '../../stores/time-range';
import { timeText } from '../../ui/clock-time';
import { type DataColumn, DataTable } from '../../ui/DataTable';
import { QuestionNote } from '../../ui/QuestionNote';
import type { PartProps } from './ServiceErrors';

const SHOWN = 10;
const PACE_MS = 30_000;

/** The traces through a service that took longest, as wholes. */
export function SlowestTraces({ service, extent, version }: PartProps) {
  const nowMs = useNow(10_000);
  const query = `service:${JSON.stringify(service)}`;
  const question = useQuestion({
    key: ['slowest', service, extent],
    ask: (waitMs, signal) =>
      questions.listTraces({ query, sort: '-durationNs', ...inExtent(extent), limit: SHOWN, waitMs }, signal),
    version,
    paceMs: PACE_MS,
  });
  const { answer, isOld } = question;
  const columns: readonly DataColumn<ListedTrace>[] = [
    {
      key: 'trace',
      title: 'Trace',
      width: 'minmax(160px,1fr)',
      isText: true,
      value: ({ rootName }) => rootName,
      cell: ({ traceId, rootName }) => (
        <Link href={`/trace/${traceId}`} className="font-medium hover:underline">
          {rootName || 'unnamed'}
        </Link>
      ),
    },
    { key: 'root', title: 'Begun by', width: '130px', isText: true, value: ({ rootService }) => rootService },
    {
      key: 'duration',
      title: 'Duration',
      width: '80px',
      value: ({ durationNs }) => durationNs,
      cell: ({ durationNs }) => formatDuration(durationNs),
    },
    {
      key: 'started',
      title: 'Started',
      width: '100px',
      value: ({ startTime }) => startTime,
      cell: ({ startTime }) => <span title={timeText(startTime)}>{formatAgo(Date.parse(startTime), nowMs)}</span>,
    },
  ];
  return (
    <div className={`relative ${isOld ? 'opacity-60' : ''}`}>
      {answer && (
        <DataTable
          label="Slowest traces"
          columns={columns}
          rows={foundIn(answer).data}
          keyOf={({ traceId }) => traceId}
          sorting={{ key: 'duration', descending: true }}
          minWidthPx={520}
          none={answer.state === 'complete' ? 'No traces in this time range.' : 'None found so far.'}
        />
      )}
      <QuestionNote isInside question={question} what="the traces" looking="Searching for the slowest traces …" />
    </div>
  );
}
