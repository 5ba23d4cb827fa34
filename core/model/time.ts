/**
 * Time on the wire and in SQL is nanoseconds since the Unix epoch as a 64-bit integer: it does not fit a double, so it is
 * a bigint here, and columns hold doubles relative to a bigint origin.
 */
const NS_PER_MS = 1_000_000n;
const NS_PER_S = 1_000_000_000n;
export const NS_PER_MINUTE = 60n * NS_PER_S;

/** The latest instant that `Date` can format (year 275760), in epoch milliseconds. */
const MAX_DATE_MS = 8_640_000_000_000_000n;

/** RFC 3339 in UTC with nine fractional digits, exact to the nanosecond. */
export function rfc3339FromNs(epochNs: bigint): string {
  const floorSeconds = epochNs >= 0n ? epochNs / NS_PER_S : -((-epochNs + NS_PER_S - 1n) / NS_PER_S);
  const fraction = epochNs - floorSeconds * NS_PER_S;
  const ms = floorSeconds * 1000n;
  const clamped = ms > MAX_DATE_MS ? MAX_DATE_MS : ms;
  const date = new Date(Number(clamped)).toISOString();
  return `${date.slice(0, date.length - 5)}.${fraction.toString().padStart(9, '0')}Z`;
}

/** RFC 3339 of so long ago; an age that reaches back before 1970 is since then. */
export function timeAgo(seconds: number, nowMs: number): string {
  return new Date(Math.max(0, nowMs - seconds * 1_000)).toISOString();
}

/** Nanoseconds of an RFC 3339 time or of a decimal string of epoch nanoseconds; null when it is neither. */
export function nsFromText(text: string): bigint | null {
  if (/^-?\d{1,19}$/.test(text)) return BigInt(text);
  const match = /^(\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2})(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d{2}:\d{2})$/.exec(text);
  if (!match) return null;
  const ms = Date.parse(`${(match[1] as string).replace(' ', 'T').toUpperCase()}${(match[3] as string).toUpperCase()}`);
  if (Number.isNaN(ms)) return null;
  return BigInt(ms) * NS_PER_MS + BigInt((match[2] ?? '').padEnd(9, '0'));
}

/** How long a span took, as far as it is known: not where its end was not sent, or cannot be true, or lies before its start. */
export function knownDuration(ns: number): number | null {
  return ns >= 0 ? ns : null;
}

export function nsFromMs(epochMs: number): bigint {
  return BigInt(Math.round(epochMs)) * NS_PER_MS;
}
