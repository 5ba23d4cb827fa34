/** One metric or several over time, one below the other, all over the same range. */
import { ArrowLeft } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { TimeRangePicker } from '../../features/extent/TimeRangePicker';
import { useKeys } from '../../hooks/use-keys';
import { addressOf, METRICS, MOST_PANELS, newPanel, panelsIn } from '../../stores/metrics-address';
import { useTraceList } from '../../stores/trace-list-store';
import { PageHeader } from '../../ui/PageHeader';
import { AddMetric } from './AddMetric';
import { MetricPanel } from './MetricPanel';

export function ExplorerPage({ choice }: { readonly choice: string }) {
  const { range, setRange } = useTraceList();
  const [, navigate] = useLocation();
  const panels = panelsIn(choice);
  useKeys({ Escape: () => navigate(METRICS) });
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <Link href={METRICS} className="flex items-center gap-1 text-secondary hover:text-text">
          <ArrowLeft size={14} aria-hidden /> Metrics
        </Link>
        <h1 className="sr-only">Metric explorer</h1>
        <span className="grow" />
        {panels.length < MOST_PANELS && (
          <AddMetric range={range} onAdd={(metricId) => navigate(addressOf([...panels, newPanel(metricId)]))} />
        )}
        <TimeRangePicker range={range} onChange={setRange} />
      </PageHeader>
      <div className="min-h-0 grow overflow-auto bg-panel">
        {panels.length === 0 && (
          <p className="px-6 pt-20 text-center text-secondary">
            This link does not name a metric. Choose one from the list.
          </p>
        )}
        {panels.map((panel, i) => (
          <MetricPanel
            // biome-ignore lint/suspicious/noArrayIndexKey: the same metric may be there twice
            key={`${i} ${panel.metricId}`}
            panel={panel}
            range={range}
            onChange={(changed) => navigate(addressOf(panels.with(i, changed)), { replace: true })}
            onClose={() => navigate(addressOf(panels.filter((_, at) => at !== i)))}
            onZoom={(fromMs, toMs) => setRange({ kind: 'between', fromMs, toMs })}
          />
        ))}
      </div>
    </div>
  );
}
