import { useQuery } from '@tanstack/react-query';
import type { AgentRunReport } from '../../../../core/api/timeline';
import { api } from '../../../connection/connection';
import { isAgentRun } from '../../../stores/trace-view-store';
import type { OpenTimeline } from '../use-timeline';

/** Null: the trace is no agent's, or is still being read. */
export function useAgentRun({ traceId, info }: OpenTimeline): AgentRunReport | null {
  const { data } = useQuery({
    queryKey: ['agent-run', traceId, info.version],
    queryFn: () => api.traceAgentRun(traceId),
    enabled: isAgentRun(info.summary),
    placeholderData: (previous) => previous,
    gcTime: 0,
  });
  return data ?? null;
}
