import { formatDuration } from '../../../core/model/format';

/** A change of time with its sign: +12 ms, −3 s, or no change. */
export function formatDelta(ns: number): string {
  if (ns === 0) return '±0';
  return `${ns > 0 ? '+' : '\u2212'}${formatDuration(Math.abs(ns))}`;
}
