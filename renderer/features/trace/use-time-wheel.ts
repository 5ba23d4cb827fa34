import { type RefObject, useEffect, useRef } from 'react';
import { panWindow, type TimeWindow, zoomWindow } from '../../../core/timeline/time-window';

/** Zoom per pixel of wheel: a notch of 100 px is a third. */
const ZOOM_PER_PX = 0.004;

/** Ctrl+wheel and pinch zoom at the pointer, Shift+wheel and sideways scrolling pan; a plain wheel scrolls the rows. */
export function useTimeWheel(
  scroller: RefObject<HTMLElement | null>,
  timeline: RefObject<HTMLElement | null>,
  window: TimeWindow,
  durationNs: number,
  setWindow: (window: TimeWindow) => void,
): void {
  const latest = useRef({ window, durationNs, setWindow });
  latest.current = { window, durationNs, setWindow };
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const onWheel = (event: WheelEvent): void => {
      const bounds = timeline.current?.getBoundingClientRect();
      if (!bounds || bounds.width === 0) return;
      const { window: shown, durationNs: total, setWindow: set } = latest.current;
      const zooming = event.ctrlKey || event.metaKey;
      const sideways = event.deltaX !== 0 ? event.deltaX : event.shiftKey ? event.deltaY : 0;
      if (zooming) {
        event.preventDefault();
        const share = (event.clientX - bounds.left) / bounds.width;
        const anchor = shown.startNs + Math.min(Math.max(share, 0), 1) * (shown.endNs - shown.startNs);
        set(zoomWindow(shown, Math.exp(event.deltaY * ZOOM_PER_PX), anchor, total));
      } else if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
        event.preventDefault();
        set(panWindow(shown, sideways / bounds.width, total));
      }
    };
    // Not passive: zooming must not zoom the page.
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [scroller, timeline]);
}
