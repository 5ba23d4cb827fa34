import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import type { Heatmap, Histogram } from '../../../core/api/contract';
import { formatCount, plural } from '../../../core/model/format';
import { withDuration } from '../../../core/query/facets';
import { api } from '../../connection/connection';
import { usePatience } from '../../hooks/use-patience';
import { useRefetchOn } from '../../hooks/use-refetch-on';
import { useThrottled } from '../../hooks/use-throttled';
import { addressOf, useCompare } from '../../stores/compare-store';
import { CHARTS, chartIn } from '../../stores/explore-address';
import { inExtent } from '../../stores/time-range';
import { type ListedTrace, newestTraces, type useTraceList } from '../../stores/trace-list-store';
import { openFromList } from '../../stores/trace-view-store';
import { GroupBy } from './GroupBy';
import { TracesHeatmap } from './TracesHeatmap';
import { TracesHistogram } from './TracesHistogram';
import { TracesScatter } from './TracesScatter';

const BUCKETS = 90;
/** It reads every trace that matches: under load the list follows each commit, the histogram does not. */
const PACE_MS = 2_000;
const SLOW_PACE_MS = 20_000;
/** Points that can still be told apart. */
const POINTS = 500;
const TITLES = { histogram: 'Histogram', heatmap: 'Heatmap', scatter: 'Scatter' } as const;

interface OverviewProps {
  readonly list: ReturnType<typeof useTraceList.getState>;
  readonly version: number;
  readonly onQuery: (query: string) => void;
}

/** What matches over time: how many, or how long they took. */
export function Overview({ list, version, onQuery }: OverviewProps) {
  const { query, range, deployment, setRange, groupBy, setGroupBy, chart, setChart } = list;
  const patience = usePatience<ChartData>(JSON.stringify([chart, query, range, deployment]));
  const { data, refetch, isPlaceholderData } = useQuery({
    queryKey: ['overview', chart, query, range, deployment],
    queryFn: ({ signal }) => patience.ask((waitMs) => chartData(list, waitMs, signal)),
    refetchInterval: patience.refetchInterval,
    placeholderData: keepPreviousData,
    enabled: version > 0,
    // What was counted before the screen was left is old.
    refetchOnMount: 'always',
    retry: false,
  });
  // What cannot be counted in its time is not counted again at once.
  const paceMs = data && 'complete' in data && !data.complete ? SLOW_PACE_MS : PACE_MS;
  useRefetchOn(useThrottled(version, paceMs), refetch);
  const [, navigate] = useLocation();
  const open = (trace: ListedTrace): void => {
    openFromList(trace.traceId, trace.matchedSpans < trace.spanCount ? list.traceql : null);
    navigate(addressOf(trace.traceId, useCompare.getState().chosen));
  };
  return (
    <section
      aria-label="Traces over time"
      aria-busy={isPlaceholderData}
      className={`shrink-0 border-b border-line bg-panel px-3.5 pt-2 ${chart === 'histogram' ? 'h-[104px]' : 'h-[160px]'}`}
    >
      <div className="flex h-[22px] items-center gap-3 text-secondary">
        <GroupBy groupBy={groupBy} onChange={setGroupBy} />
        <span className="grow" />
        {data && <span className="truncate">{totalText(data)}</span>}
        <label>
          <span className="sr-only">Chart</span>
          <select
            value={chart}
            onChange={(event) => setChart(chartIn(event.target.value))}
            className="h-[22px] rounded border border-line-strong bg-panel px-1 text-text"
          >
            {CHARTS.map((one) => (
              <option key={one} value={one}>
                {TITLES[one]}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div className={isPlaceholderData ? 'opacity-50' : ''}>
        {data?.chart === 'heatmap' && data.cells.length > 0 && (
          <TracesHeatmap
            heatmap={data}
            buckets={BUCKETS}
            onSelect={(selected, fromNs, toNs) => {
              setRange(selected);
              onQuery(withDuration(query, data.of, fromNs, toNs));
            }}
          />
        )}
        {data?.chart === 'scatter' && data.traces.length > 0 && <TracesScatter traces={data.traces} onOpen={open} />}
        {data?.chart === 'histogram' && data.counts.some((count) => count > 0) && (
          <TracesHistogram histogram={data} onSelect={setRange} />
        )}
      </div>
    </section>
  );
}

type ChartData =
  | ({ readonly chart: 'histogram' } & Histogram)
  | ({ readonly chart: 'heatmap' } & Heatmap)
  | { readonly chart: 'scatter'; readonly traces: readonly ListedTrace[] };

async function chartData(list: OverviewProps['list'], waitMs: number, signal: AbortSignal): Promise<ChartData> {
  const { chart, query } = list;
  if (chart === 'scatter') return { chart, traces: await newestTraces(query, list, POINTS) };
  const asked = { query, ...inExtent(list), buckets: BUCKETS, waitMs };
  return chart === 'heatmap'
    ? { chart, ...(await api.heatmap(asked, signal)) }
    : { chart, ...(await api.histogram(asked, signal)) };
}

function totalText(data: ChartData): string {
  if (data.chart === 'scatter') {
    const { length } = data.traces;
    return length < POINTS ? plural(length, 'trace') : `the newest ${formatCount(length)} traces`;
  }
  const isHeatmap = data.chart === 'heatmap';
  const counts = isHeatmap ? data.cells.map(({ count }) => count) : data.counts;
  const errors = isHeatmap ? data.cells.map((cell) => cell.errors) : data.errors;
  const total = plural(sum(counts), data.of === 'traces' ? 'trace' : 'span');
  return `${data.complete ? '' : 'at least '}${total} · ${formatCount(sum(errors))} with errors`;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}
