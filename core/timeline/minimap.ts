/** The whole trace in a strip: every row a thin line, in a picture of palette entries that the renderer only has to colour. */
import { STATUS_ERROR } from '../model/span-kind';
import { boundsOf, type TraceColumns } from './trace-columns';
import type { TraceTree } from './trace-tree';

export interface Minimap {
  readonly width: number;
  readonly height: number;
  /** Palette entry + 1 a pixel; 0: nothing; MINIMAP_ERROR: a failed span. Row by row. */
  readonly pixels: Uint16Array<ArrayBuffer>;
}

export const MINIMAP_ERROR = 0xffff;
/** An error is never smaller: one red pixel is why people look. */
const ERROR_PX = 2;

export function paintMinimap(
  columns: TraceColumns,
  tree: TraceTree,
  extent: readonly [startNs: number, endNs: number],
  size: { readonly width: number; readonly height: number },
  colorOf: (operation: number) => number,
): Minimap {
  const { width, height } = size;
  const pixels = new Uint16Array(width * height);
  const [from, to] = extent;
  const scale = width / Math.max(to - from, 1);
  const lineHeight = height / Math.max(tree.length, 1);
  const thick = Math.max(1, Math.min(3, Math.floor(lineHeight * 0.7)));
  const lineOf = (row: number): number => Math.min(Math.floor(row * lineHeight), height - thick);
  const columnsOf = (span: number, least: number): [number, number] => {
    const [start, end] = boundsOf(columns, span);
    const x0 = Math.min(Math.max(Math.floor((start - from) * scale), 0), width - least);
    return [x0, Math.max(x0 + least, Math.min(Math.ceil((end - from) * scale), width))];
  };
  // From the last row up, and no pixel twice: children stay visible before their parents, and a million rows cost no more
  // than the picture has pixels. `free` leads from each pixel to the next unpainted one to its right.
  const free = new Int32Array((width + 1) * height).map((_, at) => at % (width + 1));
  const nextFree = (line: number, x: number): number => {
    const base = line * (width + 1);
    let at = x;
    while ((free[base + at] as number) !== at) {
      free[base + at] = free[base + (free[base + at] as number)] as number;
      at = free[base + at] as number;
    }
    return at;
  };
  for (let row = tree.length - 1; row >= 0; row--) {
    const span = tree.span[row] as number;
    const line = lineOf(row);
    const [x0, x1] = columnsOf(span, 1);
    const color = colorOf(columns.operation[span] as number) + 1;
    for (let x = nextFree(line, x0); x < x1; x = nextFree(line, x)) {
      for (let k = 0; k < thick; k++) pixels[(line + k) * width + x] = color;
      free[line * (width + 1) + x] = x + 1;
    }
  }
  for (let row = 0; row < tree.length; row++) {
    const span = tree.span[row] as number;
    if (columns.status[span] !== STATUS_ERROR) continue;
    const line = Math.min(lineOf(row), height - Math.max(thick, ERROR_PX));
    const [x0, x1] = columnsOf(span, ERROR_PX);
    for (let k = 0; k < Math.max(thick, ERROR_PX); k++) {
      pixels.fill(MINIMAP_ERROR, (line + k) * width + x0, (line + k) * width + x1);
    }
  }
  return { width, height, pixels };
}
