/** Lanes, or the flame graph, on two canvases: rectangles below, text and outlines above. */
import type { LanesBy, LanesInfo, Subject, WindowRects } from '../../../core/api/timeline';
import { boundsFor, serves, type Viewport } from '../../../core/timeline/buffered-window';
import { rectAt } from '../../../core/timeline/lane-hit';
import { fitWindow, type TimeWindow, widthOf } from '../../../core/timeline/time-window';
import { api } from '../../connection/connection';
import { lookOf, useTraceView } from '../../stores/trace-view-store';
import { choosePainter } from '../../timeline/choose-painter';
import { type PaintColors, readColors } from '../../timeline/colors';
import { FrameLoop } from '../../timeline/frame-loop';
import { AXIS_PX, paintAxis, paintRange } from '../../timeline/paint-axis';
import { type LanesFrame, paintGroups, paintLabels, paintOutline } from '../../timeline/paint-lanes';
import { type RectPainter, type RectView, stylesOf } from '../../timeline/rect-painter';
import { TextFit } from '../../timeline/text-fit';
import type { TimeScale } from '../../timeline/time-scale';
import { serviceSlot } from '../../ui/series';
import { holdWindow } from './hold-window';
import { ScrollBar } from './scroll-bar';
import type { OpenTimeline } from './use-timeline';

const LANE_PX = 18;
const BAR_PX = 15;
/** Pixels beside a rectangle that still hit it. */
const SLACK_PX = 2;

interface LanesElements {
  readonly rects: HTMLCanvasElement;
  readonly overlay: HTMLCanvasElement;
  readonly scrollBar: HTMLElement;
}

export interface LaneHit {
  readonly subject: Subject;
  /** Spans behind the rectangle. */
  readonly count: number;
  readonly errors: number;
}

export class LanesController {
  private readonly painter: RectPainter;
  private readonly context: CanvasRenderingContext2D;
  private readonly fit: TextFit;
  private readonly loop = new FrameLoop(() => this.paint());
  private readonly scrollBar: ScrollBar;
  private readonly unsubscribe: () => void;
  private colors: PaintColors;
  private timeline: OpenTimeline | null = null;
  private by: LanesBy = 'service';
  private info: LanesInfo | null = null;
  private rects: WindowRects | null = null;
  /** The key of what `info`, and of what `rects` show. */
  private infoKey = '';
  private rectsKey = '';
  private fetching = false;
  private disposed = false;
  private size = { widthPx: 0, heightPx: 0 };
  private namesPx = 220;
  private scrollPx = 0;
  private hovered = -1;
  private selectedSubject = -1;
  private hoverTurn = 0;
  private pointerInside = false;

  constructor(
    private readonly elements: LanesElements,
    private readonly onHover: (hit: LaneHit | null, at: { readonly x: number; readonly y: number }) => void,
  ) {
    this.painter = choosePainter(elements.rects);
    this.context = elements.overlay.getContext('2d') as CanvasRenderingContext2D;
    this.fit = new TextFit(this.context);
    this.colors = readColors(elements.overlay);
    this.painter.setColors(this.colors);
    this.scrollBar = new ScrollBar(elements.scrollBar, (px) => this.scrollTo(px));
    let selected: bigint | null = null;
    this.unsubscribe = useTraceView.subscribe((state) => {
      if (state.selected !== selected) {
        selected = state.selected;
        void this.findSelected(selected);
      }
      this.loop.invalidate();
    });
  }

  dispose(): void {
    this.disposed = true;
    this.unsubscribe();
    this.loop.stop();
    this.scrollBar.dispose();
    this.painter.dispose();
  }

  setTrace(timeline: OpenTimeline, by: LanesBy): void {
    holdWindow(this.timeline, timeline, this.pointerInside);
    this.timeline = timeline;
    this.by = by;
    this.loop.invalidate();
  }

  setTheme(): void {
    this.colors = readColors(this.elements.overlay);
    this.painter.setColors(this.colors);
    this.loop.invalidate();
  }

  setNames(px: number): void {
    this.namesPx = px;
    this.resize(this.size.widthPx, this.size.heightPx);
  }

  resize(widthPx: number, heightPx: number): void {
    this.size = { widthPx, heightPx };
    if (widthPx === 0) return;
    const scale = window.devicePixelRatio;
    const { overlay, rects } = this.elements;
    overlay.width = Math.round(widthPx * scale);
    overlay.height = Math.round(heightPx * scale);
    this.context.setTransform(scale, 0, 0, scale, 0, 0);
    rects.style.left = `${this.namesPx}px`;
    rects.style.width = `${widthPx - this.namesPx}px`;
    this.painter.resize(Math.max(widthPx - this.namesPx, 1), Math.max(heightPx - AXIS_PX, 1), scale);
    this.fit.reset();
    this.paint();
  }

  scale(): TimeScale {
    return { window: this.window(), leftPx: this.namesPx, widthPx: Math.max(this.size.widthPx - this.namesPx - 12, 1) };
  }

  whole(): TimeWindow {
    if (this.by !== 'flame') return this.timeline?.whole ?? { startNs: 0, endNs: 1 };
    return { startNs: 0, endNs: Math.max(this.info?.endNs ?? 1, 1) };
  }

  setWindow(window: TimeWindow): void {
    useTraceView.getState().set(this.by === 'flame' ? { flameWindow: window } : { window });
  }

  scroll(dyPx: number): void {
    this.scrollTo(this.scrollPx + dyPx);
  }

  hover(at: { readonly x: number; readonly y: number } | null): void {
    this.pointerInside = at !== null;
    const index = at ? this.rectUnder(at) : -1;
    if (index === this.hovered) return;
    this.hovered = index;
    this.loop.invalidate();
    const turn = ++this.hoverTurn;
    if (index < 0 || !at) this.onHover(null, { x: 0, y: 0 });
    else {
      void this.hitAt(index).then((hit) => {
        if (turn === this.hoverTurn) this.onHover(hit, at);
      });
    }
  }

  click(at: { readonly x: number; readonly y: number }): void {
    const index = this.rectUnder(at);
    if (index < 0) return;
    void this.hitAt(index).then((hit) => hit && useTraceView.getState().select(hit.subject.spanId));
  }

  doubleClick(at: { readonly x: number; readonly y: number }): void {
    const { rects } = this;
    const index = this.rectUnder(at);
    if (index < 0 || !rects) {
      if (at.y < AXIS_PX) useTraceView.getState().set(this.by === 'flame' ? { flameWindow: null } : { window: null });
      return;
    }
    const ns = (x: number): number => rects.query.fromNs + x * rects.query.stepNs;
    this.setWindow(fitWindow(ns(rects.x0[index] as number), ns(rects.x1[index] as number), this.whole()));
  }

  /** What is behind the rectangle at a place; null: nothing, or the connection is lost. */
  async hitUnder(at: { readonly x: number; readonly y: number }): Promise<LaneHit | null> {
    const index = this.rectUnder(at);
    return index < 0 ? null : this.hitAt(index);
  }

  private async hitAt(index: number): Promise<LaneHit | null> {
    const { rects, timeline } = this;
    if (!rects || !timeline) return null;
    const [count, errors] = [rects.count[index] as number, rects.errors[index] as number];
    const look = lookOf(useTraceView.getState());
    const subject = await api
      .timelineSubject(timeline.traceId, look, rects.query.by, rects.subject[index] as number)
      .catch(() => null);
    if (!subject) return null;
    return this.by === 'flame' && count === 1
      ? { subject, count: subject.count, errors: subject.errors }
      : { subject, count, errors };
  }

  private async findSelected(selected: bigint | null): Promise<void> {
    const { timeline } = this;
    this.selectedSubject = -1;
    if (selected === null || !timeline) return;
    const { adjustClocks } = useTraceView.getState();
    const view = { adjustClocks, search: '', onlyMatches: false, sort: 'tree', descending: false } as const;
    const place = await api
      .timelineLocate(timeline.traceId, { ...view, foldDepth: null, foldServices: [], toggled: [] }, selected)
      .catch(() => null);
    if (useTraceView.getState().selected !== selected || !place) return;
    this.selectedSubject = this.by === 'flame' ? place.flameNode : place.span;
    this.loop.invalidate();
  }

  private window(): TimeWindow {
    const { window, flameWindow } = useTraceView.getState();
    return (this.by === 'flame' ? flameWindow : window) ?? this.whole();
  }

  private scrollTo(px: number): void {
    const content = (this.info?.laneCount ?? 0) * LANE_PX + LANE_PX;
    const view = this.size.heightPx - AXIS_PX;
    this.scrollPx = Math.min(Math.max(px, 0), Math.max(0, content - view));
    this.scrollBar.set(this.scrollPx, content, view);
    this.loop.invalidate();
  }

  private rectUnder({ x, y }: { readonly x: number; readonly y: number }): number {
    const { rects } = this;
    if (!rects || x < this.namesPx || y < AXIS_PX) return -1;
    const lane = Math.floor((y - AXIS_PX + this.scrollPx) / LANE_PX) - rects.query.firstLane;
    const view = this.rectView(rects);
    return rectAt(rects, lane, (x - this.namesPx - view.originPx) / view.pxPerStep, SLACK_PX / view.pxPerStep);
  }

  private rectView({ query }: WindowRects): RectView {
    const { window, widthPx } = this.scale();
    const pxPerNs = widthPx / widthOf(window);
    return {
      originPx: (query.fromNs - window.startNs) * pxPerNs,
      pxPerStep: query.stepNs * pxPerNs,
      topPx: query.firstLane * LANE_PX - this.scrollPx,
      lanePx: LANE_PX,
      barPx: BAR_PX,
    };
  }

  private viewport(): Viewport {
    const { window, widthPx } = this.scale();
    const firstLane = Math.floor(this.scrollPx / LANE_PX);
    const endLane = Math.ceil((this.scrollPx + this.size.heightPx - AXIS_PX) / LANE_PX);
    return { window, widthPx, firstLane, endLane, pxPerStep: this.painter.kind === 'webgl2' ? 1 : 2 };
  }

  /** Fetches what the screen needs and is not there, one request at a time; what is there stays until then. */
  private async fetch(): Promise<void> {
    const { timeline, by } = this;
    if (this.fetching || this.disposed || !timeline || this.size.widthPx === 0) return;
    const look = lookOf(useTraceView.getState());
    const key = `${timeline.info.version} ${by} ${JSON.stringify(look)}`;
    const viewport = this.viewport();
    if (key === this.rectsKey && this.rects && serves(this.rects.query, viewport)) return;
    this.fetching = true;
    try {
      if (key !== this.infoKey) {
        this.info = await api.timelineLanes(timeline.traceId, look, by);
        this.infoKey = key;
        // A span selected in another view is outlined in this one, now that it is laid out.
        void this.findSelected(useTraceView.getState().selected);
        this.scrollTo(this.scrollPx);
      }
      const rects = await api.timelineWindow(timeline.traceId, look, { by, ...boundsFor(this.viewport()) });
      if (this.disposed) return;
      this.rects = rects;
      this.rectsKey = key;
      this.hovered = -1;
      this.painter.setRects(rects, stylesOf(rects, timeline.slots));
      this.elements.rects.dataset.rects = String(rects.length);
    } catch {
      // The connection is lost, or the search makes no sense yet: the next change asks again.
      return;
    } finally {
      this.fetching = false;
    }
    this.paint();
  }

  private paint(): void {
    const { context, fit, colors, rects, timeline, info, size, namesPx } = this;
    if (size.widthPx === 0 || this.disposed) return;
    void this.fetch();
    context.clearRect(0, 0, size.widthPx, size.heightPx);
    if (!timeline || !info || !rects || rects.query.by !== this.by) return;
    const view = this.rectView(rects);
    this.painter.draw(view);
    const axis = { scale: this.scale(), zeroNs: this.whole().startNs, heightPx: size.heightPx, colors };
    const frame: LanesFrame = { ...size, namesPx, colors, view, rects };
    paintLabels(context, fit, frame);
    if (this.hovered >= 0) paintOutline(context, frame, this.hovered, colors.secondary);
    const selected = this.selectedSubject < 0 ? -1 : rects.subject.indexOf(this.selectedSubject);
    if (selected >= 0) paintOutline(context, frame, selected, colors.text);
    if (namesPx > 0) {
      context.fillStyle = colors.panel;
      context.fillRect(0, AXIS_PX, namesPx, size.heightPx - AXIS_PX);
      const colorOf = (group: number): string =>
        colors.series[serviceSlot((info.groups[group]?.name ?? '').replace(/ #[^#]*$/, ''))] as string;
      paintGroups(context, fit, frame, info.groups, LANE_PX, this.scrollPx, colorOf);
    }
    paintAxis(context, fit, axis, size.widthPx);
    const { range } = useTraceView.getState();
    if (range && this.by !== 'flame') paintRange(context, fit, axis, range);
  }
}
