import { formatCount } from '../../../core/model/format';
import { useSettings } from '../../stores/settings-store';
import { useTraceView } from '../../stores/trace-view-store';
import { AgentGraph } from './agent-run/AgentGraph';
import { Conversation } from './conversation/Conversation';
import { Lanes } from './Lanes';
import { Minimap } from './Minimap';
import { SpanTable } from './SpanTable';
import { Statistics } from './Statistics';
import { TraceComments } from './TraceComments';
import { TraceLogs } from './TraceLogs';
import type { OpenTimeline } from './use-timeline';
import { Waterfall } from './Waterfall';

/** The view that is chosen, below the map of the whole trace where time is its axis. */
export function TraceBody({ timeline }: { readonly timeline: OpenTimeline }) {
  const tab = useTraceView(({ tab }) => tab);
  const lanesBy = useTraceView(({ lanesBy }) => lanesBy);
  const nameWidthPx = useSettings(({ nameWidthPx }) => nameWidthPx);
  if (tab === 'table') return <SpanTable timeline={timeline} />;
  if (tab === 'statistics') return <Statistics timeline={timeline} />;
  if (tab === 'conversation') return <Conversation timeline={timeline} />;
  if (tab === 'graph') return <AgentGraph timeline={timeline} />;
  if (tab === 'comments') return <TraceComments timeline={timeline} />;
  if (tab === 'logs') return <TraceLogs timeline={timeline} />;
  const { spanCount, services } = timeline.info;
  const of = `${formatCount(spanCount)} spans of ${formatCount(services.length)} services`;
  return (
    <div className="flex min-h-0 min-w-0 grow flex-col bg-panel">
      {tab !== 'flame' && (
        <div className="flex h-[44px] shrink-0 border-b border-line">
          <div
            className="flex shrink-0 items-center px-3.5 text-sm font-medium text-secondary"
            style={{ width: tab === 'lanes' ? 220 : nameWidthPx }}
          >
            {tab === 'lanes' ? 'Service' : 'Span'}
          </div>
          <Minimap timeline={timeline} />
        </div>
      )}
      {tab === 'waterfall' && <Waterfall timeline={timeline} />}
      {tab === 'lanes' && (
        <Lanes timeline={timeline} by={lanesBy} label={`Lanes: ${of}. The table, key 4, has the same spans as text.`} />
      )}
      {tab === 'flame' && (
        <Lanes
          timeline={timeline}
          by="flame"
          label={`Flame graph: ${of}, merged by call path. Statistics, key 5, has the same figures as text.`}
        />
      )}
    </div>
  );
}
