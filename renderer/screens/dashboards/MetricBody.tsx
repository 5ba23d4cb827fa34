/** A panel of a metric, which is found by its name. */
import { useIsFetching } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { MetricPanel } from '../../../core/api/dashboard';
import type { MetricSeriesAnswer } from '../../../core/api/metrics';
import { filteredSeries } from '../../../core/dashboards/shared-filter';
import { formatCount, plural } from '../../../core/model/format';
import { answerFrom, foundIn } from '../../connection/answer';
import { api } from '../../connection/connection';
import { chartDataOf } from '../../features/metric-chart/answer-data';
import { CoverageNote } from '../../features/metric-chart/CoverageNote';
import { PanelChart } from '../../features/metric-chart/PanelChart';
import { ChartActions } from '../../features/series-chart/ChartActions';
import { csvOf } from '../../features/series-chart/chart-data';
import { SeriesTable } from '../../features/series-chart/SeriesTable';
import { useQuestion } from '../../hooks/use-question';
import { addressOf } from '../../stores/metrics-address';
import { boundsOf } from '../../stores/time-range';
import { Button } from '../../ui/Button';
import { QuestionNote } from '../../ui/QuestionNote';
import { type Asking, between, PACE_MS } from './panel-asking';
import { panelTitle } from './panel-text';

interface MetricBodyProps extends Asking {
  readonly panel: MetricPanel;
}

interface Found {
  /** Null: no metric has the name. */
  readonly series: MetricSeriesAnswer | null;
  /** Metrics of that name, which differ in their kind or unit; where not all were looked through, there may be more. */
  readonly named: number;
  readonly areAll: boolean;
}

const MOST_LISTED = 100;

async function seriesOf(
  name: string,
  query: Parameters<typeof api.metricSeries>[1],
  signal: AbortSignal,
): Promise<Found> {
  const { metrics, areAll } = await metricsOf(name, signal);
  const [first] = metrics;
  return { series: first ? await api.metricSeries(first.id, query) : null, named: metrics.length, areAll };
}

/** Names that only contain what is looked for come before it, too, as many of them as there are. */
async function metricsOf(name: string, signal: AbortSignal) {
  let cursor: string | undefined;
  for (;;) {
    const { data, pagination } = await api.listMetrics({ query: name, limit: MOST_LISTED, cursor });
    // Nobody waits any longer for what the metric would be asked for.
    signal.throwIfAborted();
    const metrics = data.filter((metric) => metric.name === name);
    const areAll = pagination.nextCursor === null;
    if (metrics.length > 0 || pagination.nextCursor === null) return { metrics, areAll };
    cursor = pagination.nextCursor;
  }
}

export function MetricBody({ panel, filter, extent, version, onRange }: MetricBodyProps) {
  const { metric, aggregate, groupBy } = panel;
  const narrowed = filteredSeries(panel.filter, filter, extent.deployment);
  const key = ['dashboard metric', metric, aggregate, groupBy, narrowed, extent.range];
  // What takes longer than the dashboard's refresh is answered before it is asked again.
  const isAsking = useIsFetching({ queryKey: key, exact: true }) > 0;
  const asked = useRef(version);
  if (!isAsking) asked.current = version;
  const question = useQuestion({
    key,
    ask: async (_, signal) => {
      const query = { aggregate: aggregate ?? undefined, groupBy: groupBy.join(','), filter: narrowed };
      return answerFrom(await seriesOf(metric, { ...boundsOf(extent.range), ...query }, signal), true);
    },
    version: asked.current,
    paceMs: PACE_MS,
  });
  const { answer, isOld, failure } = question;
  const found = answer && foundIn(answer);
  return (
    <div aria-busy={answer === null || isOld}>
      {found && failure === null && (
        <div className={isOld ? 'opacity-60' : ''}>
          {found.series ? (
            <Chart panel={panel} filter={narrowed} answer={found.series} onRange={onRange} />
          ) : (
            <p className="px-3 py-10 text-center text-secondary">
              No metric is called <span className="font-mono break-all">{metric}</span>, or not yet.
            </p>
          )}
          {found.named > 1 && (
            <p className="px-3 pb-2 text-sm text-secondary">
              {found.areAll ? '' : 'At least '}
              {plural(found.named, 'metric')} have this name; the first is shown.
            </p>
          )}
        </div>
      )}
      <QuestionNote isInside question={question} what="the values" looking="Reading the values …" />
    </div>
  );
}

interface ChartProps {
  readonly panel: MetricPanel;
  /** With the dashboard's. */
  readonly filter: string;
  readonly answer: MetricSeriesAnswer;
  readonly onRange: Asking['onRange'];
}

function Chart({ panel, filter, answer, onRange }: ChartProps) {
  const [asTable, setAsTable] = useState(false);
  const chart = useRef<HTMLDivElement>(null);
  const [, navigate] = useLocation();
  const data = useMemo(() => chartDataOf(answer), [answer]);
  const title = panelTitle(panel);
  if (data.series.length === 0) {
    return (
      <p className="px-3 py-10 text-center text-secondary">
        {answer.coverage.series === 0 ? 'No series matches the filter.' : 'There are no values in this time range.'}
      </p>
    );
  }
  const { aggregate, groupBy } = panel;
  const open = (): void => navigate(addressOf([{ metricId: answer.metric.id, aggregate, groupBy, filter }]));
  return (
    <div className="flex flex-col gap-2 px-3 pb-2">
      <div ref={chart}>
        <PanelChart
          answer={answer}
          data={data}
          onZoom={(fromMs, toMs) => onRange(between(fromMs, toMs))}
          onDot={({ traceId, spanId }) => navigate(`/trace/${traceId}${spanId === '' ? '' : `/${spanId}`}`)}
        />
      </div>
      <footer className="flex items-center gap-x-1">
        <span className="min-w-0 grow truncate pr-2 text-sm text-secondary">
          {formatCount(answer.coverage.series)} series
        </span>
        <Button look="ghost" className="px-1.5" title="Open in Metrics" onClick={open}>
          Open
        </Button>
        <ChartActions title={title} asTable={asTable} onTable={setAsTable} csv={() => csvOf(data)} chart={chart} />
      </footer>
      <CoverageNote answer={answer} />
      {asTable && <SeriesTable data={data} label={title} />}
    </div>
  );
}
