import { useState } from 'react';
import { Button } from '../../ui/Button';
import { HeatmapChart } from '../series-chart/HeatmapChart';
import { Legend } from '../series-chart/Legend';
import { SeriesChart } from '../series-chart/SeriesChart';
import { type MetricCharts, MOST_HEATMAPS } from './metric-charts';

interface MetricChartProps {
  readonly charts: MetricCharts;
  readonly title: string;
  readonly onZoom: (fromMs: number, toMs: number) => void;
  /** Searches for the spans behind a series. */
  readonly onOpen: (search: string) => void;
}

export function MetricChart({ charts, title, onZoom, onOpen }: MetricChartProps) {
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const { drawn, behind, heatmaps, valueUnit } = charts;
  const toggle = (i: number): void => {
    const next = new Set(hidden);
    if (!next.delete(i)) next.add(i);
    setHidden(next);
  };
  if (!heatmaps) {
    const leads = behind.some((search) => search !== null);
    const open = (i: number): void => {
      const search = behind[i];
      if (search) onOpen(search);
    };
    return (
      <>
        <SeriesChart data={drawn} label={title} hidden={hidden} onZoom={onZoom} />
        <Legend
          series={drawn.series}
          unit={drawn.unit}
          hidden={hidden}
          onToggle={toggle}
          {...(leads && { onOpen: open })}
        />
      </>
    );
  }
  return (
    <>
      {heatmaps.slice(0, MOST_HEATMAPS).map(({ label, heatmap, behind }) => (
        <section key={label} aria-label={label}>
          <div className="flex items-center gap-2 pb-1">
            <h3 className="min-w-0 truncate text-sm font-medium text-secondary" dir="auto">
              {label}
            </h3>
            {behind !== null && (
              <Button look="ghost" className="h-[22px] text-sm" onClick={() => onOpen(behind)}>
                Traces
              </Button>
            )}
          </div>
          <HeatmapChart heatmap={heatmap} data={drawn} unit={valueUnit} label={label} onZoom={onZoom} />
        </section>
      ))}
    </>
  );
}
