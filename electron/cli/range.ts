/** `--from`, `--to` and `--limit` of commands that ask for records. */
import { type OptionTable, UsageError, type ValuesOf } from '../host/option-table';
import { TIME_OPTIONS, timeOf } from './time-of';

const MAX_LIMIT = 10_000;
const MAX_PAGE = 100;

export const RANGE_OPTIONS = {
  ...TIME_OPTIONS,
  limit: { type: 'string', value: 'N', summary: 'so many at most, 20 by default' },
} as const satisfies OptionTable;

export interface Range {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly limit: number;
}

/** @throws UsageError */
export function rangeOf({ from, to, limit }: ValuesOf<typeof RANGE_OPTIONS>, usualLimit = 20): Range {
  return { from: timeOf('--from', from), to: timeOf('--to', to), limit: limitOf(limit) ?? usualLimit };
}

/** As a query of the API has them: what is not given is not there. */
export function searchOf(fields: Readonly<Record<string, string | number | undefined>>): URLSearchParams {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
  return new URLSearchParams(Object.fromEntries(given.map(([name, value]) => [name, String(value)])));
}

interface PageOf<T> {
  readonly data: readonly T[];
  readonly pagination: { readonly nextCursor: string | null };
}

/** Pages until there are as many as asked for. */
export async function atMost<T>(
  limit: number,
  page: (limit: number, cursor: string | undefined) => Promise<PageOf<T>>,
) {
  const data: T[] = [];
  let cursor: string | undefined;
  do {
    const { data: more, pagination } = await page(Math.min(limit - data.length, MAX_PAGE), cursor);
    data.push(...more);
    cursor = pagination.nextCursor ?? undefined;
  } while (cursor !== undefined && data.length < limit);
  return { data: data.slice(0, limit), hasMore: cursor !== undefined };
}

/** @throws UsageError */
function limitOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new UsageError(`--limit ${text} is not a number from 1 to ${MAX_LIMIT}.`);
}
