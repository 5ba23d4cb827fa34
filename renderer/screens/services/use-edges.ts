import type { ServiceEdgeSummary } from '../../../core/api/service-metrics';
import { answerFrom } from '../../connection/answer';
import { api } from '../../connection/connection';
import { usePace } from '../../hooks/use-pace';
import { useQuestion } from '../../hooks/use-question';
import { boundsOf, type TimeRange } from '../../stores/time-range';

/** Most that an answer lists. */
const PAIRS = 1_000;

export interface Edges {
  readonly edges: readonly ServiceEdgeSummary[];
  /** Pairs that are rarer than those. */
  readonly left: number;
}

/** Calls between services; of all deployments, since blocks count them so. */
export function useEdges(range: TimeRange, version: number) {
  const [paceMs, shown] = usePace();
  const question = useQuestion({
    key: ['edges', range],
    ask: async () => {
      const { data, total } = await api.listServiceEdges({ ...boundsOf(range), limit: PAIRS });
      return answerFrom<Edges>({ edges: data, left: total - data.length }, true);
    },
    version,
    paceMs,
  });
  const { answer } = question;
  shown(answer?.state !== 'complete' || answer.whole.edges.length === 0);
  return question;
}
