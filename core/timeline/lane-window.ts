/**
 * What of the lanes a screen shows: at most about one rectangle a pixel and lane, however many spans there are. Spans thinner than a
 * step are gathered into one rectangle in the colour of the longest of them, which says how many it stands for and whether one
 * failed: an error is seen at every zoom.
 */
import { growing } from '../model/growing-columns';
import { type LaneSet, longestItem } from './lanes';
import { lowerBound } from './order';

export interface LaneWindow {
  readonly fromNs: number;
  readonly toNs: number;
  /** Nanoseconds a rectangle may blur: those of about a pixel. */
  readonly stepNs: number;
  /** Lanes [firstLane, endLane). */
  readonly firstLane: number;
  readonly endLane: number;
}

/** Rectangles lane after lane, from left to right, never overlapping in a lane but for what a step blurs. */
export interface LaneRects {
  readonly length: number;
  /** In steps after `fromNs`; a double of this size would not survive a float, a number of steps does. */
  readonly x0: Float32Array<ArrayBuffer>;
  readonly x1: Float32Array<ArrayBuffer>;
  /** Counted from `firstLane`. */
  readonly lane: Uint32Array<ArrayBuffer>;
  readonly color: Uint16Array<ArrayBuffer>;
  /** Spans it stands for, and how many of them failed. */
  readonly count: Uint32Array<ArrayBuffer>;
  readonly errors: Uint32Array<ArrayBuffer>;
  /** How many of them a search finds; without a search, all. */
  readonly hits: Uint32Array<ArrayBuffer>;
  /** The longest of them: a span's index, or a flame graph's node. */
  readonly subject: Uint32Array<ArrayBuffer>;
  /** Rectangles of lane k: [laneStart[k], laneStart[k + 1]). */
  readonly laneStart: Uint32Array<ArrayBuffer>;
}

/** Farther outside than this nothing shows, and a float would lose its place. */
const MARGIN_STEPS = 4;

/** @param hitsBefore items found by a search before item i, one entry more than items; null: no search */
export function lanesInWindow(set: LaneSet, window: LaneWindow, hitsBefore: Uint32Array | null = null): LaneRects {
  const { fromNs, toNs, stepNs } = window;
  const firstLane = Math.max(window.firstLane, 0);
  const endLane = Math.max(firstLane, Math.min(window.endLane, set.laneCount));
  const rects = growing({
    x0: Float32Array,
    x1: Float32Array,
    lane: Uint32Array,
    color: Uint16Array,
    count: Uint32Array,
    errors: Uint32Array,
    hits: Uint32Array,
    subject: Uint32Array,
  });
  const laneStart = new Uint32Array(endLane - firstLane + 1);
  const widest = (toNs - fromNs) / stepNs + MARGIN_STEPS;
  const add = (lane: number, from: number, to: number, endNs: number): void => {
    const longest = longestItem(set, from, to);
    const x0 = Math.max(((set.startNs[from] as number) - fromNs) / stepNs, -MARGIN_STEPS);
    const x1 = Math.min((endNs - fromNs) / stepNs, widest);
    const errors = (set.errorsBefore[to] as number) - (set.errorsBefore[from] as number);
    const hits = hitsBefore ? (hitsBefore[to] as number) - (hitsBefore[from] as number) : to - from;
    rects.push(x0, x1, lane, set.color[longest] as number, to - from, errors, hits, set.subject[longest] as number);
  };
  for (let lane = firstLane; lane < endLane; lane++) {
    laneStart[lane - firstLane] = rects.length;
    const last = set.laneStart[lane + 1] as number;
    // Ends ascend within a lane as starts do.
    let i = lowerBound(set.endNs, fromNs, set.laneStart[lane] as number, last);
    while (i < last && (set.startNs[i] as number) <= toNs) {
      const startNs = set.startNs[i] as number;
      const endNs = set.endNs[i] as number;
      if (endNs - startNs >= stepNs) {
        add(lane - firstLane, i, i + 1, endNs);
        i++;
        continue;
      }
      let next = firstFrom(set.startNs, startNs + stepNs, i + 1, last);
      // Only the last can reach beyond the step; when it is wide itself it stands for itself.
      if (next - i > 1 && (set.endNs[next - 1] as number) - (set.startNs[next - 1] as number) >= stepNs) next--;
      add(lane - firstLane, i, next, Math.max(startNs + stepNs, set.endNs[next - 1] as number));
      i = next;
    }
  }
  laneStart[endLane - firstLane] = rects.length;
  return { length: rects.length, ...rects.finish(), laneStart };
}

/** As lowerBound, for an answer that is mostly near. */
function firstFrom(values: Float64Array, value: number, from: number, to: number): number {
  let reach = 1;
  while (from + reach < to && (values[from + reach] as number) < value) reach *= 2;
  return lowerBound(values, value, from + (reach >> 1), Math.min(from + reach, to));
}
