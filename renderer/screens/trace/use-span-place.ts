import { useQuery } from '@tanstack/react-query';
import type { SpanPlace } from '../../../core/api/timeline';
import { api } from '../../connection/connection';
import { useTraceView, waterfallView } from '../../stores/trace-view-store';
import type { OpenTimeline } from './use-timeline';

/** Where the span is in time, with clocks as the views show them; null until known. */
export function useSpanPlace({ traceId, info }: OpenTimeline, spanId: bigint | null): SpanPlace | null {
  const adjustClocks = useTraceView(({ adjustClocks }) => adjustClocks);
  const { data } = useQuery({
    queryKey: ['span-place', traceId, info.version, String(spanId), adjustClocks],
    queryFn: () => api.timelineLocate(traceId, waterfallView(useTraceView.getState()), spanId as bigint),
    enabled: spanId !== null,
  });
  return data ?? null;
}
