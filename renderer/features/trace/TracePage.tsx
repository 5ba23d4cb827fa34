import { useEffect, useMemo } from 'react';
import { Link, useLocation } from 'wouter';
import { parseSpanId } from '../../../core/model/ids';
import { remarksOf } from '../../../core/timeline/remarks';
import { useSettings } from '../../stores/settings-store';
import { useSidebarSlot } from '../../stores/sidebar-slot';
import { useTraceView } from '../../stores/trace-view-store';
import { Button } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { PageHeader } from '../../ui/PageHeader';
import { Splitter } from '../../ui/Splitter';
import { Remarks } from './Remarks';
import { SpanPanel } from './SpanPanel';
import { TraceHeader } from './TraceHeader';
import { TraceSummaryBar } from './TraceSummaryBar';
import { type LoadedTrace, useTrace } from './use-trace';
import { Waterfall } from './Waterfall';

interface TracePageProps {
  readonly traceId: string;
  /** From the address: a link to one span. */
  readonly spanId: string | null;
}

export function TracePage({ traceId, spanId }: TracePageProps) {
  const { trace, error, loading, retry } = useTrace(traceId);
  const { open, select } = useTraceView.getState();

  useEffect(() => {
    open(traceId);
    const linked = spanId === null ? null : parseSpanId(spanId);
    if (linked) select(BigInt(`0x${linked}`));
  }, [traceId, spanId, open, select]);

  if (trace) return <OpenTrace trace={trace} />;
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <Link href="/traces" className="text-secondary hover:text-accent">
          Traces
        </Link>
        <span className="text-faint">/</span>
        <span className="font-mono text-faint">{traceId}</span>
      </PageHeader>
      {loading && <WaterfallSkeleton />}
      {error && (
        <Notice title="This trace could not be opened." action={<Button onClick={retry}>Try again</Button>}>
          {error.message} It shows here if it arrives.
        </Notice>
      )}
    </div>
  );
}

function OpenTrace({ trace }: { readonly trace: LoadedTrace }) {
  const { traceId } = trace.summary;
  const { selected, select } = useTraceView();
  const { panelWidthPx, setPanelWidth } = useSettings();
  const [location, navigate] = useLocation();
  const setSidebar = useSidebarSlot(({ setContent }) => setContent);
  const remarks = useMemo(() => remarksOf(trace.columns, trace.tree), [trace]);

  // The address follows the selection, so that it can be copied at any moment.
  useEffect(() => {
    const id = selected === null ? '' : `/${selected.toString(16).padStart(16, '0')}`;
    const address = `/trace/${traceId}${id}`;
    if (address !== location) navigate(address, { replace: true });
  }, [selected, traceId, location, navigate]);

  useEffect(() => {
    setSidebar(<Remarks trace={trace} remarks={remarks} />);
    return () => setSidebar(null);
  }, [trace, remarks, setSidebar]);

  return (
    <div className="flex h-full flex-col">
      <TraceHeader trace={trace} />
      <TraceSummaryBar trace={trace} />
      <div className="flex min-h-0 grow">
        <Waterfall trace={trace} />
        {selected !== null && (
          <>
            <Splitter
              label="Width of the details"
              onMove={(dx) => setPanelWidth(useSettings.getState().panelWidthPx - dx)}
            />
            <aside
              aria-label="Span details"
              className="min-h-0 shrink-0 bg-panel max-[900px]:fixed max-[900px]:inset-x-0 max-[900px]:bottom-[26px] max-[900px]:z-10 max-[900px]:h-[60%] max-[900px]:w-full! max-[900px]:border-t max-[900px]:border-line-strong max-[900px]:shadow-xl"
              style={{ width: panelWidthPx }}
            >
              <SpanPanel trace={trace} spanId={selected} onClose={() => select(null)} />
            </aside>
          </>
        )}
      </div>
    </div>
  );
}

function WaterfallSkeleton() {
  return (
    <div role="status" aria-label="Loading the trace" className="flex flex-col gap-3 p-4">
      {[92, 60, 44, 70, 38, 52].map((width) => (
        <div key={width} className="h-3 animate-pulse rounded bg-raised" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}
