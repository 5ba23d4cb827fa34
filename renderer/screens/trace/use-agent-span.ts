/** What a span says of an agent run, with what only log records of its trace say. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { SpanDetail } from '../../../core/api/contract';
import { logsOfTrace } from '../../../core/dialects/log-runs/logs-of-trace';
import { mayBeToldInLogs, ToldInLogs } from '../../../core/dialects/log-runs/told-in-logs';
import { readAgentSpan } from '../../../core/dialects/read-otlp-span';
import { api } from '../../connection/connection';

export function useAgentSpan(span: SpanDetail) {
  const { traceId, spanId } = span;
  const agent = useMemo(() => readAgentSpan({ ...span, scope: span.scope.name }), [span]);
  const { data } = useQuery({
    queryKey: ['told-in-logs', traceId, spanId],
    queryFn: async () => new ToldInLogs(await logsOfTrace(traceId, (query) => api.listLogs(query))),
    enabled: agent !== null && mayBeToldInLogs(agent),
  });
  return useMemo(() => (agent && data ? data.complete(spanId, agent) : agent), [agent, data, spanId]);
}
