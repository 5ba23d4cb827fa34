/** Paints every row of a trace into a strip: one thin line a row, errors last so that nothing covers them. */
import { STATUS_ERROR } from '../../../core/model/span-kind';
import { wholeWindow } from '../../../core/timeline/time-window';
import { boundsOf } from '../../../core/timeline/trace-tree';
import { serviceColor } from '../../ui/series';
import type { LoadedTrace } from './use-trace';

const PADDING_PX = 3;
/** An error is never thinner: one red pixel is why people look. */
const MIN_ERROR_PX = 3;

export function paintMinimap(
  canvas: HTMLCanvasElement,
  { columns, tree, summary }: LoadedTrace,
  widthPx: number,
  heightPx: number,
): void {
  const scale = window.devicePixelRatio;
  canvas.width = Math.round(widthPx * scale);
  canvas.height = Math.round(heightPx * scale);
  const context = canvas.getContext('2d');
  if (!context) return;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  const style = getComputedStyle(canvas);
  const resolve = (color: string): string => style.getPropertyValue(color.slice(4, -1)).trim();
  const colors = columns.operations.map(({ service }) => resolve(serviceColor(service)));
  const total = wholeWindow(summary.durationNs).endNs;
  const lineHeight = (heightPx - 2 * PADDING_PX) / tree.length;
  const thickness = Math.min(Math.max(lineHeight * 0.7, 1), 3);
  const paint = (row: number, minWidthPx: number): void => {
    const [start, end] = boundsOf(columns, tree.span[row] as number);
    const x = (start / total) * widthPx;
    context.fillRect(
      x,
      PADDING_PX + row * lineHeight,
      Math.max(((end - start) / total) * widthPx, minWidthPx),
      thickness,
    );
  };
  for (let row = 0; row < tree.length; row++) {
    context.fillStyle = colors[columns.operation[tree.span[row] as number] as number] ?? '';
    paint(row, 0.5);
  }
  context.fillStyle = style.getPropertyValue('--error').trim();
  for (let row = 0; row < tree.length; row++) {
    if (columns.status[tree.span[row] as number] === STATUS_ERROR) paint(row, MIN_ERROR_PX);
  }
}
