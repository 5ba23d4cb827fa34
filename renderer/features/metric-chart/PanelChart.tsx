import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import type { MetricSeriesAnswer } from '../../../core/api/metrics';
import { formatCount, plural } from '../../../core/model/format';
import { secondText } from '../../ui/clock-time';
import type { ChartData, ChartDot } from '../series-chart/chart-data';
import { HeatmapChart } from '../series-chart/HeatmapChart';
import { Legend } from '../series-chart/Legend';
import { SeriesChart } from '../series-chart/SeriesChart';
import { exactText } from '../series-chart/unit-text';
import { AGGREGATE_TEXT } from './kind-text';

/** As links below the chart; all are dots in it. */
const LINKS = 5;
const PERCENTILES = /^p\d\d$/;

interface PanelChartProps {
  readonly answer: MetricSeriesAnswer;
  readonly data: ChartData;
  readonly onZoom: (fromMs: number, toMs: number) => void;
  readonly onDot: (dot: ChartDot) => void;
}

export function PanelChart({ answer, data, onZoom, onDot }: PanelChartProps) {
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const { metric, aggregate, heatmap, exemplars, exemplarCount } = answer;
  const label = `${AGGREGATE_TEXT[aggregate]} of ${metric.name}`;
  const dots = useMemo(
    () => exemplars.map(({ time, value, traceId, spanId }) => ({ timeMs: Date.parse(time), value, traceId, spanId })),
    [exemplars],
  );
  // An exemplar is a measurement: it has no place among rates and counts.
  const areMeasured = PERCENTILES.test(aggregate) || ['avg', 'min', 'max', 'last'].includes(aggregate);
  const traced = exemplars.filter(({ traceId }) => traceId !== '');
  const toggle = (i: number): void => {
    const next = new Set(hidden);
    if (!next.delete(i)) next.add(i);
    setHidden(next);
  };
  return (
    <div className="flex flex-col gap-2">
      {heatmap ? (
        <HeatmapChart heatmap={heatmap} data={data} unit={metric.unit} label={label} onZoom={onZoom} />
      ) : (
        <>
          <SeriesChart
            data={data}
            label={label}
            hidden={hidden}
            {...(areMeasured && { dots })}
            onDot={onDot}
            onZoom={onZoom}
          />
          <Legend series={data.series} unit={data.unit} hidden={hidden} onToggle={toggle} />
        </>
      )}
      {traced.length > 0 && (
        <p className="text-sm text-secondary">
          {plural(exemplarCount, 'exemplar')}
          {exemplarCount > exemplars.length && `, the newest ${formatCount(exemplars.length)} shown`}:{' '}
          {traced.slice(0, LINKS).map(({ time, value, traceId, spanId }) => (
            <Link
              key={`${time}${traceId}${spanId}${value}`}
              href={`/trace/${traceId}${spanId === '' ? '' : `/${spanId}`}`}
              className="mr-3 text-accent hover:underline"
            >
              {exactText(value, metric.unit)} at {secondText(time)}
            </Link>
          ))}
        </p>
      )}
    </div>
  );
}
