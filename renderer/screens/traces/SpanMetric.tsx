/** What a TraceQL metric gives, in place of the list: a chart of its series, each of which leads to its traces, or what sets spans apart. */
import { Download, Table2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { MetricResult } from '../../../core/api/search';
import { formatCount, formatDuration, plural } from '../../../core/model/format';
import { differencesIn } from '../../../core/query/differences';
import { withCondition } from '../../../core/query/facets';
import type { TraceqlQuery } from '../../../core/query/traceql/ast';
import { printTraceql } from '../../../core/query/traceql/print';
import { type Answer, foundIn } from '../../connection/answer';
import { metricOf } from '../../connection/connection';
import { csvOf } from '../../features/series-chart/chart-data';
import { SeriesTable } from '../../features/series-chart/SeriesTable';
import { useQuestion } from '../../hooks/use-question';
import { boundsOf, type Extent, type TimeRange } from '../../stores/time-range';
import { Button } from '../../ui/Button';
import { QuestionNote } from '../../ui/QuestionNote';
import { saveCsv } from '../../ui/save-csv';
import { DifferenceList } from './DifferenceList';
import { MetricChart } from './MetricChart';
import { type MetricCharts, MOST_GROUPS, MOST_HEATMAPS, MOST_LINES, metricChartsOf, titleOf } from './metric-charts';

/** Every span that matches is looked at again. */
const PACE_MS = 10_000;

interface SpanMetricProps {
  readonly query: string;
  /** The same, read. */
  readonly metric: TraceqlQuery;
  readonly extent: Extent;
  readonly version: number;
  readonly onRange: (range: TimeRange) => void;
  readonly onQuery: (query: string) => void;
}

export function SpanMetric({ query, metric, extent, version, onRange, onQuery }: SpanMetricProps) {
  const question = useQuestion({
    key: ['span metric', query, extent],
    ask: (waitMs, signal) => metricOf({ query, ...wholeSteps(extent), waitMs }, signal),
    version,
    paceMs: PACE_MS,
  });
  const { answer, isOld, failure } = question;
  const isDifference = metric.metrics?.kind === 'compare';
  return (
    <section
      aria-label={titleOf(metric)}
      aria-busy={answer === null || isOld}
      className="min-h-0 min-w-0 grow overflow-y-auto bg-panel"
    >
      {answer && failure === null && (
        <div className={isOld ? 'opacity-60' : ''}>
          {isDifference ? (
            <DifferenceList
              differences={differencesIn(foundIn(answer).series)}
              sides={['Selected', 'Others']}
              onAdd={(field, value) => onQuery(withCondition(searchOf(metric), field, value))}
            />
          ) : (
            // What is hidden and whether there is a table belong to one query.
            <Charts key={query} metric={metric} answer={answer} onRange={onRange} onQuery={onQuery} />
          )}
        </div>
      )}
      <QuestionNote
        question={question}
        what="the spans"
        looking="Counting …"
        partial={isDifference ? PARTLY_COMPARED : answer ? partialText(answer) : PARTIAL}
      />
    </section>
  );
}

const PARTIAL =
  'Only the newest spans are counted so far: every count is at least this, and steps further back are missing. A shorter time range is quicker.';

const PARTLY_COMPARED =
  'Only the newest spans are compared so far: counts and shares are of these. A shorter time range is quicker.';

function partialText(answer: Answer<MetricResult>): string {
  // More groups stay out however long one waits.
  if (foundIn(answer).series.length < MOST_GROUPS) return PARTIAL;
  return `At most ${formatCount(MOST_GROUPS)} groups are counted, and there are more: what is not among them is left out.`;
}

/** Steps up to now: one that has only begun would look like a fall. */
function wholeSteps({ range, deployment }: Extent) {
  const bounds = boundsOf(range);
  if (range.kind !== 'last' || bounds.from === undefined) return { ...bounds, ...deployment };
  const to = new Date(Date.parse(bounds.from) + range.minutes * 60_000).toISOString();
  return { from: bounds.from, to, ...deployment };
}

/** The spans that are measured, as a search. */
function searchOf(metric: TraceqlQuery): string {
  return printTraceql({ ...metric, metrics: null, series: [], hints: [] });
}

interface ChartsProps {
  readonly metric: TraceqlQuery;
  readonly answer: Answer<MetricResult>;
  readonly onRange: (range: TimeRange) => void;
  readonly onQuery: (query: string) => void;
}

function Charts({ metric, answer, onRange, onQuery }: ChartsProps) {
  const [asTable, setAsTable] = useState(false);
  const charts = useMemo(() => metricChartsOf(metric, foundIn(answer), answer.state === 'complete'), [metric, answer]);
  const { all, drawn } = charts;
  const title = titleOf(metric);
  const isEmpty = all.series.length === 0;
  return (
    <div className="flex flex-col gap-3 px-3.5 py-3">
      <header className="flex min-h-[26px] items-start gap-3">
        <div className="min-w-0 grow">
          <h2 className="truncate font-mono font-semibold" dir="auto" title={title}>
            {title}
          </h2>
          <p className="text-sm text-secondary">
            {isEmpty ? '' : `${countText(charts)}, `}
            {plural(all.steps, 'step')} of {formatDuration(all.stepMs * 1e6)}
            {all.unit === '' ? '' : ` · ${unitText(all.unit)}`}
          </p>
        </div>
        {!isEmpty && (
          <>
            <Button look="ghost" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
              <Table2 size={13} aria-hidden /> Table
            </Button>
            <Button look="ghost" title="Save every series" onClick={() => saveCsv('traceql-metric', csvOf(all))}>
              <Download size={13} aria-hidden /> CSV
            </Button>
          </>
        )}
      </header>
      {isEmpty ? (
        <p className="py-10 text-center text-secondary">
          {answer.state === 'partial' ? 'No span matches so far.' : 'No span matches in this time range.'}
        </p>
      ) : (
        <MetricChart
          charts={charts}
          title={title}
          onZoom={(fromMs, toMs) =>
            onRange({ kind: 'between', fromMs: Math.floor(fromMs), toMs: Math.max(Math.ceil(toMs), fromMs + 1) })
          }
          onOpen={onQuery}
        />
      )}
      {asTable && !isEmpty && <SeriesTable data={drawn} label={title} />}
    </div>
  );
}

function countText({ count, heatmaps }: MetricCharts): string {
  const most = heatmaps ? MOST_HEATMAPS : MOST_LINES;
  const all = heatmaps ? plural(count, 'heatmap') : `${formatCount(count)} series`;
  return count > most ? `the largest ${most} of ${all}, all of them in the CSV` : all;
}

function unitText(unit: string): string {
  return unit === 'ns' ? 'durations' : unit === '{span}/s' ? 'spans per second' : 'spans';
}
