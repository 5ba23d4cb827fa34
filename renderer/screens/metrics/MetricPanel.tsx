/** A metric over time: what is asked, the chart, and what must be said beside it. */
import { X } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { MetricSeriesAnswer } from '../../../core/api/metrics';
import { formatCount } from '../../../core/model/format';
import { answerFrom } from '../../connection/answer';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { AddToDashboard } from '../../features/dashboards/AddToDashboard';
import { chartDataOf } from '../../features/metric-chart/answer-data';
import { CoverageNote } from '../../features/metric-chart/CoverageNote';
import { kindText } from '../../features/metric-chart/kind-text';
import { PanelChart } from '../../features/metric-chart/PanelChart';
import { ChartActions } from '../../features/series-chart/ChartActions';
import { csvOf } from '../../features/series-chart/chart-data';
import { SeriesTable } from '../../features/series-chart/SeriesTable';
import { useQuestion } from '../../hooks/use-question';
import type { Panel } from '../../stores/metrics-address';
import { boundsOf, type TimeRange } from '../../stores/time-range';
import { Button } from '../../ui/Button';
import { QuestionNote } from '../../ui/QuestionNote';
import { PanelControls } from './PanelControls';

const PACE_MS = 10_000;

interface MetricPanelProps {
  readonly panel: Panel;
  readonly range: TimeRange;
  readonly onChange: (panel: Panel) => void;
  readonly onClose: () => void;
  readonly onZoom: (fromMs: number, toMs: number) => void;
}

export function MetricPanel({ panel, range, onChange, onClose, onZoom }: MetricPanelProps) {
  const version = useConnection(({ version }) => version);
  const [, navigate] = useLocation();
  const [asTable, setAsTable] = useState(false);
  const chart = useRef<HTMLDivElement>(null);
  const { metricId, aggregate, groupBy, filter } = panel;
  const question = useQuestion({
    key: ['metric series', panel, range],
    ask: async () => {
      const query = { ...boundsOf(range), aggregate: aggregate ?? undefined, groupBy: groupBy.join(','), filter };
      return answerFrom(await api.metricSeries(metricId, query), true);
    },
    version,
    paceMs: PACE_MS,
  });
  const current = question.answer?.state === 'complete' ? question.answer.whole : null;
  // What was asked before keeps its controls, where this cannot be answered.
  const shown = useRef<MetricSeriesAnswer | null>(null);
  if (current) shown.current = current;
  const answer = shown.current;
  const data = useMemo(() => answer && chartDataOf(answer), [answer]);
  const isOld = question.isOld || current === null;
  return (
    <section className="border-b border-line px-3.5 py-3" aria-label={answer?.metric.name ?? 'Metric'}>
      <header className="flex items-start gap-3 pb-2">
        <div className="min-w-0 grow">
          <h2 className="truncate font-semibold" dir="auto">
            {answer?.metric.name ?? ' '}
          </h2>
          {answer && (
            <p className="truncate text-sm text-secondary" dir="auto">
              {kindText(answer.metric)}
              {answer.metric.unit !== '' && <span className="font-mono"> {answer.metric.unit}</span>}
              {answer.metric.description !== '' && ` · ${answer.metric.description}`}
              {` · ${formatCount(answer.coverage.series)} series`}
            </p>
          )}
        </div>
        {answer && (
          <AddToDashboard
            panel={{
              kind: 'metric',
              title: '',
              width: 'half',
              metric: answer.metric.name,
              aggregate,
              groupBy: [...groupBy],
              filter,
            }}
          />
        )}
        {data && data.series.length > 0 && (
          <ChartActions
            title={answer?.metric.name ?? 'metric'}
            asTable={asTable}
            onTable={setAsTable}
            csv={() => csvOf(data)}
            chart={chart}
          />
        )}
        <Button look="ghost" aria-label={`Close ${answer?.metric.name ?? 'this metric'}`} onClick={onClose}>
          <X size={14} aria-hidden />
        </Button>
      </header>
      {answer && <PanelControls panel={panel} answer={answer} onChange={onChange} />}
      {(question.failure !== null || answer === null) && (
        <QuestionNote question={question} what="the values" looking="Reading the values …" />
      )}
      {answer && data && question.failure === null && (
        <div aria-busy={isOld} className={`pt-3 ${isOld ? 'opacity-60' : ''}`}>
          {answer.groups.length === 0 && answer.heatmap === null ? (
            <p className="py-10 text-center text-secondary">
              {answer.coverage.series === 0
                ? 'No series matches the filter.'
                : 'There are no values in this time range.'}
            </p>
          ) : (
            <div ref={chart}>
              <PanelChart
                answer={answer}
                data={data}
                onZoom={onZoom}
                onDot={({ traceId, spanId }) => navigate(`/trace/${traceId}${spanId === '' ? '' : `/${spanId}`}`)}
              />
            </div>
          )}
          <CoverageNote answer={answer} />
          {asTable && data.series.length > 0 && <SeriesTable data={data} label={answer.metric.name} />}
        </div>
      )}
    </section>
  );
}
