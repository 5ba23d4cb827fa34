import { type Period, periodBefore } from '../../features/red/change';
import { type Extent, inExtent } from '../../stores/time-range';

/** The range that is chosen and the same length of time before; both end at a moment, so that they can be compared. */
export function boundsBeside(extent: Extent) {
  const nowMs = Date.now();
  const { range, deployment } = extent;
  const before: Period | null = periodBefore(range, nowMs);
  return {
    now: { ...inExtent(extent), ...(range.kind === 'last' && { to: new Date(nowMs).toISOString() }) },
    before: before && { ...before, ...deployment },
  };
}
