/** How often values occur among the spans that the search and the other facets leave. */
import { type Facet, withoutFacet } from '../../../core/query/facets';
import { type Answer, answerFrom, foundIn, type Question } from '../../connection/answer';
import { api, questions } from '../../connection/connection';
import { useQuestion } from '../../hooks/use-question';
import { boundsOf, type Extent, inExtent } from '../../stores/time-range';

/** As many as a section shows at most, and one more, to know that there are more. */
export const MOST_VALUES = 100;
/** Without a search, summaries of blocks are read; with one, every span that matches is looked at. */
const PACE_MS = 5_000;

export interface FacetValue {
  readonly value: string;
  readonly spanCount: number;
}

export type FacetCounts = ReadonlyMap<string, readonly FacetValue[]>;

/** One after the other, so that nothing else waits for all of them. By field. */
export function useFacetCounts(
  facets: readonly Facet[],
  query: string,
  extent: Extent,
  version: number,
): Question<FacetCounts> {
  return useQuestion({
    key: ['facets', query, extent],
    ask: async (waitMs, signal): Promise<Answer<FacetCounts>> => {
      const counts = new Map<string, readonly FacetValue[]>();
      let isWhole = true;
      for (const facet of facets) {
        signal.throwIfAborted();
        const answer = await countsOf(facet, withoutFacet(query, facet), extent, waitMs / facets.length, signal);
        isWhole &&= answer.state === 'complete';
        counts.set(facet.field, foundIn(answer));
      }
      return answerFrom(counts, isWhole);
    },
    version,
    paceMs: PACE_MS,
  });
}

async function countsOf(
  { field }: Facet,
  others: string,
  extent: Extent,
  waitMs: number,
  signal: AbortSignal,
): Promise<Answer<readonly FacetValue[]>> {
  if (others === '' && Object.keys(extent.deployment).length === 0) {
    const { data } = await api.listAttributeValues(field, { ...boundsOf(extent.range), limit: MOST_VALUES });
    return answerFrom(
      data.filter(({ isText, value }) => isText && value !== ''),
      true,
    );
  }
  const asked = { query: others, by: field, ...inExtent(extent), waitMs: Math.round(waitMs) };
  const answer = await questions.groups(asked, signal);
  const values = foundIn(answer)
    .groups.filter(({ value }) => value !== 'nil' && value !== '')
    .map(({ value, spans }) => ({ value, spanCount: spans }));
  return answerFrom(values, answer.state === 'complete');
}
