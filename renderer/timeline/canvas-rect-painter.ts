/** Rectangles on a 2D canvas: grouped by style, so that the fill changes a dozen times a frame and not at every rectangle. */
import type { LaneRects } from '../../core/timeline/lane-window';
import type { PaintColors } from './colors';
import {
  DIM_ALPHA,
  FRAME_FROM_PX,
  MIN_ERROR_PX,
  MIN_WIDTH_PX,
  type RectPainter,
  type RectView,
  STYLE_DIM,
  STYLE_ERROR,
  STYLE_SERIES,
} from './rect-painter';

export function canvasRectPainter(canvas: HTMLCanvasElement): RectPainter | null {
  const context = canvas.getContext('2d');
  return context && new CanvasRectPainter(canvas, context);
}

const STYLES = 64;
const FRAME_PX = 1.5;

class CanvasRectPainter implements RectPainter {
  readonly kind = 'canvas2d';
  private widthPx = 0;
  private heightPx = 0;
  private scale = 1;
  private colors: PaintColors | null = null;
  private rects: LaneRects | null = null;
  /** Indices of rectangles by style: those of style s are [starts[s], starts[s + 1]). */
  private byStyle = new Uint32Array(0);
  private readonly starts = new Uint32Array(STYLES + 1);

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly context: CanvasRenderingContext2D,
  ) {}

  resize(widthPx: number, heightPx: number, scale: number): void {
    [this.widthPx, this.heightPx, this.scale] = [widthPx, heightPx, scale];
    this.canvas.width = Math.round(widthPx * scale);
    this.canvas.height = Math.round(heightPx * scale);
  }

  setColors(colors: PaintColors): void {
    this.colors = colors;
  }

  setRects(rects: LaneRects | null, styles: Uint8Array): void {
    this.rects = rects;
    this.starts.fill(0);
    for (const style of styles) this.starts[style + 1] = (this.starts[style + 1] as number) + 1;
    for (let s = 0; s < STYLES; s++) this.starts[s + 1] = (this.starts[s + 1] as number) + (this.starts[s] as number);
    const at = this.starts.slice();
    this.byStyle = new Uint32Array(styles.length);
    for (let i = 0; i < styles.length; i++) {
      const style = styles[i] as number;
      this.byStyle[at[style] as number] = i;
      at[style] = (at[style] as number) + 1;
    }
  }

  draw(view: RectView): void {
    const { context, colors, rects } = this;
    context.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    context.clearRect(0, 0, this.widthPx, this.heightPx);
    if (!colors || !rects) return;
    for (let style = 0; style < STYLES; style++) {
      const from = this.starts[style] as number;
      const to = this.starts[style + 1] as number;
      if (from === to) continue;
      context.globalAlpha = style & STYLE_DIM ? DIM_ALPHA : 1;
      const fill = colors.series[style & STYLE_SERIES] as string;
      if (style & STYLE_ERROR) {
        this.fill(rects, from, to, view, MIN_ERROR_PX, colors.error, null);
        this.fill(rects, from, to, view, MIN_ERROR_PX, fill, FRAME_FROM_PX);
      } else this.fill(rects, from, to, view, MIN_WIDTH_PX, fill, null);
    }
    context.globalAlpha = 1;
  }

  dispose(): void {
    this.canvas.width = 0;
    this.canvas.height = 0;
    this.rects = null;
  }

  /** @param insideFrom paint only what lies inside the frame of rectangles of this width and more */
  private fill(
    { x0, x1, lane }: LaneRects,
    from: number,
    to: number,
    { originPx, pxPerStep, topPx, lanePx, barPx }: RectView,
    leastPx: number,
    color: string,
    insideFrom: number | null,
  ): void {
    const { context, widthPx, heightPx, scale } = this;
    context.fillStyle = color;
    // Whole device pixels: a rectangle with blurred edges takes several times as long to fill, and there are thousands.
    const snap = (px: number): number => Math.round(px * scale) / scale;
    const frame = snap(FRAME_PX);
    const height = snap(barPx);
    for (let k = from; k < to; k++) {
      const i = this.byStyle[k] as number;
      const left = snap(Math.max(originPx + (x0[i] as number) * pxPerStep, -2));
      const right = snap(Math.min(originPx + (x1[i] as number) * pxPerStep, widthPx + 2));
      const top = snap(topPx + (lane[i] as number) * lanePx);
      if (right < 0 || left > widthPx || top > heightPx || top + barPx < 0) continue;
      let width = right - left;
      if (width >= FRAME_FROM_PX) width -= 1;
      if (insideFrom === null) context.fillRect(left, top, Math.max(width, leastPx), height);
      else if (width >= insideFrom) {
        context.fillRect(left + frame, top + frame, width - 2 * frame, height - 2 * frame);
      }
    }
  }
}
