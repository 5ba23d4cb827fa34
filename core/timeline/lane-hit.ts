/** Which rectangle is under the pointer: a binary search in its lane, never a scan. */
import type { LaneRects } from './lane-window';

/**
 * @param x in steps after the rectangles' `fromNs`
 * @param slack how far beside a rectangle, in steps, still counts: thin ones are painted wider than they are
 * @returns the index, or -1; of several the last that begins before x, else the nearest within the slack
 */
export function rectAt(rects: LaneRects, lane: number, x: number, slack: number): number {
  if (lane < 0 || lane + 1 >= rects.laneStart.length) return -1;
  const from = rects.laneStart[lane] as number;
  const to = rects.laneStart[lane + 1] as number;
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rects.x0[middle] as number) <= x) low = middle + 1;
    else high = middle;
  }
  const before = low - 1;
  if (before >= from && x <= (rects.x1[before] as number)) return before;
  const left = before >= from ? x - (rects.x1[before] as number) : Number.POSITIVE_INFINITY;
  const right = low < to ? (rects.x0[low] as number) - x : Number.POSITIVE_INFINITY;
  if (Math.min(left, right) > slack) return -1;
  return left <= right ? before : low;
}
