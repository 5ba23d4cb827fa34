/** One trace for the screen: its columns and tree, again whenever spans were added. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { TraceView } from '../../../core/api/contract';
import { buildTraceTree, type TraceTree } from '../../../core/timeline/trace-tree';
import { useRefetchOn } from '../../app/use-refetch-on';
import { api } from '../../connection/connection';
import { useConnection } from '../../stores/connection-store';

export interface LoadedTrace extends TraceView {
  readonly tree: TraceTree;
}

export interface TraceQuery {
  readonly trace: LoadedTrace | null;
  readonly error: Error | null;
  readonly loading: boolean;
  readonly retry: () => void;
}

export function useTrace(traceId: string): TraceQuery {
  const version = useConnection(({ version }) => version);
  const summary = useQuery({
    queryKey: ['trace-summary', traceId],
    queryFn: () => api.traceSummary(traceId),
    enabled: version > 0,
  });
  useRefetchOn(version, summary.refetch);
  // Spans never change once stored, so their number says whether there is anything new.
  const spanCount = summary.data?.spanCount ?? 0;
  const view = useQuery({
    queryKey: ['trace', traceId, spanCount],
    queryFn: () => api.openTrace(traceId),
    enabled: spanCount > 0,
    placeholderData: (previous) => previous,
    gcTime: 0,
  });
  const trace = useMemo(
    () => (view.data ? { ...view.data, tree: buildTraceTree(view.data.columns) } : null),
    [view.data],
  );
  const failed = summary.error ?? view.error;
  return {
    trace,
    error: trace ? null : failed,
    loading: !trace && !failed,
    retry: () => void summary.refetch().then(() => view.refetch()),
  };
}
