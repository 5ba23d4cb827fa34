import { Comments } from '../../features/comments/Comments';
import { useTraceView } from '../../stores/trace-view-store';
import type { OpenTimeline } from './use-timeline';

/** What people say about the trace, and about the span that is chosen. */
export function TraceComments({ timeline: { traceId } }: { readonly timeline: OpenTimeline }) {
  const selected = useTraceView(({ selected }) => selected);
  const select = useTraceView(({ select }) => select);
  const spanId = selected === null ? null : selected.toString(16).padStart(16, '0');
  return (
    <div className="min-h-0 grow overflow-y-auto bg-panel">
      <Comments
        about={{ traceId, spanId: null, sessionId: null, viewId: null }}
        span={spanId === null ? null : { id: spanId, name: spanId.slice(0, 8) }}
        onSpan={(id) => select(BigInt(`0x${id}`))}
      />
    </div>
  );
}
