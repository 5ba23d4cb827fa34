/** What two lists have in common, in the order in which both have it: the longest common subsequence (Hunt and Szymanski, 1977). */

/** Pairs of equal items that are looked at; of lists that have more, as they hold the same few things, nothing is taken for common. */
const MAX_PAIRS = 1_000_000;

interface Pair {
  readonly i: number;
  readonly j: number;
  readonly before: Pair | null;
}

/** @returns of each item of `a` its index in `b`; -1: it is not common */
export function inOrder(a: readonly number[], b: readonly number[]): number[] {
  const places = new Map<number, number[]>();
  for (let j = b.length - 1; j >= 0; j--) {
    const known = places.get(b[j] as number);
    if (known) known.push(j);
    else places.set(b[j] as number, [j]);
  }
  const common = a.map(() => -1);
  /** By length, the sequence that ends earliest in `b`. */
  const ends: Pair[] = [];
  let pairs = 0;
  for (const [i, key] of a.entries()) {
    const found = places.get(key) ?? [];
    pairs += found.length;
    if (pairs > MAX_PAIRS) return common;
    for (const j of found) {
      const at = lowerBound(ends, j);
      ends[at] = { i, j, before: ends[at - 1] ?? null };
    }
  }
  for (let pair = ends.at(-1) ?? null; pair !== null; pair = pair.before) common[pair.i] = pair.j;
  return common;
}

/** The first that does not end before `j`. */
function lowerBound(ends: readonly Pair[], j: number): number {
  let from = 0;
  let to = ends.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ends[middle] as Pair).j < j) from = middle + 1;
    else to = middle;
  }
  return from;
}
