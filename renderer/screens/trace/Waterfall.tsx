/** The waterfall: painted on a canvas, with an ARIA tree of the rows on screen laid over it. */

import { useEffect, useRef, useState } from 'react';
import { knownDuration } from '../../../core/model/time';
import { ROW_ERROR, ROW_FOLDED } from '../../../core/timeline/rows';
import { useKeys } from '../../hooks/use-keys';
import { useHover } from '../../stores/hover-store';
import { useSettings } from '../../stores/settings-store';
import type { SpanFacts } from '../../stores/span-facts';
import { foldToDepth, useTraceView } from '../../stores/trace-view-store';
import { AXIS_PX } from '../../timeline/paint-axis';
import type { RowAt } from '../../timeline/paint-waterfall';
import { attachTimeInput } from '../../timeline/time-input';
import { Splitter } from '../../ui/Splitter';
import { useTheme } from '../../ui/use-theme';
import { SpanCard } from './SpanCard';
import { SpanMenu } from './SpanMenu';
import { useAnnotations } from './use-annotations';
import type { OpenTimeline } from './use-timeline';
import { WaterfallController } from './waterfall-controller';

export function Waterfall({ timeline }: { readonly timeline: OpenTimeline }) {
  const root = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const tree = useRef<HTMLDivElement>(null);
  const scrollBar = useRef<HTMLDivElement>(null);
  const [controller, setController] = useState<WaterfallController | null>(null);
  const [menuSpan, setMenuSpan] = useState<SpanFacts | null>(null);
  const { nameWidthPx, setNameWidth } = useSettings();
  const theme = useTheme();

  useEffect(() => {
    const elements = { canvas: canvas.current, tree: tree.current, scrollBar: scrollBar.current };
    const element = root.current;
    if (!elements.canvas || !elements.tree || !elements.scrollBar || !element) return;
    let hovered: RowAt | null = null;
    const created = new WaterfallController(
      elements as ConstructorParameters<typeof WaterfallController>[0],
      (row, at) => {
        // A card a row, not one a pixel: it stays where it came up.
        if (row?.block === hovered?.block && row?.k === hovered?.k) return;
        hovered = row;
        useHover.getState().show(row && factsOf(row, element, at));
      },
    );
    const detach = attachTimeInput(element, {
      scale: () => created.scale(),
      whole: () => created.whole(),
      setWindow: (window) => useTraceView.getState().set({ window }),
      setRange: (range) => useTraceView.getState().set({ range }),
      scroll: (dy) => created.scroll(dy),
      wheelZooms: (y) => y < AXIS_PX,
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
  }, []);

  useEffect(() => controller?.setTrace(timeline), [controller, timeline]);
  useEffect(() => controller?.setNames(nameWidthPx), [controller, nameWidthPx]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours follow the theme
  useEffect(() => controller?.setTheme(), [controller, theme]);
  const { bySpan } = useAnnotations(timeline.traceId);
  useEffect(() => controller?.setAnnotations(bySpan), [controller, bySpan]);
  useKeys(rowKeys(controller));

  return (
    <SpanMenu timeline={timeline} span={menuSpan}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the tree inside has the keys */}
      <div
        ref={root}
        className="relative min-h-0 min-w-0 grow touch-none overflow-hidden bg-panel select-none"
        onContextMenu={(event) => {
          const y = event.clientY - event.currentTarget.getBoundingClientRect().top;
          const row = controller?.rowUnder(y) ?? null;
          useHover.getState().show(null);
          if (row) setMenuSpan(factsOf(row, event.currentTarget, { x: 0, y: 0 }));
          else event.preventDefault();
        }}
      >
        <canvas ref={canvas} aria-hidden className="absolute inset-0 h-full w-full" />
        <div
          ref={tree}
          role="tree"
          aria-label={`Spans of ${timeline.info.summary.rootName}`}
          tabIndex={0}
          className="absolute inset-x-0 bottom-0 overflow-hidden"
          style={{ top: AXIS_PX }}
        />
        <div
          ref={scrollBar}
          aria-hidden
          className="absolute right-0 bottom-0 w-3 overflow-x-hidden overflow-y-auto"
          style={{ top: AXIS_PX }}
        />
        <div className="absolute inset-y-0 flex" style={{ left: nameWidthPx }}>
          <Splitter label="Width of the names" onMove={(dx) => setNameWidth(useSettings.getState().nameWidthPx + dx)} />
        </div>
        <SpanCard />
      </div>
    </SpanMenu>
  );
}

function factsOf({ block, k }: RowAt, element: HTMLElement, at: { readonly x: number; readonly y: number }): SpanFacts {
  const operation = block.operations[block.operation[k] as number];
  return {
    spanId: block.spanId[k] as bigint,
    name: operation?.name ?? '',
    service: operation?.service ?? '',
    kind: operation?.kind ?? 'unspecified',
    startNs: block.startNs[k] as number,
    durationNs: knownDuration(block.durationNs[k] as number),
    selfNs: block.selfNs[k] as number,
    count: 1,
    errors: (block.flags[k] as number) & ROW_ERROR,
    below: block.descendants[k] as number,
    at: { ...at, withinPx: element.clientWidth, heightPx: element.clientHeight },
  };
}

/** Keys that walk over rows and fold them. */
function rowKeys(controller: WaterfallController | null) {
  const { toggleFold } = useTraceView.getState();
  const move = (by: number) => () => {
    if (!controller) return;
    void controller.selectedPosition().then(
      (position) => controller.selectAt(position < 0 ? 0 : position + by),
      () => {},
    );
  };
  return {
    j: move(1),
    k: move(-1),
    ArrowDown: move(1),
    ArrowUp: move(-1),
    PageDown: () => move(controller?.pageRows ?? 1)(),
    PageUp: () => move(-(controller?.pageRows ?? 1))(),
    Home: () => void controller?.selectAt(0),
    End: () => void controller?.selectAt(controller.total - 1),
    ArrowLeft: () => {
      const row = controller?.selectedRow();
      if (!row) return;
      const { block, k } = row;
      if ((block.descendants[k] as number) > 0 && ((block.flags[k] as number) & ROW_FOLDED) === 0)
        toggleFold(block.spanId[k] as bigint);
      else void controller?.selectParent();
    },
    ArrowRight: () => {
      const row = controller?.selectedRow();
      if (!row || row.block.descendants[row.k] === 0) return;
      if ((row.block.flags[row.k] as number) & ROW_FOLDED) toggleFold(row.block.spanId[row.k] as bigint);
      else move(1)();
    },
    '[': () => foldToDepth(1),
    ']': () => foldToDepth(null),
    ',': () => foldToDepth(Math.max((useTraceView.getState().folding.depth ?? 4) - 1, 0)),
    '.': () => foldToDepth((useTraceView.getState().folding.depth ?? 0) + 1),
  };
}
