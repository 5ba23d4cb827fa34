import { useState } from 'react';
import type { MetricCatalogueEntry } from '../../../core/api/metrics';
import { answerFrom, foundIn } from '../../connection/answer';
import { questions } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { useQuestion } from '../../hooks/use-question';
import { boundsOf, type TimeRange } from '../../stores/time-range';

const PACE_MS = 15_000;
const PAGE = 50;
/** As much of it as a question takes. */
const MOST_QUERY = 2_000;

/** Metrics by name, as many pages of them as were asked for. */
export function useCatalogue(query: string, range: TimeRange) {
  const version = useConnection(({ version }) => version);
  const subject = JSON.stringify([query, range]);
  const [wanted, setWanted] = useState({ subject, pages: 1 });
  const pages = wanted.subject === subject ? wanted.pages : 1;
  const question = useQuestion({
    key: ['metric catalogue', query, range, pages],
    ask: async (waitMs, signal) => {
      const catalogue = await pagesOf(query.slice(0, MOST_QUERY), range, pages * PAGE, { waitMs, signal });
      return answerFrom(catalogue, catalogue.entries.length >= pages * PAGE || !catalogue.hasMore);
    },
    version,
    paceMs: PACE_MS,
  });
  return { question, showMore: () => setWanted({ subject, pages: pages + 1 }) };
}

/** So many metrics, or as many as are read in that time. */
async function pagesOf(
  query: string,
  range: TimeRange,
  most: number,
  { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal },
) {
  const entries: MetricCatalogueEntry[] = [];
  let cursor: string | undefined;
  const bounds = boundsOf(range);
  const untilMs = performance.now() + waitMs;
  do {
    const asked = {
      ...bounds,
      query,
      limit: Math.min(PAGE, most - entries.length),
      cursor,
      waitMs: Math.max(0, Math.round(untilMs - performance.now())),
    };
    const page = await questions.metricCatalogue(asked, signal);
    const { data, pagination } = foundIn(page);
    entries.push(...data);
    if (pagination.nextCursor === null) return { entries, hasMore: false };
    cursor = pagination.nextCursor;
  } while (entries.length < most && performance.now() < untilMs);
  return { entries, hasMore: true };
}
