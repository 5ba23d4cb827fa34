/** A panel of numbers of spans. */
import { useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { SpansPanel } from '../../../core/api/dashboard';
import type { MetricResult } from '../../../core/api/search';
import { filteredSpans } from '../../../core/dashboards/shared-filter';
import { spanMetricIn } from '../../../core/query/span-metrics';
import type { TraceqlQuery } from '../../../core/query/traceql/ast';
import { type Answer, foundIn } from '../../connection/answer';
import { metricOf } from '../../connection/connection';
import { ChartActions } from '../../features/series-chart/ChartActions';
import { csvOf } from '../../features/series-chart/chart-data';
import { SeriesTable } from '../../features/series-chart/SeriesTable';
import { chartText, PARTIAL_COUNTS, partialText } from '../../features/span-metric/chart-text';
import { MetricChart } from '../../features/span-metric/MetricChart';
import { metricChartsOf } from '../../features/span-metric/metric-charts';
import { wholeSteps } from '../../features/span-metric/whole-steps';
import { useQuestion } from '../../hooks/use-question';
import { openTraces } from '../../stores/open-traces';
import { Button } from '../../ui/Button';
import { QuestionNote } from '../../ui/QuestionNote';
import { type Asking, between, PACE_MS } from './panel-asking';
import { panelTitle } from './panel-text';

interface SpansBodyProps extends Asking {
  readonly panel: SpansPanel;
}

export function SpansBody({ panel, filter, extent, version, onRange }: SpansBodyProps) {
  const query = filteredSpans(panel.query, filter);
  const metric = useMemo(() => spanMetricIn(query), [query]);
  const question = useQuestion({
    key: ['span metric', query, extent],
    ask: (waitMs, signal) => metricOf({ query, ...wholeSteps(extent), waitMs }, signal),
    version,
    paceMs: PACE_MS,
  });
  const { answer, isOld, failure } = question;
  return (
    <div aria-busy={answer === null || isOld}>
      {answer && metric && failure === null && (
        <div className={isOld ? 'opacity-60' : ''}>
          <Charts
            key={query}
            query={query}
            metric={metric}
            title={panelTitle(panel)}
            answer={answer}
            onRange={onRange}
          />
        </div>
      )}
      <QuestionNote
        isInside
        question={question}
        what="the spans"
        looking="Counting …"
        partial={answer ? partialText(foundIn(answer)) : PARTIAL_COUNTS}
      />
    </div>
  );
}

interface ChartsProps {
  readonly query: string;
  readonly metric: TraceqlQuery;
  readonly title: string;
  readonly answer: Answer<MetricResult>;
  readonly onRange: Asking['onRange'];
}

function Charts({ query, metric, title, answer, onRange }: ChartsProps) {
  const [asTable, setAsTable] = useState(false);
  const chart = useRef<HTMLDivElement>(null);
  const [, navigate] = useLocation();
  const charts = useMemo(() => metricChartsOf(metric, foundIn(answer), answer.state === 'complete'), [metric, answer]);
  if (charts.all.series.length === 0) {
    return (
      <p className="px-3 py-10 text-center text-secondary">
        {answer.state === 'partial' ? 'No span matches so far.' : 'No span matches in this time range.'}
      </p>
    );
  }
  return (
    <div className="flex flex-col gap-2 px-3 pb-2">
      <div ref={chart} className="flex flex-col gap-2">
        <MetricChart
          charts={charts}
          title={title}
          onZoom={(fromMs, toMs) => onRange(between(fromMs, toMs))}
          onOpen={(search) => openTraces({ query: search }, navigate)}
        />
      </div>
      <footer className="flex items-center gap-x-1">
        <span className="min-w-0 grow truncate pr-2 text-sm text-secondary">
          {answer.state === 'partial' && 'so far '}
          {chartText(charts)}
        </span>
        <Button look="ghost" className="px-1.5" title="Open in Traces" onClick={() => openTraces({ query }, navigate)}>
          Open
        </Button>
        <ChartActions
          title={title}
          asTable={asTable}
          onTable={setAsTable}
          csv={() => csvOf(charts.all)}
          chart={chart}
        />
      </footer>
      {asTable && <SeriesTable data={charts.drawn} label={title} />}
    </div>
  );
}
