/**
 * Hybrid logical clock (Kulkarni et al., "Logical Physical Clocks", 2014): milliseconds of a clock that may be wrong, a counter, and a
 * random number: who was restored from a backup does not make a stamp that he made before. A stamp is later than every stamp that its
 * maker had seen, however wrong the clocks. As text, stamps sort as they follow.
 */

/** 12 hex digits of milliseconds, 4 of the counter, 8 that are random: `019a4c0de123-0000-9f86d081`. */
export type Stamp = string;

export const STAMP = /^[0-9a-f]{12}-[0-9a-f]{4}-[0-9a-f]{8}$/;

const MAX_COUNTER = 0xffff;

/** @param last the latest stamp that was seen; null: none @param nonce 8 random hex digits */
export function nextStamp(last: Stamp | null, nowMs: number, nonce: string): Stamp {
  const seen = last === null ? { ms: 0, counter: 0 } : readStamp(last);
  if (last === null || nowMs > seen.ms) return written(nowMs, 0, nonce);
  if (seen.counter < MAX_COUNTER) return written(seen.ms, seen.counter + 1, nonce);
  return written(seen.ms + 1, 0, nonce);
}

export function laterOf(a: Stamp | null, b: Stamp | null): Stamp | null {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
}

/** Epoch milliseconds of the clock that made it. */
export function stampMs(stamp: Stamp): number {
  return readStamp(stamp).ms;
}

function readStamp(stamp: Stamp): { readonly ms: number; readonly counter: number } {
  return { ms: Number.parseInt(stamp.slice(0, 12), 16), counter: Number.parseInt(stamp.slice(13, 17), 16) };
}

function written(ms: number, counter: number, nonce: string): Stamp {
  return `${ms.toString(16).padStart(12, '0')}-${counter.toString(16).padStart(4, '0')}-${nonce}`;
}
