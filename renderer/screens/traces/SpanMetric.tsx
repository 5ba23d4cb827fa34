/** What a TraceQL metric gives, in place of the list: a chart of its series, each of which leads to its traces, or what sets spans apart. */
import { useMemo, useRef, useState } from 'react';
import type { MetricResult } from '../../../core/api/search';
import { differencesIn } from '../../../core/query/differences';
import { withCondition } from '../../../core/query/facets';
import type { TraceqlQuery } from '../../../core/query/traceql/ast';
import { printTraceql } from '../../../core/query/traceql/print';
import { type Answer, foundIn } from '../../connection/answer';
import { metricOf } from '../../connection/connection';
import { AddToDashboard } from '../../features/dashboards/AddToDashboard';
import { ChartActions } from '../../features/series-chart/ChartActions';
import { csvOf } from '../../features/series-chart/chart-data';
import { SeriesTable } from '../../features/series-chart/SeriesTable';
import { chartText, PARTIAL_COUNTS, partialText } from '../../features/span-metric/chart-text';
import { MetricChart } from '../../features/span-metric/MetricChart';
import { metricChartsOf, titleOf } from '../../features/span-metric/metric-charts';
import { wholeSteps } from '../../features/span-metric/whole-steps';
import { useQuestion } from '../../hooks/use-question';
import type { Extent, TimeRange } from '../../stores/time-range';
import { QuestionNote } from '../../ui/QuestionNote';
import { DifferenceList } from './DifferenceList';

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
        partial={isDifference ? PARTLY_COMPARED : answer ? partialText(foundIn(answer)) : PARTIAL_COUNTS}
      />
    </section>
  );
}

const PARTLY_COMPARED =
  'Only the newest spans are compared so far. Counts and shares cover only these. Choose a shorter time range for a quicker answer.';

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
  const chart = useRef<HTMLDivElement>(null);
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
          <p className="text-sm text-secondary">{chartText(charts)}</p>
        </div>
        <AddToDashboard panel={{ kind: 'spans', title: '', width: 'half', query: printTraceql(metric) }} />
        {!isEmpty && (
          <ChartActions
            title={title}
            csvName="traceql-metric"
            asTable={asTable}
            onTable={setAsTable}
            csv={() => csvOf(all)}
            chart={chart}
          />
        )}
      </header>
      {isEmpty ? (
        <p className="py-10 text-center text-secondary">
          {answer.state === 'partial' ? 'No span matches so far.' : 'No span matches in this time range.'}
        </p>
      ) : (
        <div ref={chart} className="flex flex-col gap-3">
          <MetricChart
            charts={charts}
            title={title}
            onZoom={(fromMs, toMs) =>
              onRange({ kind: 'between', fromMs: Math.floor(fromMs), toMs: Math.max(Math.ceil(toMs), fromMs + 1) })
            }
            onOpen={onQuery}
          />
        </div>
      )}
      {asTable && !isEmpty && <SeriesTable data={drawn} label={title} />}
    </div>
  );
}
