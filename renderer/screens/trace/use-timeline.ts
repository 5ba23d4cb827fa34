/** The open trace: what the timeline worker knows of it, again whenever spans were added. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { TimelineInfo } from '../../../core/api/timeline';
import { type TimeWindow, wholeWindow } from '../../../core/timeline/time-window';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { useRefetchOn } from '../../hooks/use-refetch-on';
import { lookOf, useTraceView } from '../../stores/trace-view-store';
import { slotsOf } from '../../timeline/colors';

export interface OpenTimeline {
  readonly traceId: string;
  readonly info: TimelineInfo;
  readonly whole: TimeWindow;
  /** Series colour of each palette entry. */
  readonly slots: Uint8Array;
}

interface TimelineQuery {
  readonly timeline: OpenTimeline | null;
  readonly error: Error | null;
  /** The search cannot be understood; the trace itself is fine. */
  readonly searchError: string | null;
  readonly retry: () => void;
}

export function useTimeline(traceId: string): TimelineQuery {
  const version = useConnection(({ version }) => version);
  const look = useTraceView(useShallow(lookOf));
  const { data, error, refetch } = useQuery({
    queryKey: ['timeline', traceId, look.adjustClocks, look.search],
    queryFn: ({ signal }) => api.openTimeline(traceId, look, signal),
    enabled: version > 0,
    placeholderData: (previous) => previous,
    gcTime: 0,
  });
  useRefetchOn(version, refetch);
  useEffect(() => {
    if (data?.staleForMs == null) return;
    const timer = setTimeout(() => void refetch(), data.staleForMs);
    return () => clearTimeout(timer);
  }, [data, refetch]);
  useEffect(() => () => void api.closeTimeline(traceId).catch(() => {}), [traceId]);
  // A search that cannot be read leaves the trace as it was.
  const last = useRef<TimelineInfo | null>(null);
  if (data) last.current = data;
  const info = data ?? last.current;
  const timeline = useMemo(
    () =>
      info ? { traceId, info, whole: wholeWindow(info.startNs, info.endNs), slots: slotsOf(info.services) } : null,
    [info, traceId],
  );
  const invalidSearch = error !== null && (error as { code?: string }).code === 'VALIDATION_ERROR';
  return {
    timeline: error && !invalidSearch ? null : timeline,
    error: invalidSearch ? null : error,
    searchError: invalidSearch ? error.message : null,
    retry: () => void refetch(),
  };
}
