/** The time axis with its grid, and a range that is being measured. */
import { formatDuration } from '../../core/model/format';
import { type TimeWindow, tickLabel, ticksOf } from '../../core/timeline/time-window';
import type { PaintColors } from './colors';
import type { TextFit } from './text-fit';
import { type TimeScale, xOf } from './time-scale';

export const AXIS_PX = 21;
export const AXIS_FONT = '11px "JetBrains Mono Variable", ui-monospace, monospace';
const PX_PER_TICK = 90;

interface AxisFrame {
  readonly scale: TimeScale;
  /** Times read from here. */
  readonly zeroNs: number;
  readonly heightPx: number;
  readonly colors: PaintColors;
}

/** Paint before the rows: the grid lies behind them. */
export function paintGrid(context: CanvasRenderingContext2D, { scale, zeroNs, heightPx, colors }: AxisFrame): void {
  context.fillStyle = colors.line;
  for (const tick of ticksOf(scale.window, scale.widthPx / PX_PER_TICK, zeroNs).ticks) {
    context.fillRect(Math.round(xOf(scale, tick)), AXIS_PX, 1, heightPx - AXIS_PX);
  }
}

/** Paint after the rows. */
export function paintAxis(context: CanvasRenderingContext2D, fit: TextFit, frame: AxisFrame, widthPx: number): void {
  const { scale, zeroNs, colors } = frame;
  context.fillStyle = colors.panel;
  context.fillRect(0, 0, widthPx, AXIS_PX);
  context.fillStyle = colors.line;
  context.fillRect(0, AXIS_PX - 1, widthPx, 1);
  context.save();
  context.beginPath();
  context.rect(scale.leftPx, 0, scale.widthPx, AXIS_PX);
  context.clip();
  fit.reset();
  fit.setFont(AXIS_FONT);
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  const { ticks, stepNs } = ticksOf(scale.window, scale.widthPx / PX_PER_TICK, zeroNs);
  for (const tick of ticks) {
    const x = Math.round(xOf(scale, tick));
    context.fillStyle = colors.line;
    context.fillRect(x, 0, 1, AXIS_PX);
    context.fillStyle = colors.secondary;
    const label = tickLabel(tick - zeroNs, stepNs);
    // Half a label would say another time.
    if (x + 6 + fit.width(label) <= scale.leftPx + scale.widthPx) context.fillText(label, x + 6, AXIS_PX / 2);
  }
  context.restore();
  fit.reset();
}

/** The measured range as a band over everything, with how long it is. */
export function paintRange(
  context: CanvasRenderingContext2D,
  fit: TextFit,
  { scale, heightPx, colors }: AxisFrame,
  range: TimeWindow,
): void {
  const left = Math.max(xOf(scale, range.startNs), scale.leftPx);
  const right = Math.min(xOf(scale, range.endNs), scale.leftPx + scale.widthPx);
  if (right < left) return;
  context.globalAlpha = 0.12;
  context.fillStyle = colors.accent;
  context.fillRect(left, 0, right - left, heightPx);
  context.globalAlpha = 1;
  context.fillRect(Math.round(left), 0, 1, heightPx);
  context.fillRect(Math.round(right) - 1, 0, 1, heightPx);
  fit.setFont(AXIS_FONT);
  const label = formatDuration(range.endNs - range.startNs);
  const width = fit.width(label) + 10;
  const x = Math.min(Math.max((left + right - width) / 2, scale.leftPx), scale.leftPx + scale.widthPx - width);
  context.fillRect(x, 2, width, AXIS_PX - 4);
  context.fillStyle = colors.panel;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.fillText(label, x + 5, AXIS_PX / 2);
}
