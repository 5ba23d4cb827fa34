/** Opaque cursors of keyset pages. A cursor that we did not write is refused, not guessed at. */
import { SpoorError } from '../../model/errors';
import { base64FromBytes, bytesFromBase64 } from '../../otlp/base64';

/** The last row of a page: what it is sorted by, and what tells it from its equals. */
export interface Cursor {
  readonly at: bigint;
  readonly tie: string;
}

/** What a list breaks ties by; the first character of its cursors. */
interface CursorKind {
  readonly mark: string;
  readonly tie: RegExp;
  /** The largest that the column holds, where that is less than 64 bits. */
  readonly max?: bigint;
}
/** The last trace, the number of the search that waits, and what it is a search for. */
export const SEARCH_CURSOR: CursorKind = { mark: '5', tie: /^([0-9a-f]{32})?\.\d{1,15}\.[0-9a-f]{1,8}$/ };
/** The last hit. */
export const HIT_CURSOR: CursorKind = { mark: '9', tie: /^$/ };
/** The last alert. */
export const ALERT_CURSOR: CursorKind = { mark: '4', tie: /^$/ };
/** When the last row was made, in microseconds, and its id. */
export const CREATED_CURSOR: CursorKind = {
  mark: '8',
  tie: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  max: 253_402_300_799_999_999n,
};
/** The newest trace of the last session. */
export const SESSION_CURSOR: CursorKind = { mark: '7', tie: /^[0-9a-f]{32}$/ };
/** How many entries of a list that is sorted anew for each page came before. */
export const OFFSET_CURSOR: CursorKind = { mark: '1', tie: /^$/ };
export const LOG_CURSOR: CursorKind = { mark: '2', tie: /^\d{1,18}$/ };
export const METRIC_CURSOR: CursorKind = { mark: '3', tie: /^$/, max: 0x7fff_ffffn };
/** A partition and a `ctid`: points have no id of their own. */
export const POINT_CURSOR: CursorKind = { mark: '6', tie: /^\d{1,9}:\(\d{1,9},\d{1,4}\)$/ };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodeCursor({ mark }: CursorKind, { at, tie }: Cursor): string {
  return base64FromBytes(encoder.encode(`${mark}:${at}:${tie}`))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/** @throws SpoorError VALIDATION_ERROR */
export function decodeCursor(kind: CursorKind, cursor: string): Cursor {
  const bytes = cursor.length <= 128 ? bytesFromBase64(cursor) : null;
  const match = bytes && /^(\d):(-?\d{1,19}):(.*)$/.exec(decoder.decode(bytes));
  const [, mark, number, tie = ''] = match ?? [];
  const at = number === undefined ? null : BigInt(number);
  const isIn = at !== null && BigInt.asIntN(64, at) === at && (kind.max === undefined || (at >= 0n && at <= kind.max));
  if (mark !== kind.mark || !kind.tie.test(tie) || !isIn) {
    throw new SpoorError('VALIDATION_ERROR', 'The cursor is not one of ours; start again without it.', [
      { field: 'cursor', code: 'invalid', message: 'not a cursor of this API' },
    ]);
  }
  return { at, tie };
}

/** The page of `rows`, of which one more than `limit` were asked for. */
export function pageOf<R, T>(
  kind: CursorKind,
  rows: readonly R[],
  limit: number,
  cursorOf: (row: R) => Cursor,
  map: (row: R) => T,
): { data: T[]; pagination: { nextCursor: string | null; hasMore: boolean } } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return {
    data: page.map(map),
    pagination: { nextCursor: hasMore ? encodeCursor(kind, cursorOf(last)) : null, hasMore },
  };
}
