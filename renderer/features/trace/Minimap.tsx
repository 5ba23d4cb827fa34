import { type PointerEvent, useEffect, useRef, useState } from 'react';
import { fitWindow, type TimeWindow, wholeWindow } from '../../../core/timeline/time-window';
import { useTheme } from '../../ui/use-theme';
import { paintMinimap } from './paint-minimap';
import type { LoadedTrace } from './use-trace';

const HEIGHT_PX = 43;
/** A shorter drag is a click. */
const MIN_DRAG_PX = 4;

interface MinimapProps {
  readonly trace: LoadedTrace;
  readonly window: TimeWindow;
  readonly onWindow: (window: TimeWindow | null) => void;
}

/** The whole trace in one strip: drag over it to zoom there, click to show everything. */
export function Minimap({ trace, window, onWindow }: MinimapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [widthPx, setWidthPx] = useState(0);
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number } | null>(null);
  const theme = useTheme();
  const whole = wholeWindow(trace.summary.durationNs);

  useEffect(() => {
    const element = canvas.current?.parentElement;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setWidthPx(entry?.contentRect.width ?? 0));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: colours follow the theme
  useEffect(() => {
    if (canvas.current && widthPx > 0) paintMinimap(canvas.current, trace, widthPx, HEIGHT_PX);
  }, [trace, widthPx, theme]);

  const share = (event: PointerEvent<HTMLElement>): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - left) / width, 0), 1);
  };
  const finish = (): void => {
    if (!drag) return;
    const [from, to] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
    setDrag(null);
    if ((to - from) * widthPx < MIN_DRAG_PX) onWindow(null);
    else
      onWindow({ startNs: from * whole.endNs, endNs: Math.max(to * whole.endNs, fitWindow(0, 0, whole.endNs).endNs) });
  };
  const shown = drag
    ? { from: Math.min(drag.from, drag.to), to: Math.max(drag.from, drag.to) }
    : { from: window.startNs / whole.endNs, to: window.endNs / whole.endNs };
  return (
    <div
      className="relative min-w-0 grow cursor-crosshair touch-none select-none"
      title="Drag to zoom, click for the whole trace"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ from: share(event), to: share(event) });
      }}
      onPointerMove={(event) => drag && setDrag({ from: drag.from, to: share(event) })}
      onPointerUp={finish}
    >
      <canvas ref={canvas} className="absolute inset-0 h-full w-full" />
      <div className="absolute inset-y-0 left-0 bg-secondary/20" style={{ width: `${100 * shown.from}%` }} />
      <div className="absolute inset-y-0 right-0 bg-secondary/20" style={{ width: `${100 * (1 - shown.to)}%` }} />
      {(shown.from > 0 || shown.to < 1) && (
        <div
          className="absolute inset-y-0 border-x border-accent"
          style={{ left: `${100 * shown.from}%`, right: `${100 * (1 - shown.to)}%` }}
        />
      )}
    </div>
  );
}
