/** Time across the screen. */
import { type TimeWindow, widthOf } from '../../core/timeline/time-window';

export interface TimeScale {
  readonly window: TimeWindow;
  readonly leftPx: number;
  readonly widthPx: number;
}

export function xOf({ window, leftPx, widthPx }: TimeScale, ns: number): number {
  return leftPx + ((ns - window.startNs) / widthOf(window)) * widthPx;
}

export function timeAt({ window, leftPx, widthPx }: TimeScale, x: number): number {
  return window.startNs + ((x - leftPx) / widthPx) * widthOf(window);
}
