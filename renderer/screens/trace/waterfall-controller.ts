/**
 * The waterfall on its canvas. React mounts it and hands it the trace; scrolling, zooming and hovering go from the event to one paint
 * a frame without a component in between.
 */
import type { Annotation } from '../../../core/api/annotation';
import type { RowsView } from '../../../core/api/timeline';
import type { TimeWindow } from '../../../core/timeline/time-window';
import { fitWindow } from '../../../core/timeline/time-window';
import { api } from '../../connection/connection';
import { lookOf, useTraceView, waterfallView } from '../../stores/trace-view-store';
import { type PaintColors, readColors } from '../../timeline/colors';
import { FrameLoop } from '../../timeline/frame-loop';
import { AXIS_PX, paintAxis, paintGrid, paintRange } from '../../timeline/paint-axis';
import { CHEVRON_PX, indentOf, paintWaterfall, ROW_PX, type RowAt } from '../../timeline/paint-waterfall';
import { TextFit } from '../../timeline/text-fit';
import type { TimeScale } from '../../timeline/time-scale';
import { holdWindow } from './hold-window';
import { MarkCache } from './mark-cache';
import { revealScroll } from './reveal-scroll';
import { RowCache } from './row-cache';
import { ScrollBar } from './scroll-bar';
import { type StickyRow, stickyRows } from './sticky-rows';
import { TreeItems } from './tree-items';
import type { OpenTimeline } from './use-timeline';

/** The tree for screen readers follows when scrolling has come to rest. */
const SETTLE_MS = 80;

/** In the browser's performance timeline: when a trace that was opened is on screen. */
const PAINTED_MARK = 'trace painted';

interface WaterfallElements {
  readonly canvas: HTMLCanvasElement;
  readonly tree: HTMLElement;
  readonly scrollBar: HTMLElement;
}

export class WaterfallController {
  private readonly context: CanvasRenderingContext2D;
  private readonly fit: TextFit;
  private readonly loop = new FrameLoop(() => this.paint());
  private readonly items: TreeItems;
  private readonly scrollBar: ScrollBar;
  private colors: PaintColors;
  private timeline: OpenTimeline | null = null;
  private rows: RowCache | null = null;
  private viewKey = '';
  /** Counts views: what an overtaken one loads is dropped. */
  private turn = 0;
  private scrollPx = 0;
  private size = { widthPx: 0, heightPx: 0 };
  private namesPx = 360;
  private pointer: { readonly x: number; readonly y: number } | null = null;
  private revealNext: bigint | null = null;
  private settleTimer: ReturnType<typeof setTimeout> | undefined;
  private sticky: readonly StickyRow[] = [];
  private annotations: ReadonlyMap<bigint, Annotation> = new Map();
  private readonly unsubscribe: () => void;
  private readonly marks = new MarkCache(
    (spanIds) => api.timelineMarks(this.timeline?.traceId ?? '', lookOf(useTraceView.getState()), spanIds),
    this.loop.invalidate,
  );

  constructor(
    private readonly elements: WaterfallElements,
    private readonly onHover: (row: RowAt | null, at: { readonly x: number; readonly y: number }) => void,
  ) {
    this.context = elements.canvas.getContext('2d') as CanvasRenderingContext2D;
    this.fit = new TextFit(this.context);
    this.items = new TreeItems(elements.tree);
    this.colors = readColors(elements.canvas);
    this.scrollBar = new ScrollBar(elements.scrollBar, (px) => this.scrollTo(px));
    let last = useTraceView.getState();
    this.unsubscribe = useTraceView.subscribe((state) => {
      const moved = state.selected !== last.selected;
      last = state;
      this.changeView();
      if (moved && state.selected !== null) void this.reveal(state.selected);
      if (moved) this.syncItems();
      this.loop.invalidate();
    });
  }

  dispose(): void {
    this.unsubscribe();
    this.loop.stop();
    clearTimeout(this.settleTimer);
    this.scrollBar.dispose();
    this.rows?.stop();
    this.turn++;
  }

  setTrace(timeline: OpenTimeline): void {
    holdWindow(this.timeline, timeline, this.pointer !== null);
    this.timeline = timeline;
    this.changeView();
    this.loop.invalidate();
  }

  setNames(px: number): void {
    this.namesPx = px;
    this.loop.invalidate();
  }

  setAnnotations(annotations: ReadonlyMap<bigint, Annotation>): void {
    this.annotations = annotations;
    this.loop.invalidate();
  }

  setTheme(): void {
    this.colors = readColors(this.elements.canvas);
    this.loop.invalidate();
  }

  resize(widthPx: number, heightPx: number): void {
    const { canvas } = this.elements;
    const scale = window.devicePixelRatio;
    this.size = { widthPx, heightPx };
    canvas.width = Math.round(widthPx * scale);
    canvas.height = Math.round(heightPx * scale);
    this.context.setTransform(scale, 0, 0, scale, 0, 0);
    this.fit.reset();
    this.scrollTo(this.scrollPx);
    // At once: a canvas is empty after it was resized.
    this.paint();
  }

  scale(): TimeScale {
    const window = useTraceView.getState().window ?? this.whole();
    return { window, leftPx: this.namesPx + 1, widthPx: Math.max(this.size.widthPx - this.namesPx - 13, 1) };
  }

  whole(): TimeWindow {
    return this.timeline?.whole ?? { startNs: 0, endNs: 1 };
  }

  scroll(dyPx: number): void {
    this.scrollTo(this.scrollPx + dyPx);
  }

  hover(at: { readonly x: number; readonly y: number } | null): void {
    this.pointer = at;
    const row = at && at.y >= AXIS_PX ? this.rowUnder(at.y) : null;
    this.onHover(row, at ?? { x: 0, y: 0 });
    this.loop.invalidate();
  }

  /** The row at this height of the canvas. */
  rowUnder(y: number): RowAt | null {
    return this.rows?.rowAt(this.positionUnder(y)) ?? null;
  }

  click({ x, y }: { readonly x: number; readonly y: number }): void {
    this.elements.tree.focus({ preventScroll: true });
    const row = this.rowUnder(y);
    if (!row) return;
    const { block, k } = row;
    const id = block.spanId[k] as bigint;
    const { select, toggleFold } = useTraceView.getState();
    const chevron = indentOf(block.depth[k] as number);
    if ((block.descendants[k] as number) > 0 && x >= chevron - 2 && x < chevron + CHEVRON_PX) toggleFold(id);
    select(id);
  }

  doubleClick({ x, y }: { readonly x: number; readonly y: number }): void {
    const { set } = useTraceView.getState();
    if (y < AXIS_PX) {
      set({ window: null });
      return;
    }
    const row = this.rowUnder(y);
    if (!row || x < this.namesPx) return;
    const start = row.block.startNs[row.k] as number;
    set({ window: fitWindow(start, start + Math.max(row.block.durationNs[row.k] as number, 0), this.whole()) });
  }

  /** Position of the selected row, or -1. @throws when the connection is lost */
  async selectedPosition(): Promise<number> {
    const { selected } = useTraceView.getState();
    if (selected === null || !this.timeline) return -1;
    const onScreen = this.positionOnScreen(selected);
    if (onScreen >= 0) return onScreen;
    return (await api.timelineLocate(this.timeline.traceId, this.view(), selected)).position;
  }

  /** Selects the row at a position, fetching it if need be. */
  async selectAt(position: number): Promise<void> {
    const { rows } = this;
    if (!rows || rows.total === 0) return;
    const target = Math.min(Math.max(position, 0), rows.total - 1);
    await rows.ready(target, target + 1);
    const row = rows.rowAt(target);
    if (row && rows === this.rows) useTraceView.getState().select(row.block.spanId[row.k] as bigint);
  }

  async selectParent(): Promise<void> {
    const { selected, select } = useTraceView.getState();
    if (selected === null || !this.timeline) return;
    const place = await api.timelineLocate(this.timeline.traceId, this.view(), selected).catch(() => null);
    if (place?.parentSpanId != null) select(place.parentSpanId);
  }

  get total(): number {
    return this.rows?.total ?? 0;
  }

  get pageRows(): number {
    return Math.max(1, Math.floor((this.size.heightPx - AXIS_PX) / ROW_PX) - 1);
  }

  /** The selected row as it is loaded, or null. */
  selectedRow(): RowAt | null {
    const { selected } = useTraceView.getState();
    const position = selected === null ? -1 : this.positionOnScreen(selected);
    return position < 0 ? null : (this.rows?.rowAt(position) ?? null);
  }

  view(): RowsView {
    return waterfallView(useTraceView.getState());
  }

  private positionUnder(y: number): number {
    if (y < AXIS_PX || !this.rows) return -1;
    const stuck = this.sticky[Math.floor((y - AXIS_PX) / ROW_PX)];
    if (stuck) return stuck.position;
    const position = Math.floor((y - AXIS_PX + this.scrollPx) / ROW_PX);
    return position < this.rows.total ? position : -1;
  }

  private positionOnScreen(spanId: bigint): number {
    const [first, end] = this.visible();
    return this.rows?.find(spanId, first, end) ?? -1;
  }

  private visible(scrollPx = this.scrollPx): [first: number, end: number] {
    const first = Math.max(0, Math.floor(scrollPx / ROW_PX));
    const end = Math.ceil((scrollPx + this.size.heightPx - AXIS_PX) / ROW_PX);
    return [first, Math.max(first, Math.min(end, this.rows?.total ?? end))];
  }

  private scrollTo(px: number): void {
    const most = Math.max(0, this.total * ROW_PX - (this.size.heightPx - AXIS_PX));
    this.scrollPx = Math.min(Math.max(px, 0), most);
    this.scrollBar.set(this.scrollPx, this.total * ROW_PX, this.size.heightPx - AXIS_PX);
    this.loop.invalidate();
  }

  /** Loads the rows of the present view beside those on screen, and shows them with the row under the pointer where it was. */
  private changeView(): void {
    const { timeline } = this;
    if (!timeline) return;
    const view = this.view();
    const key = `${timeline.info.version} ${JSON.stringify({ ...view, toggled: view.toggled.map(String) })}`;
    if (key === this.viewKey) return;
    this.viewKey = key;
    const turn = ++this.turn;
    const load = (from: number, to: number) => api.timelineRows(timeline.traceId, view, from, to);
    const next = new RowCache(load, () => {
      this.loop.invalidate();
      this.settle();
    });
    void this.bring(next, view, timeline.traceId, turn).catch(() => {
      // The connection is lost, or the search makes no sense yet: the old rows stay. Asked again with the next change.
      if (turn === this.turn) this.viewKey = '';
    });
  }

  private async bring(next: RowCache, view: RowsView, traceId: string, turn: number): Promise<void> {
    const first = this.rows === null;
    const anchor = this.anchor();
    const place = anchor && (await api.timelineLocate(traceId, view, anchor.spanId));
    let scrollPx = place && place.position >= 0 ? Math.max(place.position * ROW_PX - anchor.y, 0) : this.scrollPx;
    const [from, end] = this.visible(scrollPx);
    await next.ready(from, Math.max(end, from + 1));
    scrollPx = Math.min(scrollPx, Math.max(0, next.total * ROW_PX - (this.size.heightPx - AXIS_PX)));
    if (turn !== this.turn) return;
    this.rows = next;
    this.scrollTo(scrollPx);
    const revealed = first ? useTraceView.getState().selected : this.revealNext;
    this.revealNext = null;
    if (revealed !== null) await this.reveal(revealed);
    // Painted now, not with the next frame: a trace that is opened is waited for.
    this.paint();
    if (first) performance.mark(PAINTED_MARK);
    this.syncItems();
  }

  /** The row that is not to move when others come or go: under the pointer, selected, or the first on screen. */
  private anchor(): { readonly spanId: bigint; readonly y: number } | null {
    if (!this.rows) return null;
    const [first] = this.visible();
    const hovered = this.pointer ? this.positionUnder(this.pointer.y) : -1;
    const { selected } = useTraceView.getState();
    const chosen = hovered >= 0 ? hovered : selected === null ? -1 : this.positionOnScreen(selected);
    const position = chosen >= 0 ? chosen : first;
    const row = this.rows.rowAt(position);
    return row && { spanId: row.block.spanId[row.k] as bigint, y: position * ROW_PX - this.scrollPx };
  }

  /** Scrolls to the span, unfolding what hides it. */
  private async reveal(spanId: bigint): Promise<void> {
    const { timeline, rows } = this;
    if (!timeline || !rows) return;
    let position = this.positionOnScreen(spanId);
    if (position < 0) {
      const view = this.view();
      const place = await api.timelineLocate(timeline.traceId, view, spanId).catch(() => null);
      if (!place || useTraceView.getState().selected !== spanId) return;
      if (place.position < 0) {
        const { toggleFold, set, onlyMatches } = useTraceView.getState();
        // Either gives another view, which reveals the span when it is there.
        this.revealNext = spanId;
        if (place.foldedAncestors.length > 0) toggleFold(...place.foldedAncestors);
        else if (onlyMatches) set({ onlyMatches: false });
        return;
      }
      position = place.position;
    }
    const height = this.size.heightPx - AXIS_PX;
    this.scrollTo(revealScroll(position * ROW_PX, this.scrollPx, height, this.sticky.length * ROW_PX));
  }

  private paint(): void {
    const { context, rows, timeline, size, colors } = this;
    if (size.widthPx === 0) return;
    context.fillStyle = colors.panel;
    context.fillRect(0, 0, size.widthPx, size.heightPx);
    if (!rows || !timeline) return;
    const { selected, range, search, showCritical } = useTraceView.getState();
    const [first, end] = this.visible();
    rows.want(first, end);
    const rowAt = (position: number): RowAt | null => rows.rowAt(position);
    this.sticky = first > 0 ? stickyRows(first, rowAt) : [];
    const stuck = this.sticky.map(({ position }) => rowAt(position)).filter((row) => row !== null);
    if (stuck.length < this.sticky.length) this.fetchSticky(rows);
    const scale = this.scale();
    const axis = { scale, zeroNs: timeline.whole.startNs, heightPx: size.heightPx, colors };
    paintGrid(context, axis);
    paintWaterfall(context, this.fit, {
      ...size,
      namesPx: this.namesPx,
      scale,
      colors,
      slots: timeline.slots,
      firstRow: first,
      offsetPx: this.scrollPx - first * ROW_PX,
      rowAt,
      total: rows.total,
      selected,
      hovered: this.pointer ? this.positionUnder(this.pointer.y) : -1,
      searching: search.trim() !== '',
      showCritical,
      sticky: stuck,
      annotations: this.annotations,
      marksOf: (spanId) => this.marks.of(spanId),
    });
    paintAxis(context, this.fit, axis, size.widthPx);
    if (range) paintRange(context, this.fit, axis, range);
    this.settle();
  }

  private fetchSticky(rows: RowCache): void {
    for (const { position } of this.sticky) {
      if (!rows.rowAt(position)) void rows.ready(position, position + 1).then(this.loop.invalidate, () => {});
    }
  }

  private settle(): void {
    clearTimeout(this.settleTimer);
    this.settleTimer = setTimeout(() => {
      this.syncItems();
      this.wantMarks();
    }, SETTLE_MS);
  }

  private wantMarks(): void {
    const { timeline, rows } = this;
    if (!timeline || !rows) return;
    this.marks.want(
      rows.spanIds(...this.visible()),
      `${timeline.traceId} ${timeline.info.summary.spanCount} ${useTraceView.getState().adjustClocks}`,
    );
  }

  private syncItems(): void {
    const { rows } = this;
    if (!rows) return;
    const [first, end] = this.visible();
    this.items.update({
      firstRow: first,
      endRow: end,
      offsetPx: this.scrollPx - first * ROW_PX,
      total: rows.total,
      selected: useTraceView.getState().selected,
      window: this.scale().window,
      whole: this.whole(),
      rowAt: (position) => rows.rowAt(position),
    });
  }
}
