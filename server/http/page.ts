import type { Page } from '../../core/api/page';

/** A list that is never long. */
export function onePage<T>(data: readonly T[]): Page<T> {
  return { data, pagination: { nextCursor: null, hasMore: false } };
}
