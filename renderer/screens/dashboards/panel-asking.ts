import type { Extent, TimeRange } from '../../stores/time-range';

/** What a panel is asked with, beside what it asks itself. */
export interface Asking {
  /** The dashboard's. */
  readonly filter: string;
  readonly extent: Extent;
  /** Where it moves, the panel is asked again; 0: not yet. */
  readonly version: number;
  readonly onRange: (range: TimeRange) => void;
}

/** Each change of the version asks again. */
export const PACE_MS = 300;

export function between(fromMs: number, toMs: number): TimeRange {
  return { kind: 'between', fromMs: Math.floor(fromMs), toMs: Math.max(Math.ceil(toMs), Math.floor(fromMs) + 1) };
}
