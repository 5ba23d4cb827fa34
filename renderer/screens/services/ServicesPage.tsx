/** All services that sent spans: what each served, how that moved, and when it was last heard of. */
import { useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { OTHER } from '../../../core/api/other';
import { formatAgo, formatCompact, formatCount, formatDuration, formatShare, plural } from '../../../core/model/format';
import { answerFrom } from '../../connection/answer';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { ExtentPicker } from '../../features/extent/ExtentPicker';
import { beforeText, changeOf } from '../../features/red/change';
import { useKeys } from '../../hooks/use-keys';
import { useNow } from '../../hooks/use-now';
import { usePace } from '../../hooks/use-pace';
import { useQuestion } from '../../hooks/use-question';
import { openTraces } from '../../stores/open-traces';
import { isEverything } from '../../stores/time-range';
import { useExtent } from '../../stores/trace-list-store';
import { type DataColumn, DataTable } from '../../ui/DataTable';
import { Kbd } from '../../ui/Kbd';
import { PageHeader } from '../../ui/PageHeader';
import { QuestionNote } from '../../ui/QuestionNote';
import { SearchField } from '../../ui/SearchField';
import { Sparkline } from '../../ui/Sparkline';
import { serviceColor } from '../../ui/series';
import { boundsBeside } from './bounds';
import { addressOfService, MAP } from './service-address';
import { rateText, type ServiceRow, serviceRows } from './service-rows';

/** Most that an answer lists. */
const KNOWN = 1_000;

export function ServicesPage() {
  const version = useConnection(({ version }) => version);
  const extent = useExtent();
  const [, navigate] = useLocation();
  const now = useNow(10_000);
  const [wanted, setWanted] = useState('');
  const search = useRef<{ focus: () => void }>(null);
  useKeys({ '/': () => search.current?.focus(), m: () => navigate(MAP) });
  const [paceMs, shown] = usePace();
  const question = useQuestion({
    key: ['services', extent],
    ask: async () => {
      const bounds = boundsBeside(extent);
      const [red, before, known] = await Promise.all([
        api.redMetrics({ ...bounds.now, groupBy: 'service' }),
        bounds.before && api.redMetrics({ ...bounds.before, groupBy: 'service' }),
        api.listServices({ limit: KNOWN }),
      ]);
      return answerFrom({ rows: serviceRows(red, before, known.data), other: red.other }, true);
    },
    version,
    paceMs,
  });
  const { answer, isOld, failure } = question;
  const data = answer?.state === 'complete' ? answer.whole : null;
  shown(!data || data.rows.length === 0);
  const rows = data?.rows.filter(({ service }) => service.toLowerCase().includes(wanted.toLowerCase())) ?? [];
  const traces = (service: string, failed: boolean): void =>
    openTraces({ query: `service:${JSON.stringify(service)}${failed ? ' status:failed' : ''}` }, navigate);
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <h1 className="font-semibold">Services</h1>
        <Link href={MAP} className="flex items-center gap-1.5 text-accent hover:underline">
          Map <Kbd>m</Kbd>
        </Link>
        <span className="grow" />
        <SearchField
          ref={search}
          label="Find services"
          placeholder="Find a service"
          value={wanted}
          onChange={setWanted}
          className="w-[220px] min-w-[100px]"
        />
        <ExtentPicker />
      </PageHeader>
      {(failure !== null || !data) && (
        <QuestionNote question={question} what="the services" looking="Counting requests …" />
      )}
      {data?.rows.length === 0 && !isOld && (
        <p className="mx-auto max-w-[560px] px-6 pt-20 text-center text-secondary">
          {isEverything(extent) ? (
            <>
              No service has sent a span yet.{' '}
              <Link href="/connect" className="text-accent underline">
                Send traces
              </Link>{' '}
              has the configuration for each language.
            </>
          ) : (
            'No service sent a span in this time range with this filter. Choose a longer range or another filter.'
          )}
        </p>
      )}
      {data && data.rows.length > 0 && (
        <div aria-busy={isOld} className={`min-h-0 grow overflow-auto bg-panel ${isOld ? 'opacity-60' : ''}`}>
          <DataTable
            label="Services"
            heading={
              wanted === ''
                ? plural(rows.length, 'service')
                : `${formatCount(rows.length)} of ${plural(data.rows.length, 'service')}`
            }
            columns={columnsOf(now, beforeText(extent.range), extent.range.kind !== 'all', traces)}
            rows={rows}
            keyOf={({ service }) => service}
            sorting={{ key: 'requests', descending: true }}
            minWidthPx={extent.range.kind === 'all' ? 830 : 934}
            none="No service has this text in its name."
            note={
              data.other && (
                <span className="text-secondary">
                  and {OTHER} {formatCount(data.other.count)} with fewer requests, not listed
                </span>
              )
            }
          />
        </div>
      )}
    </div>
  );
}

function columnsOf(
  nowMs: number,
  since: string,
  hasBefore: boolean,
  traces: (service: string, failed: boolean) => void,
): readonly DataColumn<ServiceRow>[] {
  const change: DataColumn<ServiceRow> = {
    key: 'change',
    title: 'Change',
    width: '88px',
    value: ({ requests, requestsBefore }) =>
      requestsBefore === null || requestsBefore === 0 ? null : requests / requestsBefore - 1,
    cell: ({ requests, requestsBefore }) => (
      <span className="text-secondary" title={`Requests compared with ${since}: ${requestsBefore ?? 'unknown'}`}>
        {changeOf(requests, requestsBefore)?.text ?? '—'}
      </span>
    ),
  };
  return [
    {
      key: 'service',
      title: 'Service',
      width: 'minmax(150px,1fr)',
      isText: true,
      value: ({ service }) => service,
      cell: ({ service }) => (
        <Link href={addressOfService(service)} className="flex min-w-0 items-center gap-2 font-medium hover:underline">
          <span className="size-2 shrink-0 rounded-sm" style={{ background: serviceColor(service) }} aria-hidden />
          <span className="truncate">{service || 'unnamed'}</span>
        </Link>
      ),
    },
    {
      key: 'trend',
      title: 'Over time',
      width: 'minmax(64px,110px)',
      value: ({ requests }) => requests,
      cell: ({ service, steps }) => <Sparkline values={steps} label={`Requests to ${service} over time`} />,
    },
    {
      key: 'requests',
      title: 'Requests',
      width: '74px',
      value: ({ requests }) => requests,
      cell: ({ service, requests }) =>
        requests === 0 ? (
          <span title="None of its spans serves a request or starts a trace">—</span>
        ) : (
          <button
            type="button"
            className="hover:underline"
            title={`${formatCount(requests)} requests. Show their traces`}
            onClick={() => traces(service, false)}
          >
            {formatCompact(requests)}
          </button>
        ),
    },
    {
      key: 'rate',
      title: 'Rate',
      width: '72px',
      value: ({ perMinute }) => perMinute,
      cell: ({ perMinute, requests }) => (requests === 0 ? '—' : rateText(perMinute)),
    },
    ...(hasBefore ? [change] : []),
    {
      key: 'failed',
      title: 'Failed',
      width: '60px',
      value: ({ errorShare }) => errorShare,
      cell: ({ service, requests, errors }) =>
        requests === 0 ? (
          '—'
        ) : errors === 0 ? (
          <span className="text-secondary">0</span>
        ) : (
          <button
            type="button"
            className="text-error hover:underline"
            title={`${formatCount(errors)} failed. Show the traces in which a request to ${service} failed`}
            onClick={() => traces(service, true)}
          >
            {formatShare(errors, requests)}
          </button>
        ),
    },
    duration('p50', ({ p50Ns }) => p50Ns),
    duration('p95', ({ p95Ns }) => p95Ns),
    duration('p99', ({ p99Ns }) => p99Ns),
    {
      key: 'seen',
      title: 'Last seen',
      width: '80px',
      value: ({ lastSeen }) => lastSeen,
      cell: ({ lastSeen }) => (lastSeen === null ? '—' : formatAgo(Date.parse(lastSeen), nowMs)),
    },
  ];
}

function duration(title: string, value: (row: ServiceRow) => number | null): DataColumn<ServiceRow> {
  return { key: title, title, width: '64px', value, cell: (row) => formatDuration(value(row)) };
}
