const UNITS = [
  ['h', 3_600_000_000_000n],
  ['m', 60_000_000_000n],
  ['s', 1_000_000_000n],
  ['ms', 1_000_000n],
  ['us', 1_000n],
] as const;

/** Nanoseconds in the largest unit that takes them whole: `90s`, not `1m 30s`, and never rounded. */
export function formatExactDuration(ns: number | bigint): string {
  // What is calculated may have fractions.
  const whole = typeof ns === 'bigint' || Number.isSafeInteger(ns) ? BigInt(ns) : null;
  if (whole === null) return `${ns}ns`;
  const [unit, size] = UNITS.find(([, one]) => whole !== 0n && whole % one === 0n) ?? ['ns', 1n];
  return `${whole / size}${unit}`;
}
