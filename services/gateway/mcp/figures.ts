/** Numbers in answers: with a unit for models, plain for programs. */
const PLACES = 1_000;

export function msOf(ns: number | null): number | null {
  return ns === null ? null : Math.round((ns / 1e6) * PLACES) / PLACES;
}

/** US dollars to a millionth. */
export function dollars(cost: number | null): number | null {
  return cost === null ? null : Math.round(cost * 1e6) / 1e6;
}

/** Milliseconds are enough to tell one from another. */
export function shortTime(rfc3339: string): string {
  return rfc3339.replace(/(\.\d{3})\d*Z$/, '$1Z');
}

export function share(part: number, whole: number): number {
  return whole > 0 ? Math.round((part / whole) * 1_000) / 1_000 : 0;
}
