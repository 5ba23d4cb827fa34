import { canvasRectPainter } from './canvas-rect-painter';
import type { RectPainter } from './rect-painter';
import { webglRectPainter } from './webgl-rect-painter';

/** `webgl2` or `canvas2d`: takes the choice from the machine, for tests and for a driver that paints nonsense. */
const OVERRIDE_KEY = 'spoor.painter';
/** Renderers that are no GPU: SwiftShader in Chromium, llvmpipe in Mesa, WARP in Windows. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

let gpu: boolean | null = null;

/** WebGL2 where a GPU draws it; a processor alone fills a 2D canvas many times faster. */
export function choosePainter(canvas: HTMLCanvasElement): RectPainter {
  const wanted = localStorage.getItem(OVERRIDE_KEY);
  gpu ??= hasGpu();
  const webgl = wanted === 'webgl2' || (gpu && wanted !== 'canvas2d');
  const painter = (webgl ? webglRectPainter(canvas) : null) ?? canvasRectPainter(canvas);
  if (!painter) throw new Error('This window can paint neither with WebGL2 nor on a 2D canvas.');
  canvas.dataset.painter = painter.kind;
  return painter;
}

/** Asked on a canvas of its own: one that has given a WebGL context gives no other. */
function hasGpu(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (!gl) return false;
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return !SOFTWARE.test(renderer);
}
