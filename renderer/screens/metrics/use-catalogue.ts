import { useState } from 'react';
import type { MetricCatalogueEntry } from '../../../core/api/metrics';
import { answerFrom } from '../../connection/answer';
import { api } from '../../connection/connection';
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
    ask: async () => answerFrom(await pagesOf(query.slice(0, MOST_QUERY), range, pages), true),
    version,
    paceMs: PACE_MS,
  });
  return { question, showMore: () => setWanted({ subject, pages: pages + 1 }) };
}

async function pagesOf(query: string, range: TimeRange, pages: number) {
  const entries: MetricCatalogueEntry[] = [];
  let cursor: string | undefined;
  const bounds = boundsOf(range);
  for (let i = 0; i < pages; i++) {
    const { data, pagination } = await api.metricCatalogue({ ...bounds, query, limit: PAGE, cursor });
    entries.push(...data);
    if (pagination.nextCursor === null) return { entries, hasMore: false };
    cursor = pagination.nextCursor;
  }
  return { entries, hasMore: true };
}
