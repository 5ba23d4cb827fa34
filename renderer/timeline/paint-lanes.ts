/** What lies over the rectangles of lanes: names in those wide enough, the groups' names, the selected and the hovered one. */
import type { WindowRects } from '../../core/api/timeline';
import { formatCount } from '../../core/model/format';
import type { LaneGroup } from '../../core/timeline/lanes';
import type { PaintColors } from './colors';
import { AXIS_PX } from './paint-axis';
import type { RectView } from './rect-painter';
import type { TextFit } from './text-fit';

const LABEL_FONT = '11px "Inter Variable", system-ui, sans-serif';
const GROUP_FONT = '12px "Inter Variable", system-ui, sans-serif';
const MIN_LABEL_PX = 28;
const PADDING_PX = 4;

export interface LanesFrame {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Width of the groups' names; 0: none. */
  readonly namesPx: number;
  readonly colors: PaintColors;
  readonly view: RectView;
  readonly rects: WindowRects;
}

/** `view` is relative to the area right of the names and below the axis. */
export function paintLabels(context: CanvasRenderingContext2D, fit: TextFit, frame: LanesFrame): void {
  const { rects, view, namesPx, widthPx, heightPx, colors } = frame;
  context.save();
  context.beginPath();
  context.rect(namesPx, AXIS_PX, widthPx - namesPx, heightPx - AXIS_PX);
  context.clip();
  fit.reset();
  fit.setFont(LABEL_FONT);
  context.textBaseline = 'middle';
  context.fillStyle = colors.panel;
  for (let n = 0; n < rects.labelled.length; n++) {
    const i = rects.labelled[n] as number;
    const top = AXIS_PX + view.topPx + (rects.lane[i] as number) * view.lanePx;
    if (top > heightPx || top + view.lanePx < AXIS_PX) continue;
    // Clamped to the screen, so that a long span is named wherever one looks.
    const left = namesPx + Math.max(view.originPx + (rects.x0[i] as number) * view.pxPerStep, 0);
    const right = Math.min(namesPx + view.originPx + (rects.x1[i] as number) * view.pxPerStep, widthPx);
    if (right - left < MIN_LABEL_PX) continue;
    const text = fit.fit((rects.labels[n] as string).replace(/\s+/g, ' '), right - left - 2 * PADDING_PX);
    if (text !== '') context.fillText(text, left + PADDING_PX, top + view.barPx / 2 + 0.5);
  }
  context.restore();
  fit.reset();
}

export function paintOutline(
  context: CanvasRenderingContext2D,
  { rects, view, namesPx, widthPx, heightPx }: LanesFrame,
  index: number,
  color: string,
): void {
  const left = namesPx + view.originPx + (rects.x0[index] as number) * view.pxPerStep;
  const right = namesPx + view.originPx + (rects.x1[index] as number) * view.pxPerStep;
  const top = AXIS_PX + view.topPx + (rects.lane[index] as number) * view.lanePx;
  context.save();
  context.beginPath();
  context.rect(namesPx, AXIS_PX, widthPx - namesPx, heightPx - AXIS_PX);
  context.clip();
  context.strokeStyle = color;
  context.lineWidth = 2;
  const [x0, x1] = [Math.max(left, namesPx - 4), Math.min(Math.max(right, left + 2), widthPx + 4)];
  context.strokeRect(x0 - 0.5, top - 0.5, x1 - x0 + 1, view.barPx + 1);
  context.restore();
}

/** Names of the groups at their lanes; one whose first lane scrolled out is named at the top. */
export function paintGroups(
  context: CanvasRenderingContext2D,
  fit: TextFit,
  frame: Pick<LanesFrame, 'widthPx' | 'heightPx' | 'namesPx' | 'colors'>,
  groups: readonly LaneGroup[],
  lanePx: number,
  scrollPx: number,
  colorOf: (group: number) => string,
): void {
  const { namesPx, widthPx, heightPx, colors } = frame;
  fit.reset();
  context.textBaseline = 'middle';
  for (let g = firstVisible(groups, scrollPx / lanePx); g < groups.length; g++) {
    const { name, first, count, items, errors } = groups[g] as LaneGroup;
    const top = AXIS_PX + first * lanePx - scrollPx;
    const bottom = top + count * lanePx;
    if (top > heightPx) break;
    context.fillStyle = colors.line;
    context.fillRect(0, Math.round(bottom) - 1, widthPx, 1);
    const middle = Math.min(Math.max(top, AXIS_PX), bottom - lanePx) + lanePx / 2;
    if (middle < AXIS_PX) continue;
    context.fillStyle = colorOf(g);
    context.beginPath();
    context.roundRect(10, middle - 4, 8, 8, 2);
    context.fill();
    fit.setFont(LABEL_FONT);
    const note = `${formatCount(items)}${errors > 0 ? ` \u00b7 ${formatCount(errors)} err` : ''}`;
    const noteWidth = fit.width(note);
    context.fillStyle = errors > 0 ? colors.error : colors.faint;
    context.fillText(note, namesPx - noteWidth - 10, middle);
    fit.setFont(GROUP_FONT);
    context.fillStyle = colors.text;
    context.fillText(fit.fit(name || 'unknown service', namesPx - noteWidth - 44), 24, middle);
  }
  context.fillStyle = colors.line;
  context.fillRect(namesPx, 0, 1, heightPx);
}

/** The first group that ends below a lane. */
function firstVisible(groups: readonly LaneGroup[], lane: number): number {
  let low = 0;
  let high = groups.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const group = groups[middle] as LaneGroup;
    if (group.first + group.count <= lane) low = middle + 1;
    else high = middle;
  }
  return low;
}
