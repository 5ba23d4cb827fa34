/** Rectangles as instanced quads: buffers are filled once a window, a frame is one draw call with new uniforms. */
import type { LaneRects } from '../../core/timeline/lane-window';
import { SERVICE_COLORS } from '../ui/series';
import { type PaintColors, rgbOf } from './colors';
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

const VERTEX = `#version 300 es
in vec2 corner;
in vec2 span;
in uint lane;
in uint style;
uniform vec2 size;
uniform vec2 across;
uniform vec3 down;
flat out uint look;
flat out vec2 extent;
out vec2 inside;
void main() {
  float left = across.x + span.x * across.y;
  float right = across.x + span.y * across.y;
  float width = right - left;
  if (width >= ${FRAME_FROM_PX}.0) width -= 1.0;
  float least = (style & ${STYLE_ERROR}u) != 0u ? ${MIN_ERROR_PX}.0 : ${MIN_WIDTH_PX}.0;
  extent = vec2(max(width, least), down.z);
  inside = corner * extent;
  vec2 place = vec2(left, down.x + float(lane) * down.y) + inside;
  gl_Position = vec4(place.x / size.x * 2.0 - 1.0, 1.0 - place.y / size.y * 2.0, 0.0, 1.0);
  look = style;
}`;

const FRAGMENT = `#version 300 es
precision mediump float;
flat in uint look;
flat in vec2 extent;
in vec2 inside;
uniform vec3 series[${SERVICE_COLORS}];
uniform vec3 error;
out vec4 color;
void main() {
  vec3 fill = series[look & ${STYLE_SERIES}u];
  if ((look & ${STYLE_ERROR}u) != 0u) {
    vec2 edge = min(inside, extent - inside);
    if (extent.x < ${FRAME_FROM_PX}.0 || min(edge.x, edge.y) < 1.5) fill = error;
  }
  float alpha = (look & ${STYLE_DIM}u) != 0u ? ${DIM_ALPHA} : 1.0;
  color = vec4(fill * alpha, alpha);
}`;

const CORNERS = new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]);

/** @returns null where there is no WebGL2 */
export function webglRectPainter(canvas: HTMLCanvasElement): RectPainter | null {
  const gl = canvas.getContext('webgl2', {
    alpha: true,
    antialias: false,
    depth: false,
  });
  return gl && new WebglRectPainter(canvas, gl);
}

class WebglRectPainter implements RectPainter {
  readonly kind = 'webgl2';
  private readonly gl: WebGL2RenderingContext;
  private program: WebGLProgram | null = null;
  private array: WebGLVertexArrayObject | null = null;
  private buffers: { span: WebGLBuffer; lane: WebGLBuffer; style: WebGLBuffer } | null = null;
  private colors: PaintColors | null = null;
  private held: { readonly rects: LaneRects; readonly styles: Uint8Array } | null = null;
  private size: readonly [number, number, number] = [0, 0, 1];
  private lastView: RectView | null = null;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    gl: WebGL2RenderingContext,
  ) {
    this.gl = gl;
    canvas.addEventListener('webglcontextlost', this.onLost);
    canvas.addEventListener('webglcontextrestored', this.onRestored);
    this.prepare();
  }

  resize(widthPx: number, heightPx: number, scale: number): void {
    this.size = [widthPx, heightPx, scale];
    this.canvas.width = Math.round(widthPx * scale);
    this.canvas.height = Math.round(heightPx * scale);
    this.gl.viewport(0, 0, this.canvas.width, this.canvas.height);
  }

  setColors(colors: PaintColors): void {
    this.colors = colors;
    const { gl, program } = this;
    if (!program) return;
    gl.useProgram(program);
    const series = new Float32Array(3 * SERVICE_COLORS);
    for (const [k, color] of colors.series.entries()) series.set(unit(color), k * 3);
    gl.uniform3fv(gl.getUniformLocation(program, 'series'), series);
    gl.uniform3fv(gl.getUniformLocation(program, 'error'), unit(colors.error));
  }

  setRects(rects: LaneRects | null, styles: Uint8Array): void {
    this.held = rects && { rects, styles };
    const { gl, buffers } = this;
    if (!rects || !buffers) return;
    const span = new Float32Array(rects.length * 2);
    for (let i = 0; i < rects.length; i++) {
      span[2 * i] = rects.x0[i] as number;
      span[2 * i + 1] = rects.x1[i] as number;
    }
    for (const [buffer, data] of [
      [buffers.span, span],
      [buffers.lane, rects.lane],
      [buffers.style, styles],
    ] as const) {
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
    }
  }

  draw(view: RectView): void {
    this.lastView = view;
    const { gl, program, array, held } = this;
    if (!program || gl.isContextLost()) return;
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (!held || held.rects.length === 0) return;
    gl.useProgram(program);
    gl.bindVertexArray(array);
    gl.uniform2f(gl.getUniformLocation(program, 'size'), this.size[0], this.size[1]);
    gl.uniform2f(gl.getUniformLocation(program, 'across'), view.originPx, view.pxPerStep);
    gl.uniform3f(gl.getUniformLocation(program, 'down'), view.topPx, view.lanePx, view.barPx);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, held.rects.length);
  }

  dispose(): void {
    this.canvas.removeEventListener('webglcontextlost', this.onLost);
    this.canvas.removeEventListener('webglcontextrestored', this.onRestored);
    this.held = null;
    this.gl.getExtension('WEBGL_lose_context')?.loseContext();
  }

  /** A driver that restarts takes everything on the device with it; without this the browser would not give it back. */
  private readonly onLost = (event: Event): void => {
    event.preventDefault();
    this.program = null;
    this.buffers = null;
  };

  private readonly onRestored = (): void => {
    this.prepare();
    this.resize(...this.size);
    if (this.colors) this.setColors(this.colors);
    if (this.held) this.setRects(this.held.rects, this.held.styles);
    if (this.lastView) this.draw(this.lastView);
  };

  private prepare(): void {
    const { gl } = this;
    const program = gl.createProgram();
    for (const [type, source] of [
      [gl.VERTEX_SHADER, VERTEX],
      [gl.FRAGMENT_SHADER, FRAGMENT],
    ] as const) {
      const shader = gl.createShader(type) as WebGLShader;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
      if (gl.isContextLost()) return;
      throw new Error(`the timeline's shaders do not link: ${gl.getProgramInfoLog(program)}`);
    }
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.array = gl.createVertexArray();
    gl.bindVertexArray(this.array);
    const corner = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, corner);
    gl.bufferData(gl.ARRAY_BUFFER, CORNERS, gl.STATIC_DRAW);
    this.attribute(program, 'corner', 2, gl.FLOAT, 0);
    const buffer = (name: string, size: number, type: number): WebGLBuffer => {
      const created = gl.createBuffer();
      gl.bindBuffer(gl.ARRAY_BUFFER, created);
      this.attribute(program, name, size, type, 1);
      return created;
    };
    this.buffers = {
      span: buffer('span', 2, gl.FLOAT),
      lane: buffer('lane', 1, gl.UNSIGNED_INT),
      style: buffer('style', 1, gl.UNSIGNED_BYTE),
    };
    this.program = program;
  }

  private attribute(program: WebGLProgram, name: string, size: number, type: number, divisor: number): void {
    const { gl } = this;
    const at = gl.getAttribLocation(program, name);
    gl.enableVertexAttribArray(at);
    if (type === gl.FLOAT) gl.vertexAttribPointer(at, size, type, false, 0, 0);
    else gl.vertexAttribIPointer(at, size, type, 0, 0);
    gl.vertexAttribDivisor(at, divisor);
  }
}

function unit(color: string): [number, number, number] {
  const [r, g, b] = rgbOf(color);
  return [r / 255, g / 255, b / 255];
}
