import { canvasRectPainter } from './canvas-rect-painter';
import type { RectPainter } from './rect-painter';
import { webglRectPainter } from './webgl-rect-painter';

/** `webgl2` or `canvas2d`: takes the choice from the machine, for tests and for a driver that paints nonsense. */
const OVERRIDE_KEY = 'spoor.painter';

/** WebGL2 where a GPU draws it; a processor alone fills a 2D canvas faster. */
export function choosePainter(canvas: HTMLCanvasElement): RectPainter {
  const wanted = localStorage.getItem(OVERRIDE_KEY);
  const painter =
    (wanted !== 'canvas2d' ? webglRectPainter(canvas, wanted === 'webgl2') : null) ?? canvasRectPainter(canvas);
  if (!painter) throw new Error('This window can paint neither with WebGL2 nor on a 2D canvas.');
  canvas.dataset.painter = painter.kind;
  return painter;
}
