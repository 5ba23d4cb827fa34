/** Paints the rows of the waterfall that are on screen: names on the left, bars on a common time axis. */

import type { TimelineMark } from '../../core/api/timeline';
import { formatCompact, formatDuration, plural } from '../../core/model/format';
import { knownDuration } from '../../core/model/time';
import { ROW_CYCLE, ROW_ERROR, ROW_FOLDED, ROW_MATCH, ROW_ORPHAN, type RowBlock } from '../../core/timeline/rows';
import type { PaintColors } from './colors';
import { AXIS_FONT, AXIS_PX } from './paint-axis';
import type { TextFit } from './text-fit';
import { type TimeScale, xOf } from './time-scale';

export const ROW_PX = 26;
const INDENT_PX = 14;
/** Deeper rows keep this indent: a recursion of a thousand must not push its names off the screen. */
const MAX_INDENT = 16;
export const CHEVRON_PX = 16;
const NAMES_PADDING_PX = 8;
const NAME_FONT = '13px "Inter Variable", system-ui, sans-serif';
const SMALL_FONT = '11px "Inter Variable", system-ui, sans-serif';
const BAR_TOP_PX = 6;
const BAR_PX = 13;
const MIN_BAR_PX = 2;
const DIM_ALPHA = 0.35;

/** Row k of a block. */
export interface RowAt {
  readonly block: RowBlock;
  readonly k: number;
}

export interface WaterfallFrame {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly namesPx: number;
  readonly scale: TimeScale;
  readonly colors: PaintColors;
  /** Series colour of each palette entry. */
  readonly slots: Uint8Array;
  /** The first row on screen, and how far it is scrolled out. */
  readonly firstRow: number;
  readonly offsetPx: number;
  readonly rowAt: (position: number) => RowAt | null;
  readonly total: number;
  readonly selected: bigint | null;
  /** Position under the pointer; -1: none. */
  readonly hovered: number;
  readonly searching: boolean;
  readonly showCritical: boolean;
  /** Ancestors of the first row that scrolled out, outermost first. */
  readonly sticky: readonly RowAt[];
  readonly annotations: ReadonlyMap<bigint, { readonly bookmarked: boolean }>;
  readonly marksOf: (spanId: bigint) => readonly TimelineMark[];
}

export function paintWaterfall(context: CanvasRenderingContext2D, fit: TextFit, frame: WaterfallFrame): void {
  const { heightPx, firstRow, offsetPx, total } = frame;
  context.textBaseline = 'middle';
  const end = Math.min(total, firstRow + Math.ceil((heightPx - AXIS_PX + offsetPx) / ROW_PX));
  for (let position = firstRow; position < end; position++) {
    const row = frame.rowAt(position);
    const top = AXIS_PX + (position - firstRow) * ROW_PX - offsetPx;
    if (row) paintRow(context, fit, frame, row, top, position === frame.hovered);
    else paintMissing(context, frame, top, position);
  }
  frame.sticky.forEach((row, k) => {
    const top = AXIS_PX + k * ROW_PX;
    context.fillStyle = frame.colors.panel;
    context.fillRect(0, top, frame.widthPx, ROW_PX);
    paintRow(context, fit, frame, row, top, false);
  });
  if (frame.sticky.length > 0) {
    context.fillStyle = frame.colors.lineStrong;
    context.fillRect(0, AXIS_PX + frame.sticky.length * ROW_PX - 1, frame.widthPx, 1);
  }
  context.fillStyle = frame.colors.line;
  context.fillRect(frame.namesPx, 0, 1, heightPx);
}

function paintRow(
  context: CanvasRenderingContext2D,
  fit: TextFit,
  frame: WaterfallFrame,
  row: RowAt,
  top: number,
  hovered: boolean,
): void {
  const { colors, widthPx } = frame;
  const { block, k } = row;
  const selected = block.spanId[k] === frame.selected;
  if (selected || hovered) {
    context.fillStyle = selected ? colors.accentGround : colors.raised;
    context.globalAlpha = selected ? 1 : 0.7;
    context.fillRect(0, top, widthPx, ROW_PX - 1);
    context.globalAlpha = 1;
  }
  context.fillStyle = colors.line;
  context.fillRect(0, top + ROW_PX - 1, widthPx, 1);
  const dimmed = frame.searching && ((block.flags[k] as number) & ROW_MATCH) === 0;
  context.globalAlpha = dimmed ? DIM_ALPHA : 1;
  paintName(context, fit, frame, row, top);
  paintBar(context, fit, frame, row, top);
  context.globalAlpha = 1;
}

/** A row whose data is on its way keeps its place. */
function paintMissing(
  context: CanvasRenderingContext2D,
  { colors, namesPx, widthPx }: WaterfallFrame,
  top: number,
  position: number,
): void {
  context.fillStyle = colors.line;
  context.fillRect(0, top + ROW_PX - 1, widthPx, 1);
  context.fillStyle = colors.raised;
  context.fillRect(24, top + 9, Math.min(namesPx - 40, 90 + ((position * 37) % 80)), 8);
}

export function indentOf(depth: number): number {
  return NAMES_PADDING_PX + Math.min(depth, MAX_INDENT) * INDENT_PX;
}

function paintName(
  context: CanvasRenderingContext2D,
  fit: TextFit,
  frame: WaterfallFrame,
  { block, k }: RowAt,
  top: number,
): void {
  const { colors, namesPx, slots } = frame;
  const flags = block.flags[k] as number;
  const depth = block.depth[k] as number;
  const operation = block.operations[block.operation[k] as number];
  if (!operation) return;
  const middle = top + ROW_PX / 2;
  paintGuides(context, frame, block.guides[k] as number, depth, top);
  let x = indentOf(depth);
  const descendants = block.descendants[k] as number;
  const folded = (flags & ROW_FOLDED) !== 0;
  if (descendants > 0) paintChevron(context, x + CHEVRON_PX / 2, middle, folded, colors.faint);
  x += CHEVRON_PX;
  if (depth > MAX_INDENT) {
    fit.setFont(AXIS_FONT);
    context.fillStyle = colors.faint;
    context.fillText(String(depth), x, middle);
    x += fit.width(String(depth)) + 5;
  }
  context.fillStyle = colors.series[slots[operation.color] ?? 0] as string;
  context.beginPath();
  context.roundRect(x, middle - 4, 8, 8, 2);
  context.fill();
  x += 14;
  const notes = notesOf(flags, descendants, block.errorsBelow[k] as number);
  const error = (flags & ROW_ERROR) !== 0;
  const annotation = frame.annotations.get(block.spanId[k] as bigint);
  fit.setFont(SMALL_FONT);
  const notesPx = notes.reduce((sum, { text }) => sum + fit.width(text) + 10, 0);
  fit.setFont(NAME_FONT);
  const room = namesPx - x - 8 - (error ? 19 : 0) - (annotation ? 14 : 0) - notesPx;
  const name = operation.name === '' ? 'unnamed' : firstLine(operation.name);
  const text = fit.fit(name, Math.max(room, 24));
  context.fillStyle = operation.name === '' ? colors.faint : colors.text;
  context.fillText(text, x, middle);
  x += fit.width(text) + 6;
  if (error && x + 14 < namesPx) {
    paintErrorDot(context, fit, x + 7, middle, colors);
    x += 19;
  }
  if (annotation && x + 9 < namesPx) {
    paintRibbon(context, x, middle, annotation.bookmarked, colors.accent);
    x += 14;
  }
  for (const { text, isError } of notes) {
    fit.setFont(SMALL_FONT);
    if (x + fit.width(text) > namesPx - 4) break;
    context.fillStyle = isError ? colors.error : colors.secondary;
    context.fillText(text, x, middle);
    x += fit.width(text) + 10;
  }
}

/** A ribbon for a bookmark; its outline for a note alone. */
function paintRibbon(context: CanvasRenderingContext2D, x: number, y: number, filled: boolean, color: string): void {
  context.beginPath();
  context.moveTo(x + 0.5, y - 5.5);
  context.lineTo(x + 8.5, y - 5.5);
  context.lineTo(x + 8.5, y + 5.5);
  context.lineTo(x + 4.5, y + 2);
  context.lineTo(x + 0.5, y + 5.5);
  context.closePath();
  context.fillStyle = color;
  context.strokeStyle = color;
  context.lineWidth = 1;
  if (filled) context.fill();
  context.stroke();
}

function notesOf(flags: number, descendants: number, errorsBelow: number): { text: string; isError: boolean }[] {
  const notes: { text: string; isError: boolean }[] = [];
  if (flags & ROW_FOLDED) {
    const count = descendants < 10_000 ? plural(descendants, 'span') : `${formatCompact(descendants)} spans`;
    notes.push({ text: `+ ${count}`, isError: false });
    if (errorsBelow > 0) notes.push({ text: `${plural(errorsBelow, 'error')} inside`, isError: true });
  }
  if (flags & ROW_ORPHAN) notes.push({ text: 'parent missing', isError: false });
  if (flags & ROW_CYCLE) notes.push({ text: 'cycle of parents', isError: false });
  return notes;
}

/** Control characters and line breaks of hostile names do not break the row. */
function firstLine(name: string): string {
  return name.replace(/\s+/g, ' ');
}

function paintGuides(
  context: CanvasRenderingContext2D,
  { colors }: WaterfallFrame,
  guides: number,
  depth: number,
  top: number,
): void {
  context.fillStyle = colors.line;
  for (let level = 0; level < Math.min(depth, MAX_INDENT); level++) {
    const x = Math.round(indentOf(level) + CHEVRON_PX / 2);
    const isParent = level === depth - 1;
    if ((guides >>> level) & 1) context.fillRect(x, top, 1, ROW_PX - 1);
    else if (isParent) context.fillRect(x, top, 1, ROW_PX / 2);
    if (isParent) context.fillRect(x, top + ROW_PX / 2, 6, 1);
  }
}

function paintChevron(context: CanvasRenderingContext2D, x: number, y: number, folded: boolean, color: string): void {
  context.fillStyle = color;
  context.beginPath();
  if (folded) {
    context.moveTo(x - 2, y - 4);
    context.lineTo(x + 3, y);
    context.lineTo(x - 2, y + 4);
  } else {
    context.moveTo(x - 4, y - 2);
    context.lineTo(x + 4, y - 2);
    context.lineTo(x, y + 3);
  }
  context.fill();
}

function paintErrorDot(
  context: CanvasRenderingContext2D,
  fit: TextFit,
  x: number,
  y: number,
  colors: PaintColors,
): void {
  context.fillStyle = colors.error;
  context.beginPath();
  context.arc(x, y, 7, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = colors.panel;
  fit.setFont('bold 10px "Inter Variable", system-ui, sans-serif');
  context.textAlign = 'center';
  context.fillText('!', x, y + 0.5);
  context.textAlign = 'left';
}

function paintBar(
  context: CanvasRenderingContext2D,
  fit: TextFit,
  frame: WaterfallFrame,
  { block, k }: RowAt,
  top: number,
): void {
  const { scale, colors, slots, showCritical } = frame;
  const startNs = block.startNs[k] as number;
  const durationNs = block.durationNs[k] as number;
  const from = xOf(scale, startNs);
  const to = xOf(scale, startNs + Math.max(durationNs, 0));
  const right = scale.leftPx + scale.widthPx;
  const middle = top + ROW_PX / 2;
  context.save();
  context.beginPath();
  context.rect(scale.leftPx, top, scale.widthPx, ROW_PX);
  context.clip();
  fit.reset();
  fit.setFont(AXIS_FONT);
  context.fillStyle = colors.faint;
  if (to < scale.leftPx) context.fillText('\u2039', scale.leftPx + 5, middle);
  else if (from > right) context.fillText('\u203a', right - 12, middle);
  else {
    const operation = block.operations[block.operation[k] as number];
    // Clipped near the screen: a bar a million screens wide is beyond what a canvas counts in.
    const left = Math.max(from, scale.leftPx - 4);
    const width = Math.max(Math.min(to, right + 4) - left, MIN_BAR_PX);
    const failed = ((block.flags[k] as number) & ROW_ERROR) !== 0;
    context.fillStyle = colors.series[slots[operation?.color ?? 0] ?? 0] as string;
    if (failed && width < 5) context.fillStyle = colors.error;
    context.beginPath();
    context.roundRect(left, top + BAR_TOP_PX, width, BAR_PX, Math.min(2, width / 2));
    context.fill();
    if (failed && width >= 5) {
      context.strokeStyle = colors.error;
      context.lineWidth = 1.5;
      context.beginPath();
      context.roundRect(left + 0.75, top + BAR_TOP_PX + 0.75, width - 1.5, BAR_PX - 1.5, 2);
      context.stroke();
    }
    if (showCritical) paintCritical(context, frame, block, k, top);
    const marks = frame.marksOf(block.spanId[k] as bigint);
    const doubt = marks.find(({ kind }) => kind === 'clock')?.name ?? null;
    paintDuration(context, fit, frame, { left, right: left + width, middle, durationNs, doubt });
    paintMarks(context, frame, marks, left, middle);
  }
  context.restore();
  fit.reset();
}

/** Beside the bar, before it where the screen ends, inside it where it fills the screen. */
function paintDuration(
  context: CanvasRenderingContext2D,
  fit: TextFit,
  { scale, colors }: WaterfallFrame,
  bar: {
    readonly left: number;
    readonly right: number;
    readonly middle: number;
    readonly durationNs: number;
    readonly doubt: string | null;
  },
): void {
  // Of times that cannot be true no duration is known.
  const label = bar.doubt ?? formatDuration(knownDuration(bar.durationNs));
  const width = fit.width(label);
  const end = scale.leftPx + scale.widthPx;
  context.fillStyle = bar.doubt === null ? colors.secondary : colors.warning;
  if (bar.right + 5 + width < end) context.fillText(label, bar.right + 5, bar.middle);
  else if (bar.left - 5 - width > scale.leftPx) context.fillText(label, bar.left - 5 - width, bar.middle);
  else {
    context.fillStyle = colors.panel;
    context.fillText(label, Math.min(bar.right, end) - width - 6, bar.middle);
  }
}

/** Events as diamonds, logs as ticks below them, links as a ring at the bar's beginning; what failed in red. */
function paintMarks(
  context: CanvasRenderingContext2D,
  { scale, colors }: WaterfallFrame,
  marks: readonly TimelineMark[],
  barLeft: number,
  middle: number,
): void {
  for (const { kind, atNs } of marks) {
    if (kind === 'clock') continue;
    const x = atNs === null ? barLeft : xOf(scale, atNs);
    if (x < scale.leftPx - 4 || x > scale.leftPx + scale.widthPx + 4) continue;
    context.fillStyle = kind === 'exception' || kind === 'error log' ? colors.error : colors.text;
    context.strokeStyle = colors.panel;
    context.lineWidth = 1;
    context.beginPath();
    if (kind === 'link') {
      context.strokeStyle = colors.text;
      context.lineWidth = 1.5;
      context.arc(x, middle - 0.5, 3.5, 0, 2 * Math.PI);
    } else if (kind === 'log' || kind === 'error log') {
      context.rect(x - 1, middle + 2, 2.5, 6);
    } else {
      context.moveTo(x, middle - 4.5);
      context.lineTo(x + 4, middle - 0.5);
      context.lineTo(x, middle + 3.5);
      context.lineTo(x - 4, middle - 0.5);
      context.closePath();
    }
    if (kind !== 'link') context.fill();
    context.stroke();
  }
}

function paintCritical(
  context: CanvasRenderingContext2D,
  { scale, colors }: WaterfallFrame,
  block: RowBlock,
  k: number,
  top: number,
): void {
  context.fillStyle = colors.text;
  const right = scale.leftPx + scale.widthPx;
  let painted = Number.NEGATIVE_INFINITY;
  for (let s = block.criticalStart[k] as number; s < (block.criticalStart[k + 1] as number); s++) {
    const from = Math.max(xOf(scale, block.criticalNs[2 * s] as number), scale.leftPx, painted);
    const to = Math.min(xOf(scale, block.criticalNs[2 * s + 1] as number), right);
    if (to < scale.leftPx) continue;
    if (from > right) break;
    if (to - painted < 0.5) continue;
    painted = from + Math.max(to - from, 1);
    context.fillRect(from, top + BAR_TOP_PX + BAR_PX + 1, painted - from, 2);
  }
}
