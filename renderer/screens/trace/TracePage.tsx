import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Link } from 'wouter';
import { SpoorError } from '../../../core/model/errors';
import { fitWindow, showsWhole } from '../../../core/timeline/time-window';
import { api } from '../../connection/connection';
import { isTeamPage } from '../../connection/team-session';
import { TraceHits, useTraceHits } from '../../features/guardrails/TraceHits';
import { useKeys } from '../../hooks/use-keys';
import { useRestoreQuarantine } from '../../hooks/use-restore-quarantine';
import { useSettings } from '../../stores/settings-store';
import { useSidebarSlot } from '../../stores/sidebar-slot';
import { useTraceView } from '../../stores/trace-view-store';
import { keyedWindow } from '../../timeline/time-input';
import { Button } from '../../ui/Button';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { Notice } from '../../ui/Notice';
import { PageHeader } from '../../ui/PageHeader';
import { Splitter } from '../../ui/Splitter';
import { Insights, ownRemarks } from './agent-run/Insights';
import { useAgentRun } from './agent-run/use-agent-run';
import { Bookmarks } from './Bookmarks';
import { Remarks } from './Remarks';
import { SpanPanel } from './SpanPanel';
import { TraceBody } from './TraceBody';
import { TraceHeader } from './TraceHeader';
import { TraceSummaryBar } from './TraceSummaryBar';
import { TraceTabs } from './TraceTabs';
import { tabsOf } from './tabs';
import { useAnnotations } from './use-annotations';
import { useSelectionInAddress } from './use-selection-in-address';
import { useSpanPlace } from './use-span-place';
import { type OpenTimeline, useTimeline } from './use-timeline';

interface TracePageProps {
  readonly traceId: string;
  /** From the address: a link to one span. */
  readonly spanId: string | null;
}

export function TracePage({ traceId, spanId }: TracePageProps) {
  const { timeline, error, searchError, retry } = useTimeline(traceId);
  useSelectionInAddress(traceId, spanId);

  if (timeline) return <OpenTrace timeline={timeline} searchError={searchError} />;
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <Link href="/traces" className="text-secondary hover:text-accent">
          Traces
        </Link>
        <span className="text-faint">/</span>
        <span className="truncate font-mono text-faint">{traceId}</span>
      </PageHeader>
      {!error && <Skeleton />}
      {error && <MissingTrace traceId={traceId} error={error} retry={retry} />}
    </div>
  );
}

function OpenTrace({
  timeline,
  searchError,
}: {
  readonly timeline: OpenTimeline;
  readonly searchError: string | null;
}) {
  const { traceId, info } = timeline;
  const selected = useTraceView(({ selected }) => selected);
  const select = useTraceView(({ select }) => select);
  const { panelWidthPx, setPanelWidth } = useSettings();
  const setSidebar = useSidebarSlot(({ setContent }) => setContent);
  const { data: remarks } = useQuery({
    queryKey: ['remarks', traceId, info.version],
    queryFn: () => api.timelineRemarks(traceId),
    placeholderData: (previous) => previous,
    gcTime: 0,
  });
  const run = useAgentRun(timeline);
  const hits = useTraceHits(traceId);
  const annotations = useAnnotations(traceId);
  useKeys(useWindowKeys(timeline));

  useEffect(() => {
    setSidebar(
      <>
        <TraceHits hits={hits} />
        <Insights insights={run?.insights ?? []} />
        <Remarks remarks={ownRemarks(remarks, run?.insights)} />
        <Bookmarks annotations={annotations.list} />
      </>,
    );
    return () => setSidebar(null);
  }, [remarks, run, hits, annotations, setSidebar]);

  return (
    <div className="flex h-full flex-col">
      <TraceHeader timeline={timeline} searchError={searchError} />
      <TraceSummaryBar timeline={timeline} />
      <TraceTabs timeline={timeline} />
      <div className="flex min-h-0 grow">
        <TraceBody timeline={timeline} />
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
              <ErrorBoundary what="span" subject={String(selected)}>
                <SpanPanel timeline={timeline} spanId={selected} onClose={() => select(null)} />
              </ErrorBoundary>
            </aside>
          </>
        )}
      </div>
    </div>
  );
}

/** Keys that work in every view: which one, zoom and pan, fit, critical path. */
function useWindowKeys(timeline: OpenTimeline) {
  const place = useSpanPlace(
    timeline,
    useTraceView(({ selected }) => selected),
  );
  const { whole } = timeline;
  const moved = (key: 'w' | 'a' | 's' | 'd') => () => {
    const { window, set, tab } = useTraceView.getState();
    // The flame graph has a scale of its own, under the pointer.
    if (tab === 'flame') return;
    const anchor = place ? place.startNs + (place.durationNs ?? 0) / 2 : null;
    set({ window: keyedWindow(key, window ?? whole, whole, anchor) });
  };
  const fit = (): void => {
    const { window, set, tab } = useTraceView.getState();
    if (tab === 'flame') set({ flameWindow: null });
    else if (!place || !showsWhole(window ?? whole, whole)) set({ window: null });
    else set({ window: fitWindow(place.startNs, place.startNs + (place.durationNs ?? 0), whole) });
  };
  return {
    ...Object.fromEntries(
      tabsOf(timeline.info.summary).map(({ name, key }) => [key, () => useTraceView.getState().set({ tab: name })]),
    ),
    w: moved('w'),
    a: moved('a'),
    s: moved('s'),
    d: moved('d'),
    f: fit,
    x: () => useTraceView.getState().set({ showCritical: !useTraceView.getState().showCritical }),
  };
}

/** Why it is not there: it never came, or was deleted, or pruned, or is in quarantine; and the way on. */
function MissingTrace({
  traceId,
  error,
  retry,
}: {
  readonly traceId: string;
  readonly error: Error;
  readonly retry: () => void;
}) {
  const reason = error instanceof SpoorError ? error.details[0]?.code : undefined;
  const restore = (): void => void api.restoreTrace(traceId).then(retry, retry);
  const restoreAll = useRestoreQuarantine(retry);
  return (
    <Notice
      title={
        reason === 'deleted' || reason === 'pruned' || reason === 'quarantined'
          ? 'This trace is no longer here.'
          : 'This trace could not be opened.'
      }
      action={
        reason === 'deleted' ? (
          <Button onClick={restore}>Restore</Button>
        ) : reason === 'quarantined' && !isTeamPage() ? (
          <Button disabled={restoreAll.isPending} onClick={() => restoreAll.mutate()}>
            Restore everything in quarantine
          </Button>
        ) : (
          <Button onClick={retry}>Try again</Button>
        )
      }
    >
      {error.message}
      {restoreAll.error && ` ${restoreAll.error.message}`}
    </Notice>
  );
}

function Skeleton() {
  return (
    <div role="status" aria-label="Loading the trace" className="flex flex-col gap-3 p-4">
      {[92, 60, 44, 70, 38, 52].map((width) => (
        <div key={width} className="h-3 animate-pulse rounded bg-raised" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}
