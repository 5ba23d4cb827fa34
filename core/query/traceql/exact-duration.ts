const UNITS = [
  ['h', 3600e9],
  ['m', 60e9],
  ['s', 1e9],
  ['ms', 1e6],
  ['us', 1e3],
] as const;

/** Nanoseconds in the largest unit that takes them whole: `90s`, not `1m 30s`, and never rounded. */
export function formatExactDuration(ns: number): string {
  const [unit, size] = UNITS.find(([, one]) => ns !== 0 && ns % one === 0) ?? ['ns', 1];
  return `${ns / size}${unit}`;
}
