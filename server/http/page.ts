import type { Page } from '../../core/api/page';

/** @param found one more than `limit` when there are more; the cursor is the last one's id */
export function pageById<T extends { readonly id: string }>(found: readonly T[], limit: number): Page<T> {
  const data = found.slice(0, limit);
  const hasMore = found.length > data.length;
  return { data, pagination: { nextCursor: hasMore ? (data.at(-1)?.id ?? null) : null, hasMore } };
}
