/** Spans in lanes by service or instance, or merged into a flame graph. */
import { useEffect, useRef, useState } from 'react';
import type { LanesBy } from '../../../core/api/timeline';
import { useHover } from '../../stores/hover-store';
import type { SpanFacts } from '../../stores/span-facts';
import { useTraceView } from '../../stores/trace-view-store';
import { AXIS_PX } from '../../timeline/paint-axis';
import { attachTimeInput } from '../../timeline/time-input';
import { useTheme } from '../../ui/use-theme';
import { type LaneHit, LanesController } from './lanes-controller';
import { SpanCard } from './SpanCard';
import { SpanMenu } from './SpanMenu';
import type { OpenTimeline } from './use-timeline';

const NAMES_PX = 220;

interface LanesProps {
  readonly timeline: OpenTimeline;
  readonly by: LanesBy;
  readonly label: string;
}

export function Lanes({ timeline, by, label }: LanesProps) {
  const root = useRef<HTMLDivElement>(null);
  const rects = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const scrollBar = useRef<HTMLDivElement>(null);
  const [controller, setController] = useState<LanesController | null>(null);
  const [menuSpan, setMenuSpan] = useState<SpanFacts | null>(null);
  const theme = useTheme();
  const isFlame = by === 'flame';

  useEffect(() => {
    const element = root.current;
    if (!element || !rects.current || !overlay.current || !scrollBar.current) return;
    const created = new LanesController(
      { rects: rects.current, overlay: overlay.current, scrollBar: scrollBar.current },
      (hit, at) => useHover.getState().show(hit && factsOf(hit, isFlame, element, at)),
    );
    created.setNames(isFlame ? 0 : NAMES_PX);
    const detach = attachTimeInput(element, {
      scale: () => created.scale(),
      whole: () => created.whole(),
      setWindow: (window) => created.setWindow(window),
      setRange: (range) => !isFlame && useTraceView.getState().set({ range }),
      scroll: (dy) => created.scroll(dy),
      wheelZooms: () => true,
      hover: (at) => created.hover(at),
      click: (at) => created.click(at),
      doubleClick: (at) => created.doubleClick(at),
    });
    const observer = new ResizeObserver(([entry]) => {
      if (entry) created.resize(entry.contentRect.width, entry.contentRect.height);
    });
    observer.observe(element);
    setController(created);
    return () => {
      observer.disconnect();
      detach();
      created.dispose();
      useHover.getState().show(null);
    };
  }, [isFlame]);

  useEffect(() => controller?.setTrace(timeline, by), [controller, timeline, by]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours follow the theme
  useEffect(() => controller?.setTheme(), [controller, theme]);

  return (
    <SpanMenu timeline={timeline} span={menuSpan}>
      <div
        ref={root}
        role="img"
        aria-label={label}
        className="relative min-h-0 min-w-0 grow touch-none overflow-hidden bg-panel select-none"
        onContextMenu={(event) => {
          const { left, top } = event.currentTarget.getBoundingClientRect();
          const element = event.currentTarget;
          setMenuSpan(null);
          useHover.getState().show(null);
          void controller
            ?.hitUnder({ x: event.clientX - left, y: event.clientY - top })
            .then((hit) => setMenuSpan(hit && factsOf(hit, isFlame, element, { x: 0, y: 0 })));
        }}
      >
        <canvas
          key={by === 'flame' ? 'flame' : 'lanes'}
          ref={rects}
          aria-hidden
          className="absolute bottom-0"
          style={{ top: AXIS_PX, height: `calc(100% - ${AXIS_PX}px)` }}
        />
        <canvas ref={overlay} aria-hidden className="absolute inset-0 h-full w-full" />
        <div
          ref={scrollBar}
          aria-hidden
          className="absolute right-0 bottom-0 w-3 overflow-x-hidden overflow-y-auto"
          style={{ top: AXIS_PX }}
        />
        <SpanCard />
      </div>
    </SpanMenu>
  );
}

function factsOf(
  { subject, count, errors }: LaneHit,
  isFlame: boolean,
  element: HTMLElement,
  at: { readonly x: number; readonly y: number },
): SpanFacts {
  const { operation, startNs, durationNs, selfNs, spanId } = subject;
  return {
    spanId,
    name: operation.name,
    service: operation.service,
    kind: operation.kind,
    startNs: isFlame ? null : startNs,
    durationNs,
    selfNs,
    count,
    errors,
    below: null,
    at: { ...at, withinPx: element.clientWidth, heightPx: element.clientHeight },
  };
}
