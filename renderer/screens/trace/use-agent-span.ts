/** What a span says of an agent run, with what only log records of its trace say. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { SpanDetail } from '../../../core/api/contract';
import type { LogListQuery } from '../../../core/api/logs';
import { logsOfTrace } from '../../../core/dialects/log-runs/logs-of-trace';
import { mayBeToldInLogs, ToldInLogs } from '../../../core/dialects/log-runs/told-in-logs';
import { readAgentSpan } from '../../../core/dialects/read-otlp-span';
import { foundIn } from '../../connection/answer';
import { questions } from '../../connection/connection';

export function useAgentSpan(span: SpanDetail) {
  const { traceId, spanId } = span;
  const agent = useMemo(() => readAgentSpan({ ...span, scope: span.scope.name }), [span]);
  const { data } = useQuery({
    queryKey: ['told-in-logs', traceId, spanId],
    queryFn: async () => new ToldInLogs(await logsOfTrace(traceId, wholePage)),
    enabled: agent !== null && mayBeToldInLogs(agent),
  });
  return useMemo(() => (agent && data ? data.complete(spanId, agent) : agent), [agent, data, spanId]);
}

/** A page that was cut off is gone on from by its cursor; without one, what is missing would be taken for not told. */
async function wholePage(query: LogListQuery) {
  const answer = await questions.listLogs(query);
  const page = foundIn(answer);
  if (answer.state === 'partial' && page.pagination.nextCursor === null) {
    throw new Error('The logs of this trace were not read in time.');
  }
  return page;
}
