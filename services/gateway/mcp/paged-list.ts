/** Puts a page of a list, which the store goes on with, into an answer. */
import type { Answer } from './answer';

/**
 * The cursor of a page lies behind its last row. Where not all rows have room, the page is therefore asked for again, with as many rows as were
 * told, so that the next answer begins with the first that was not.
 * @returns the page that ends with what was told
 */
export async function addPage<P extends { readonly data: readonly unknown[] }>(
  answer: Answer,
  page: P,
  told: (row: P['data'][number]) => readonly [line: string, item: object],
  again: (limit: number) => Promise<P>,
): Promise<P> {
  let count = 0;
  for (const row of page.data) {
    if (!answer.add(...told(row))) break;
    count++;
  }
  return count < page.data.length ? again(count) : page;
}

/** Why a search does not tell everything; null: it was not cut short. */
export function searchDoubt({ complete, progress }: { readonly complete: boolean; readonly progress: number }) {
  return complete
    ? null
    : `time was up after ${Math.round(progress * 100)} % of the search; narrow from and to, or go on.`;
}
