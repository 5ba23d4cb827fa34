/** Puts the items of a list that is known as a whole into an answer, as many as there is room for. */
import type { Answer } from './answer';
import type { Cursors } from './cursor';

/** @returns the cursor of what is left; null: nothing is */
export function addFrom<T>(
  { answer, cursors }: { readonly answer: Answer; readonly cursors: Cursors },
  items: readonly T[],
  from: number,
  told: (item: T, position: number) => readonly [line: string, item: object],
): string | null {
  let next = from;
  for (; next < items.length; next++) {
    const [line, item] = told(items[next] as T, next);
    if (!answer.add(line, item)) break;
  }
  return next < items.length ? cursors.at(next) : null;
}
