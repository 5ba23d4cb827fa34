/** Pointer and wheel over a time scale: zoom at the pointer, pan, measure a range. */
import { panWindow, type TimeWindow, widthOf, zoomWindow } from '../../core/timeline/time-window';
import { type TimeScale, timeAt } from './time-scale';

/** Zoom per pixel of wheel: a notch of 100 px is a third. */
const ZOOM_PER_PX = 0.004;
/** A shorter drag is a click. */
const MIN_DRAG_PX = 4;
const LINE_PX = 26;

export interface TimeInputTarget {
  scale(): TimeScale;
  whole(): TimeWindow;
  setWindow(window: TimeWindow): void;
  setRange(range: TimeWindow | null): void;
  /** Vertical scrolling in pixels. */
  scroll(dyPx: number): void;
  /** Whether a plain wheel at this height zooms; elsewhere it scrolls, and zooms with Ctrl. */
  wheelZooms(yPx: number): boolean;
  /** The pointer moved, in pixels of the element; null: it left. */
  hover(at: { readonly x: number; readonly y: number } | null): void;
  click(at: { readonly x: number; readonly y: number }): void;
  doubleClick(at: { readonly x: number; readonly y: number }): void;
}

/** @returns what takes the listeners off again */
export function attachTimeInput(element: HTMLElement, target: TimeInputTarget): () => void {
  let drag: { readonly x: number; readonly y: number; readonly ns: number; moved: boolean } | null = null;
  const at = (event: MouseEvent): { x: number; y: number } => {
    const { left, top } = element.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };

  const onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    const scale = target.scale();
    const { x, y } = at(event);
    if (event.ctrlKey || event.metaKey || (target.wheelZooms(y) && !event.shiftKey && Math.abs(dy) >= Math.abs(dx))) {
      const anchor = Math.min(Math.max(x, scale.leftPx), scale.leftPx + scale.widthPx);
      target.setWindow(zoomWindow(scale.window, Math.exp(dy * ZOOM_PER_PX), timeAt(scale, anchor), target.whole()));
    } else if (Math.abs(dx) > Math.abs(dy))
      target.setWindow(panWindow(scale.window, dx / scale.widthPx, target.whole()));
    // Shift turns the wheel: what it does not do by itself.
    else if (event.shiftKey && !target.wheelZooms(y)) {
      target.setWindow(panWindow(scale.window, dy / scale.widthPx, target.whole()));
    } else target.scroll(dy);
  };

  const onDown = (event: PointerEvent): void => {
    const point = at(event);
    const scale = target.scale();
    if (event.button !== 0 || point.x < scale.leftPx) return;
    drag = { ...point, ns: timeAt(scale, point.x), moved: false };
  };

  const onMove = (event: PointerEvent): void => {
    const point = at(event);
    if (!drag) {
      target.hover(point);
      return;
    }
    if (!drag.moved && Math.abs(point.x - drag.x) < MIN_DRAG_PX) return;
    if (!drag.moved) element.setPointerCapture(event.pointerId);
    drag.moved = true;
    target.hover(null);
    const scale = target.scale();
    const x = Math.min(Math.max(point.x, scale.leftPx), scale.leftPx + scale.widthPx);
    const ns = timeAt(scale, x);
    target.setRange({ startNs: Math.min(drag.ns, ns), endNs: Math.max(drag.ns, ns) });
  };

  const onUp = (): void => {
    // The click that follows a drag is not one.
    if (drag?.moved) {
      element.addEventListener('click', (event) => event.stopPropagation(), { capture: true, once: true });
      setTimeout(() => {
        drag = null;
      }, 0);
    } else drag = null;
  };
  const onClick = (event: MouseEvent): void => {
    if (!drag?.moved) target.click(at(event));
  };
  const onDoubleClick = (event: MouseEvent): void => target.doubleClick(at(event));
  const onLeave = (): void => target.hover(null);

  // Not passive: zooming must not zoom the page.
  element.addEventListener('wheel', onWheel, { passive: false });
  element.addEventListener('pointerdown', onDown);
  element.addEventListener('pointermove', onMove);
  element.addEventListener('pointerup', onUp);
  element.addEventListener('pointerleave', onLeave);
  element.addEventListener('click', onClick);
  element.addEventListener('dblclick', onDoubleClick);
  return () => {
    element.removeEventListener('wheel', onWheel);
    element.removeEventListener('pointerdown', onDown);
    element.removeEventListener('pointermove', onMove);
    element.removeEventListener('pointerup', onUp);
    element.removeEventListener('pointerleave', onLeave);
    element.removeEventListener('click', onClick);
    element.removeEventListener('dblclick', onDoubleClick);
  };
}

/** What the keys W A S D and F do to a window. */
export function keyedWindow(
  key: 'w' | 'a' | 's' | 'd',
  window: TimeWindow,
  whole: TimeWindow,
  anchorNs: number | null,
): TimeWindow {
  const middle = window.startNs + widthOf(window) / 2;
  const anchor = anchorNs !== null && anchorNs >= window.startNs && anchorNs <= window.endNs ? anchorNs : middle;
  if (key === 'w') return zoomWindow(window, 0.7, anchor, whole);
  if (key === 's') return zoomWindow(window, 1 / 0.7, anchor, whole);
  return panWindow(window, key === 'a' ? -0.2 : 0.2, whole);
}
