/** Scores of a trace with its spans, or of a session. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { MarkTarget } from '../../../core/api/mark-target';
import type { Score, ScoreValue } from '../../../core/api/score';
import { api } from '../../connection/connection';

const LIMIT = 100;

export interface ScoresOf {
  /** Of the target itself, oldest first. */
  readonly list: readonly Score[];
  readonly add: (value: ScoreValue) => Promise<void>;
  readonly remove: (score: Score) => Promise<void>;
}

export function useScores(target: MarkTarget): ScoresOf {
  const queries = useQueryClient();
  const { traceId, spanId, sessionId } = target;
  const { data } = useQuery({
    queryKey: ['scores', traceId, sessionId],
    queryFn: () =>
      api.listScores({ limit: LIMIT, ...(traceId === null ? { sessionId: sessionId ?? '' } : { traceId }) }),
    refetchOnMount: 'always',
  });
  return useMemo(() => {
    const changed = () => queries.invalidateQueries({ queryKey: ['scores', traceId, sessionId] });
    return {
      list: (data?.data ?? []).filter((score) => score.spanId === spanId),
      async add(value) {
        await api.createScore({ traceId, spanId, sessionId, ...value });
        await changed();
      },
      async remove({ id }) {
        await api.deleteScore(id);
        await changed();
      },
    };
  }, [data, queries, traceId, spanId, sessionId]);
}
