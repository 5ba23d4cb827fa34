/** Pages of lists that are sorted anew for each: the cursor says how many entries came before. */
import type { CountedPage, PageQuery } from '../../api/page';
import { decodeCursor, encodeCursor, OFFSET_CURSOR } from './cursor';

/** Without a limit; what fits in a megabyte or so. */
export const WHOLE_LIST = 1_000;

export interface Slice {
  readonly offset: number;
  readonly limit: number;
}

/** @throws SpoorError VALIDATION_ERROR */
export function sliceOf({ limit = WHOLE_LIST, cursor }: PageQuery, most = WHOLE_LIST): Slice {
  const at = cursor ? decodeCursor(OFFSET_CURSOR, cursor).at : 0n;
  return { offset: at < 0n ? 0 : Number(at), limit: Math.min(limit, most) };
}

/** @param data of the slice alone @param total of all slices */
export function slicePage<T>(data: readonly T[], { offset }: Slice, total: number): CountedPage<T> {
  const end = offset + data.length;
  const hasMore = data.length > 0 && end < total;
  const nextCursor = hasMore ? encodeCursor(OFFSET_CURSOR, { at: BigInt(end), tie: '' }) : null;
  return { data, pagination: { nextCursor, hasMore }, total };
}

/** @param atLeast how many there are, where not all are among them @throws SpoorError VALIDATION_ERROR */
export function countedPage<T>(all: readonly T[], query: PageQuery, atLeast = 0): CountedPage<T> {
  const slice = sliceOf(query);
  const page = slicePage(all.slice(slice.offset, slice.offset + slice.limit), slice, all.length);
  return { ...page, total: Math.max(all.length, atLeast) };
}
