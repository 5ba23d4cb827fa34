/** The newest traces that match, looked for page after page until they are enough, or time is up. */
import type { TraceListPage } from '../../core/api/search';
import { type Answer, answerFrom, foundIn } from '../connection/answer';
import { questions } from '../connection/connection';
import { type Extent, inExtent } from './time-range';

const PAGE = 100;

export type ListedTrace = TraceListPage['data'][number];

/** @param waitMs how long is looked, about */
export async function newestTraces(
  query: string,
  extent: Extent,
  count: number,
  waitMs: number,
  signal?: AbortSignal,
): Promise<Answer<readonly ListedTrace[]>> {
  const until = performance.now() + waitMs;
  // A cursor belongs to the bounds that it was given for.
  const bounds = inExtent(extent);
  const found: ListedTrace[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null && found.length < count) {
    const limit = Math.min(PAGE, count - found.length);
    const page = foundIn(await questions.listTraces({ query, ...bounds, limit, ...(cursor && { cursor }) }, signal));
    found.push(...page.data);
    cursor = page.pagination.nextCursor;
    const isEnough = cursor === null || found.length >= count;
    if (!isEnough && performance.now() > until) return answerFrom(found, false);
  }
  return answerFrom(found, true);
}
