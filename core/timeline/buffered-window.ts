/**
 * When to ask for other rectangles: what is fetched is three screens wide and three high, so that panning shows what is there, and
 * the resolution moves in powers of two, so that zooming asks twice an octave at most.
 */
import { type TimeWindow, widthOf } from './time-window';

export interface Viewport {
  readonly window: TimeWindow;
  readonly widthPx: number;
  readonly firstLane: number;
  readonly endLane: number;
  /** Coarsest resolution: 1 asks for steps of half a pixel to a pixel, 2 for one to two. */
  readonly pxPerStep: number;
}

export interface LaneBounds {
  readonly fromNs: number;
  readonly toNs: number;
  readonly stepNs: number;
  readonly firstLane: number;
  readonly endLane: number;
}

/** What to fetch for a viewport. */
export function boundsFor(viewport: Viewport): LaneBounds {
  const { window, firstLane, endLane } = viewport;
  const width = widthOf(window);
  const height = endLane - firstLane;
  return {
    fromNs: window.startNs - width,
    toNs: window.endNs + width,
    stepNs: stepFor(viewport),
    firstLane: Math.max(0, firstLane - height),
    endLane: endLane + height,
  };
}

/** Whether what was fetched serves the viewport: it covers it, at the resolution wanted. */
export function serves(held: LaneBounds, viewport: Viewport): boolean {
  return (
    held.stepNs === stepFor(viewport) &&
    held.fromNs <= viewport.window.startNs &&
    held.toNs >= viewport.window.endNs &&
    held.firstLane <= viewport.firstLane &&
    held.endLane >= viewport.endLane
  );
}

function stepFor({ window, widthPx, pxPerStep }: Viewport): number {
  return 2 ** Math.floor(Math.log2((widthOf(window) / Math.max(widthPx, 1)) * pxPerStep));
}
