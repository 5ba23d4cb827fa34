import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Heatmap, Histogram } from '../../../core/api/contract';
import { formatCount, plural } from '../../../core/model/format';
import { durationText, withDuration } from '../../../core/query/facets';
import { comparing } from '../../../core/query/span-metrics';
import { type Answer, answerFrom, atLeast, foundIn } from '../../connection/answer';
import { questions } from '../../connection/connection';
import { useQuestion } from '../../hooks/use-question';
import { addressOf, useCompare } from '../../stores/compare-store';
import { CHARTS, chartIn } from '../../stores/explore-address';
import { type ListedTrace, newestTraces } from '../../stores/newest-traces';
import { inExtent } from '../../stores/time-range';
import { askedOf, type useTraceList } from '../../stores/trace-list-store';
import { openFromList } from '../../stores/trace-view-store';
import { Button } from '../../ui/Button';
import { GroupBy } from './GroupBy';
import { TracesHeatmap } from './TracesHeatmap';
import { TracesHistogram } from './TracesHistogram';
import { TracesScatter } from './TracesScatter';

const BUCKETS = 90;
/** It reads every trace that matches: under load the list follows each commit, the histogram does not. */
const PACE_MS = 2_000;
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
  const question = useQuestion({
    key: ['overview', chart, query, range, deployment],
    ask: (waitMs, signal) => chartData(list, waitMs, signal),
    version,
    paceMs: PACE_MS,
  });
  const { answer, isOld, failure, askAgain } = question;
  const data = answer && foundIn(answer);
  const [compares, setCompares] = useState(false);
  const [, navigate] = useLocation();
  const open = (trace: ListedTrace): void => {
    openFromList(trace.traceId, trace.matchedSpans < trace.spanCount ? list.traceql : null);
    navigate(addressOf(trace.traceId, useCompare.getState().chosen));
  };
  return (
    <section
      aria-label="Traces over time"
      aria-busy={isOld || answer === null}
      className={`shrink-0 border-b border-line bg-panel px-3.5 pt-2 ${chart === 'histogram' ? 'h-[104px]' : 'h-[160px]'}`}
    >
      <div className="flex h-[22px] items-center gap-3 text-secondary">
        <GroupBy groupBy={groupBy} onChange={setGroupBy} />
        <span className="grow" />
        {failure !== null && list.phase !== 'failed' ? (
          <span role="alert" className="flex min-w-0 items-center gap-2 text-error">
            <span className="truncate" title={failure}>
              Not counted: {failure}
            </span>
            <Button look="ghost" className="h-[22px] text-sm" onClick={askAgain}>
              Try again
            </Button>
          </span>
        ) : (
          <span className="truncate">
            {failure !== null ? 'Not counted' : answer === null || isOld ? 'Counting …' : totalText(answer)}
          </span>
        )}
        {chart === 'heatmap' && (
          <Button
            look="ghost"
            className={`h-[22px] text-sm ${compares ? 'bg-accent-ground text-accent' : ''}`}
            aria-pressed={compares}
            title="A drag over the heatmap shows what sets that area apart from the rest, instead of searching for it"
            onClick={() => setCompares(!compares)}
          >
            Compare an area
          </Button>
        )}
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
      {/* An area of the previous question's chart says nothing about this one. */}
      <div className={isOld ? 'pointer-events-none opacity-50' : ''}>
        {data?.chart === 'heatmap' && data.cells.length > 0 && (
          <TracesHeatmap
            heatmap={data}
            buckets={BUCKETS}
            onSelect={(selected, fromNs, toNs) => {
              if (compares) {
                const compared = comparing(askedOf(list), durationText(data.of, fromNs, toNs), selected);
                if (compared !== null) onQuery(compared);
                return;
              }
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

async function chartData(list: OverviewProps['list'], waitMs: number, signal: AbortSignal): Promise<Answer<ChartData>> {
  const { chart, query } = list;
  if (chart === 'scatter') {
    const answer = await newestTraces(query, list, POINTS, waitMs, signal);
    return answerFrom({ chart, traces: foundIn(answer) }, answer.state === 'complete');
  }
  const asked = { query, ...inExtent(list), buckets: BUCKETS, waitMs };
  if (chart === 'heatmap') {
    const answer = await questions.heatmap(asked, signal);
    return answerFrom({ chart, ...foundIn(answer) }, answer.state === 'complete');
  }
  const answer = await questions.histogram(asked, signal);
  return answerFrom({ chart, ...foundIn(answer) }, answer.state === 'complete');
}

function totalText(answer: Answer<ChartData>): string {
  const data = foundIn(answer);
  if (data.chart === 'scatter') {
    const { length } = data.traces;
    const shown =
      length < POINTS ? `${atLeast(answer)}${plural(length, 'trace')}` : `the newest ${formatCount(length)} traces`;
    return shown + unknownText(data.traces.filter(({ durationNs }) => durationNs === null).length);
  }
  const isHeatmap = data.chart === 'heatmap';
  const counts = isHeatmap ? data.cells.map(({ count }) => count) : data.counts;
  const errors = isHeatmap ? data.cells.map((cell) => cell.errors) : data.errors;
  const total = plural(sum(counts), data.of === 'traces' ? 'trace' : 'span');
  const failed = `${atLeast(answer)}${formatCount(sum(errors))} ${data.of === 'traces' ? 'failed' : 'with errors'}`;
  return `${atLeast(answer)}${total} · ${failed}${isHeatmap ? unknownText(data.ofUnknownDuration) : ''}`;
}

/** How many a chart of durations has no place for. */
function unknownText(count: number): string {
  return count === 0 ? '' : ` · ${formatCount(count)} of unknown duration not shown`;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}
