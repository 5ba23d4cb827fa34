import type { ServiceEdgeSummary } from '../../../core/api/service-metrics';
import { answerFrom } from '../../connection/answer';
import { api } from '../../connection/connection';
import { usePace } from '../../hooks/use-pace';
import { useQuestion } from '../../hooks/use-question';
import { type Extent, inExtent } from '../../stores/time-range';

/** Most that an answer lists. */
const PAIRS = 1_000;

export interface Edges {
  readonly edges: readonly ServiceEdgeSummary[];
  /** Pairs that are rarer than those. */
  readonly left: number;
}

/** Calls between services; a deployment is that of who is called. */
export function useEdges(extent: Extent, version: number) {
  const [paceMs, shown] = usePace();
  const question = useQuestion({
    key: ['edges', extent],
    ask: async () => {
      const { data, total } = await api.listServiceEdges({ ...inExtent(extent), limit: PAIRS });
      return answerFrom<Edges>({ edges: data, left: total - data.length }, true);
    },
    version,
    paceMs,
  });
  const { answer } = question;
  shown(answer?.state !== 'complete' || answer.whole.edges.length === 0);
  return question;
}
