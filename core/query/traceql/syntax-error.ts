/** Where a query cannot be read, why, and what might have been meant. */
import { SpoorError } from '../../model/errors';

export class TraceqlSyntaxError extends SpoorError {
  constructor(
    reason: string,
    /** Offset of what is wrong, and its length. */
    readonly at: number,
    readonly length: number,
    /** What could stand there instead. */
    readonly suggestion: string | null = null,
  ) {
    const hint = suggestion === null ? '' : ` Did you mean ${suggestion}?`;
    const message = `Column ${at + 1}: ${reason}.${hint}`;
    super('VALIDATION_ERROR', message, [{ field: 'query', code: 'syntax', message }]);
  }
}

/** The candidate nearest to a word by edits, where one is near enough to be meant. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  let best: string | null = null;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(replaced, (last[j] as number) + 1, (row[j - 1] as number) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] as number) + 1);
      }
      row.push(cost);
    }
    before = last;
    last = row;
  }
  return last[b.length] as number;
}
