/** The waterfall of a file, by the painter of the app. */
import { STATUS_ERROR } from '../../core/model/span-kind';
import { rowBlock } from '../../core/timeline/row-block';
import type { RowBlock } from '../../core/timeline/rows';
import { fitWindow, panWindow, type TimeWindow, wholeWindow, zoomWindow } from '../../core/timeline/time-window';
import type { ViewRows } from '../../core/timeline/trace-look';
import { type PaintColors, readColors, slotsOf } from '../timeline/colors';
import { FrameLoop } from '../timeline/frame-loop';
import { AXIS_PX, paintAxis, paintGrid } from '../timeline/paint-axis';
import { CHEVRON_PX, indentOf, paintWaterfall, ROW_PX } from '../timeline/paint-waterfall';
import { TextFit } from '../timeline/text-fit';
import { type TimeScale, timeAt } from '../timeline/time-scale';
import type { OpenedTrace } from './read-file';

const NONE_MARKED = new Map();
const ZOOM = 1.25;
const PAN_SHARE = 0.15;

export class FileTimeline {
  private readonly context: CanvasRenderingContext2D;
  private readonly fit: TextFit;
  private readonly loop = new FrameLoop(() => this.paint());
  private colors: PaintColors;
  private view: ViewRows;
  private whole: TimeWindow;
  private window: TimeWindow;
  private size = { widthPx: 0, heightPx: 0 };
  private namesPx = 360;
  private hovered = -1;
  private selected: bigint | null = null;
  private toggled = new Set<bigint>();
  private search = '';
  private block: RowBlock | null = null;
  private slots: Uint8Array = new Uint8Array(0);

  /** @param canvas lies still over `scroller`, which is as high as all of its rows */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly scroller: HTMLElement,
    private readonly spacer: HTMLElement,
    private readonly trace: OpenedTrace,
    private readonly onSelect: (spanId: bigint) => void,
  ) {
    const context = canvas.getContext('2d');
    if (!context) throw new Error('This browser has no canvas.');
    this.context = context;
    this.fit = new TextFit(context);
    this.colors = readColors(document.documentElement);
    this.whole = wholeWindow(...this.look.extent);
    this.window = this.whole;
    this.view = this.newView();
    this.listen();
  }

  private get look() {
    return this.trace.model.asSent;
  }

  recolor(): void {
    this.colors = readColors(document.documentElement);
    this.loop.invalidate();
  }

  resize(): void {
    const { clientWidth, clientHeight } = this.scroller;
    const scale = window.devicePixelRatio || 1;
    this.size = { widthPx: clientWidth, heightPx: clientHeight };
    this.namesPx = Math.min(420, Math.max(160, clientWidth * 0.36));
    this.canvas.width = Math.round(clientWidth * scale);
    this.canvas.height = Math.round(clientHeight * scale);
    this.canvas.style.width = `${clientWidth}px`;
    this.canvas.style.height = `${clientHeight}px`;
    this.context.setTransform(scale, 0, 0, scale, 0, 0);
    this.fit.reset();
    this.loop.invalidate();
  }

  find(search: string): number {
    this.search = search;
    this.view = this.newView();
    this.loop.invalidate();
    return this.view.hits?.reduce((sum, hit) => sum + hit, 0) ?? this.view.rows.length;
  }

  /** Selects, and brings it on screen. */
  select(spanId: bigint): void {
    this.selected = spanId;
    const at = this.positionOf(spanId);
    const top = at * ROW_PX;
    const { scrollTop } = this.scroller;
    const room = this.size.heightPx - AXIS_PX - ROW_PX;
    if (at >= 0 && (top < scrollTop || top > scrollTop + room)) this.scroller.scrollTop = Math.max(0, top - room / 3);
    this.onSelect(spanId);
    this.loop.invalidate();
  }

  nextError(): void {
    const { tree, columns } = this.look;
    const { rows } = this.view;
    const from = this.selected === null ? -1 : this.positionOf(this.selected);
    for (let k = 1; k <= rows.length; k++) {
      const span = tree.span[rows[(from + k + rows.length) % rows.length] as number] as number;
      if (columns.status[span] !== STATUS_ERROR) continue;
      this.select(columns.spanId[span] as bigint);
      return;
    }
  }

  private newView(): ViewRows {
    const view = this.look.view({
      depth: null,
      services: [],
      toggled: this.toggled,
      sort: 'tree',
      descending: false,
      search: this.search,
      onlyMatches: false,
    });
    this.block = null;
    this.spacer.style.height = `${view.rows.length * ROW_PX + AXIS_PX}px`;
    return view;
  }

  private positionOf(spanId: bigint): number {
    const index = this.trace.model.ids.find(spanId);
    return index < 0 ? -1 : this.view.rows.indexOf(this.look.tree.rowOf[index] as number);
  }

  private get scale(): TimeScale {
    const leftPx = this.namesPx + 1;
    return { window: this.window, leftPx, widthPx: Math.max(1, this.size.widthPx - leftPx - 16) };
  }

  private paint(): void {
    const { widthPx, heightPx } = this.size;
    const { scrollTop } = this.scroller;
    const firstRow = Math.floor(scrollTop / ROW_PX);
    const count = Math.ceil(heightPx / ROW_PX) + 2;
    const { block } = this;
    if (!block || block.from > firstRow || block.from + block.length < Math.min(firstRow + count, block.total)) {
      const window = { from: Math.max(0, firstRow - count), to: firstRow + 2 * count };
      this.block = rowBlock(this.look, this.view, window, 0, (span) => this.trace.model.shiftOf(span));
      this.slots = slotsOf(this.look.services.map((name) => ({ name })));
    }
    const { context, fit, colors, scale } = this;
    context.fillStyle = colors.panel;
    context.fillRect(0, 0, widthPx, heightPx);
    const axis = { scale, zeroNs: 0, heightPx, colors };
    paintGrid(context, axis);
    paintWaterfall(context, fit, {
      widthPx,
      heightPx,
      namesPx: this.namesPx,
      scale,
      colors,
      slots: this.slots,
      firstRow,
      offsetPx: scrollTop - firstRow * ROW_PX,
      rowAt: (position) => {
        const k = position - (this.block?.from ?? 0);
        return this.block && k >= 0 && k < this.block.length ? { block: this.block, k } : null;
      },
      total: this.view.rows.length,
      selected: this.selected,
      hovered: this.hovered,
      searching: this.search.trim() !== '',
      showCritical: true,
      sticky: [],
      annotations: NONE_MARKED,
      marksOf: (spanId) =>
        (this.trace.find(spanId)?.span.events ?? []).map(({ name, timeUnixNano }) => ({
          kind: name === 'exception' ? 'exception' : 'event',
          name,
          spanId,
          atNs: Number(BigInt(timeUnixNano) - BigInt(this.look.columns.originNs)),
        })),
    });
    paintAxis(context, fit, axis, widthPx);
  }

  private listen(): void {
    const { canvas, scroller, loop } = this;
    scroller.addEventListener('scroll', loop.invalidate, { passive: true });
    scroller.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    canvas.addEventListener('pointermove', ({ offsetX, offsetY, buttons, movementX }) => {
      if (buttons === 1 && offsetX > this.namesPx) {
        this.window = panWindow(this.window, -movementX / this.scale.widthPx, this.whole);
      }
      this.hovered = this.rowUnder(offsetY);
      loop.invalidate();
    });
    canvas.addEventListener('pointerleave', () => {
      this.hovered = -1;
      loop.invalidate();
    });
    canvas.addEventListener('click', ({ offsetX, offsetY }) => this.click(offsetX, this.rowUnder(offsetY)));
    scroller.addEventListener('keydown', (event) => {
      if (!event.ctrlKey && !event.metaKey && !event.altKey && this.key(event.key)) event.preventDefault();
    });
  }

  private rowUnder(y: number): number {
    const position = Math.floor((y - AXIS_PX + this.scroller.scrollTop) / ROW_PX);
    return y > AXIS_PX && position < this.view.rows.length ? position : -1;
  }

  private spanAt(position: number): bigint | null {
    const row = this.view.rows[position];
    return row === undefined ? null : (this.look.columns.spanId[this.look.tree.span[row] as number] as bigint);
  }

  private click(x: number, position: number): void {
    const spanId = this.spanAt(position);
    if (spanId === null) return;
    const depth = this.look.tree.depth[this.view.rows[position] as number] as number;
    const chevron = indentOf(depth);
    if (x >= chevron && x < chevron + CHEVRON_PX) this.toggle(spanId);
    else this.select(spanId);
  }

  private toggle(spanId: bigint): void {
    if (!this.toggled.delete(spanId)) this.toggled.add(spanId);
    this.view = this.newView();
    this.loop.invalidate();
  }

  private wheel(event: WheelEvent): void {
    if (event.ctrlKey || event.metaKey) {
      const anchor = timeAt(this.scale, Math.max(event.offsetX, this.scale.leftPx));
      this.window = zoomWindow(this.window, event.deltaY < 0 ? 1 / ZOOM : ZOOM, anchor, this.whole);
    } else if (event.deltaX !== 0 || event.shiftKey) {
      const move = event.deltaX || event.deltaY;
      this.window = panWindow(this.window, move / this.scale.widthPx, this.whole);
    } else return;
    event.preventDefault();
    this.loop.invalidate();
  }

  /** @returns whether it is a key of the timeline */
  private key(key: string): boolean {
    const at = this.selected === null ? -1 : this.positionOf(this.selected);
    const middle = (this.window.startNs + this.window.endNs) / 2;
    const move = (by: number): void => {
      const spanId = this.spanAt(Math.min(Math.max(at + by, 0), this.view.rows.length - 1));
      if (spanId !== null) this.select(spanId);
    };
    if (key === 'ArrowDown') move(1);
    else if (key === 'ArrowUp') move(-1);
    else if ((key === 'ArrowLeft' || key === 'ArrowRight') && this.selected !== null) {
      if (this.toggled.has(this.selected) === (key === 'ArrowRight')) this.toggle(this.selected);
      else move(key === 'ArrowRight' ? 1 : -1);
    } else if (key === 'e') this.nextError();
    else if (key === '+' || key === '=') this.window = zoomWindow(this.window, 1 / ZOOM, middle, this.whole);
    else if (key === '-') this.window = zoomWindow(this.window, ZOOM, middle, this.whole);
    else if (key === 'a') this.window = panWindow(this.window, -PAN_SHARE, this.whole);
    else if (key === 'd') this.window = panWindow(this.window, PAN_SHARE, this.whole);
    else if (key === '0') this.window = this.whole;
    else if (key === 'f' && at >= 0) {
      const span = this.look.tree.span[this.view.rows[at] as number] as number;
      const startNs = this.look.columns.startNs[span] as number;
      this.window = fitWindow(startNs, startNs + Math.max(this.look.columns.durationNs[span] as number, 0), this.whole);
    } else return false;
    this.loop.invalidate();
    return true;
  }
}
