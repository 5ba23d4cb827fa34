/** One page of a list behind a cursor. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly pagination: { readonly nextCursor: string | null; readonly hasMore: boolean };
}

/** Which page of a list. */
export interface PageQuery {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** A page of a list that is known as a whole. */
export interface CountedPage<T> extends Page<T> {
  /** On all pages; where that is more than pages give, the rest is too rare to be told apart. */
  readonly total: number;
}

/** All there is on one page. */
export function onePage<T>(data: readonly T[]): Page<T> {
  return { data, pagination: { nextCursor: null, hasMore: false } };
}
