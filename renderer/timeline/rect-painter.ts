/**
 * Paints the rectangles of lanes. Two backends: WebGL2 where there is a GPU, Canvas2D elsewhere. Rectangles are handed over once a
 * window; panning and zooming change four numbers of the view and nothing else.
 */
import type { LaneRects } from '../../core/timeline/lane-window';
import type { PaintColors } from './colors';

export interface RectPainter {
  readonly kind: 'webgl2' | 'canvas2d';
  /** In CSS pixels, with the device's pixels for each. */
  resize(widthPx: number, heightPx: number, scale: number): void;
  setColors(colors: PaintColors): void;
  /** @param style of each rectangle, see `stylesOf` */
  setRects(rects: LaneRects | null, styles: Uint8Array): void;
  draw(view: RectView): void;
  dispose(): void;
}

/** Where the rectangles' coordinates are on the canvas, in CSS pixels. */
export interface RectView {
  /** Left edge of step 0. */
  readonly originPx: number;
  readonly pxPerStep: number;
  /** Top of the first lane handed over. */
  readonly topPx: number;
  readonly lanePx: number;
  readonly barPx: number;
}

/** Bits of a rectangle's style: the series colour in the lower four. */
export const STYLE_SERIES = 0x0f;
/** A span failed: red where it is thin, a red frame where it is wide. */
export const STYLE_ERROR = 0x10;
/** The search does not find it. */
export const STYLE_DIM = 0x20;

/** Thinner rectangles would vanish; an error may not. */
export const MIN_WIDTH_PX = 1;
export const MIN_ERROR_PX = 2;
/** Wide enough for a frame, and for a gap to its neighbour. */
export const FRAME_FROM_PX = 5;
export const DIM_ALPHA = 0.22;

/** @param slots series colour of each palette entry */
export function stylesOf(rects: LaneRects, slots: Uint8Array): Uint8Array {
  const styles = new Uint8Array(rects.length);
  for (let i = 0; i < rects.length; i++) {
    styles[i] =
      (slots[rects.color[i] as number] ?? 0) |
      ((rects.errors[i] as number) > 0 ? STYLE_ERROR : 0) |
      ((rects.hits[i] as number) === 0 ? STYLE_DIM : 0);
  }
  return styles;
}
