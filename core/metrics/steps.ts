/** A range of time in steps of the same length. */
export interface Steps {
  readonly count: number;
  readonly stepNs: number;
}

/** A part of an interval that lies in one step. */
export interface Part {
  readonly step: number;
  /** Of the whole interval, up to 1. */
  readonly share: number;
}

/** The step that a time is in, which may be none of the range's. A point belongs to the step that it ends. */
export function stepOf({ stepNs }: Steps, timeNs: number): number {
  return Math.floor(timeNs / stepNs);
}

/** An interval over the steps that it touches; parts outside the range are left out. */
export function partsOf(steps: Steps, fromNs: number, toNs: number): Part[] {
  const last = stepOf(steps, toNs);
  const inRange = (step: number) => step >= 0 && step < steps.count;
  if (fromNs >= toNs || stepOf(steps, fromNs) === last) return inRange(last) ? [{ step: last, share: 1 }] : [];
  const parts: Part[] = [];
  const first = Math.max(0, stepOf(steps, fromNs));
  for (let step = first; step <= Math.min(last, steps.count - 1); step++) {
    const from = Math.max(fromNs, step * steps.stepNs);
    const to = Math.min(toNs, (step + 1) * steps.stepNs);
    if (to > from) parts.push({ step, share: (to - from) / (toNs - fromNs) });
  }
  return parts;
}

/** Longer without a point, in intervals of the series: it has stopped meanwhile. */
const STALE_INTERVALS = 2.5;

/** For how long the value of a series stands: what is longer without a point is a gap. */
export function staleAfterNs(times: readonly number[], stepNs: number): number {
  if (times.length < 2) return stepNs;
  const gaps = new Float64Array(times.length - 1);
  for (let i = 0; i < gaps.length; i++) gaps[i] = (times[i + 1] as number) - (times[i] as number);
  gaps.sort();
  return Math.max(stepNs, STALE_INTERVALS * (gaps[Math.floor((gaps.length - 1) / 2)] as number));
}
