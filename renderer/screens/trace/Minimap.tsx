import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { MINIMAP_ERROR, type Minimap as MinimapPicture } from '../../../core/timeline/minimap';
import { fitWindow, type TimeWindow, widthOf } from '../../../core/timeline/time-window';
import { api } from '../../connection/connection';
import { useTraceView } from '../../stores/trace-view-store';
import { type PaintColors, readColors, rgbOf } from '../../timeline/colors';
import { FrameLoop } from '../../timeline/frame-loop';
import { useTheme } from '../../ui/use-theme';
import type { OpenTimeline } from './use-timeline';

const HEIGHT_PX = 43;
const PADDING_PX = 4;
/** A shorter drag is a click. */
const MIN_DRAG_PX = 4;

/** The whole trace in one strip: drag over it to zoom there, click to show everything. */
export function Minimap({ timeline }: { readonly timeline: OpenTimeline }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [widthPx, setWidthPx] = useState(0);
  const theme = useTheme();
  const adjustClocks = useTraceView(({ adjustClocks }) => adjustClocks);
  const { traceId, info, slots, whole } = timeline;
  const { data: picture } = useQuery({
    queryKey: ['minimap', traceId, info.version, adjustClocks, widthPx],
    queryFn: () => {
      const scale = window.devicePixelRatio;
      const height = Math.round((HEIGHT_PX - 2 * PADDING_PX) * scale);
      return api.timelineMinimap(traceId, { adjustClocks, search: '' }, Math.round(widthPx * scale), height);
    },
    enabled: widthPx > 0,
    placeholderData: (previous) => previous,
    gcTime: 0,
  });

  useEffect(() => {
    const element = canvas.current?.parentElement;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setWidthPx(Math.round(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours follow the theme
  useEffect(() => {
    const element = canvas.current;
    if (!element || widthPx === 0) return;
    const colors = readColors(element);
    const image = picture ? imageOf(picture, slots, colors) : null;
    const loop = new FrameLoop(() => paint(element, widthPx, image, colors, whole));
    loop.invalidate();
    const unsubscribe = useTraceView.subscribe(loop.invalidate);
    return () => {
      loop.stop();
      unsubscribe();
    };
  }, [picture, widthPx, theme, slots, whole]);

  // A drag goes on while the trace grows and a new picture of it comes.
  const newestWhole = useRef(whole);
  newestWhole.current = whole;
  useEffect(() => (canvas.current ? attachDrag(canvas.current, () => newestWhole.current) : undefined), []);

  return (
    <div className="relative min-w-0 grow">
      <canvas
        ref={canvas}
        className="absolute inset-0 h-full w-full cursor-crosshair touch-none"
        title="Drag to zoom, click for the whole trace"
      />
    </div>
  );
}

function imageOf({ width, height, pixels }: MinimapPicture, slots: Uint8Array, colors: PaintColors): HTMLCanvasElement {
  const image = new ImageData(width, height);
  const series = colors.series.map(rgbOf);
  const error = rgbOf(colors.error);
  for (let i = 0; i < pixels.length; i++) {
    const entry = pixels[i] as number;
    if (entry === 0) continue;
    const rgb = entry === MINIMAP_ERROR ? error : (series[slots[entry - 1] ?? 0] as [number, number, number]);
    image.data.set(rgb, i * 4);
    image.data[i * 4 + 3] = 255;
  }
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')?.putImageData(image, 0, 0);
  return canvas;
}

function paint(
  canvas: HTMLCanvasElement,
  widthPx: number,
  image: HTMLCanvasElement | null,
  colors: PaintColors,
  whole: TimeWindow,
): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const scale = window.devicePixelRatio;
  const [width, height] = [Math.round(widthPx * scale), Math.round(HEIGHT_PX * scale)];
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  if (image) context.drawImage(image, 0, Math.round(PADDING_PX * scale));
  const shown = useTraceView.getState().window;
  if (!shown) return;
  const x = (ns: number): number => Math.round(((ns - whole.startNs) / widthOf(whole)) * width);
  const [from, to] = [x(shown.startNs), Math.max(x(shown.endNs), x(shown.startNs) + scale)];
  context.globalAlpha = 0.22;
  context.fillStyle = colors.secondary;
  context.fillRect(0, 0, from, height);
  context.fillRect(to, 0, width - to, height);
  context.globalAlpha = 1;
  context.fillStyle = colors.accent;
  context.fillRect(from, 0, scale, height);
  context.fillRect(to - scale, 0, scale, height);
}

function attachDrag(element: HTMLElement, newestWhole: () => TimeWindow): () => void {
  let from: number | null = null;
  const share = (event: PointerEvent): number => {
    const { left, width } = element.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - left) / width, 0), 1);
  };
  const onDown = (event: PointerEvent): void => {
    element.setPointerCapture(event.pointerId);
    from = share(event);
  };
  const onMove = (event: PointerEvent): void => {
    if (from === null) return;
    const to = share(event);
    if (Math.abs(to - from) * element.clientWidth < MIN_DRAG_PX) return;
    const whole = newestWhole();
    const ns = (at: number): number => whole.startNs + at * widthOf(whole);
    const [start, end] = [ns(Math.min(from, to)), ns(Math.max(from, to))];
    const least = widthOf(fitWindow(start, start, whole));
    useTraceView.getState().set({ window: { startNs: start, endNs: Math.max(end, start + least) } });
  };
  const onUp = (event: PointerEvent): void => {
    if (from !== null && Math.abs(share(event) - from) * element.clientWidth < MIN_DRAG_PX) {
      useTraceView.getState().set({ window: null });
    }
    from = null;
  };
  element.addEventListener('pointerdown', onDown);
  element.addEventListener('pointermove', onMove);
  element.addEventListener('pointerup', onUp);
  return () => {
    element.removeEventListener('pointerdown', onDown);
    element.removeEventListener('pointermove', onMove);
    element.removeEventListener('pointerup', onUp);
  };
}
