/** Numbers over time as lines on a canvas: exact values under the pointer, gaps as gaps, a drag that zooms, exemplars as dots. */
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useTheme } from '../../ui/use-theme';
import { ChartTip } from './ChartTip';
import type { ChartData, ChartDot } from './chart-data';
import { chartOptions } from './chart-options';

interface SeriesChartProps {
  readonly data: ChartData;
  readonly label: string;
  /** Numbers of series that are not drawn. */
  readonly hidden: ReadonlySet<number>;
  readonly dots?: readonly ChartDot[];
  readonly onDot?: (dot: ChartDot) => void;
  readonly onZoom: (fromMs: number, toMs: number) => void;
}

interface Hovered {
  readonly step: number;
  readonly leftPx: number;
  readonly widthPx: number;
  readonly dot: ChartDot | null;
}

const HEIGHT_PX = 260;
const NO_DOTS: readonly ChartDot[] = [];
/** Of the pointer from a dot. */
const REACH_PX = 7;

export function SeriesChart({ data, label, hidden, dots = NO_DOTS, onDot, onZoom }: SeriesChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef({ onZoom, onDot });
  latest.current = { onZoom, onDot };
  const [hovered, setHovered] = useState<Hovered | null>(null);
  const theme = useTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the colours that are painted
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const color = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const nearest = (plot: uPlot): ChartDot | null => {
      const { left = -1, top = -1 } = plot.cursor;
      let [found, least]: [ChartDot | null, number] = [null, REACH_PX];
      for (const dot of dots) {
        const away = Math.hypot(plot.valToPos(dot.timeMs / 1_000, 'x') - left, plot.valToPos(dot.value, 'y') - top);
        if (away < least) [found, least] = [dot, away];
      }
      return found;
    };
    const options = chartOptions(data, hidden, dots, color);
    const plot = new uPlot(
      {
        ...options,
        width: element.clientWidth,
        height: HEIGHT_PX,
        hooks: {
          ...options.hooks,
          setSelect: [
            ({ select, posToVal }) => {
              if (select.width < 4) return;
              const [from, to] = [posToVal(select.left, 'x'), posToVal(select.left + select.width, 'x')];
              latest.current.onZoom(from * 1_000, to * 1_000);
            },
          ],
          setCursor: [
            (plot) => {
              const { idx, left = -1 } = plot.cursor;
              const dot = nearest(plot);
              plot.over.style.cursor = dot ? 'pointer' : 'crosshair';
              setHovered(
                idx === null || idx === undefined || left < 0
                  ? null
                  : { step: idx, leftPx: left + plot.bbox.left / devicePixelRatio, widthPx: plot.width, dot },
              );
            },
          ],
        },
      },
      [
        Array.from({ length: data.steps }, (_, i) => (data.fromMs + i * data.stepMs) / 1_000),
        ...data.series.map(({ values }) => [...values]),
      ],
      element,
    );
    const click = (): void => {
      const dot = nearest(plot);
      if (dot) latest.current.onDot?.(dot);
    };
    plot.over.addEventListener('click', click);
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      plot.destroy();
      setHovered(null);
    };
  }, [data, hidden, dots, theme]);
  const move = (by: number): void => {
    const at = Math.min(Math.max((hovered?.step ?? (by > 0 ? -1 : data.steps)) + by, 0), data.steps - 1);
    const widthPx = place.current?.clientWidth ?? 0;
    setHovered({ step: at, leftPx: 60 + ((widthPx - 70) * at) / Math.max(1, data.steps - 1), widthPx, dot: null });
  };
  return (
    <div
      role="img"
      aria-label={`${label}. Left and right arrows read the values.`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: as above
      tabIndex={0}
      className="relative rounded outline-none focus-visible:ring-1 focus-visible:ring-accent"
      style={{ height: HEIGHT_PX }}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
        event.preventDefault();
        move(event.key === 'ArrowRight' ? 1 : -1);
      }}
      onBlur={() => setHovered(null)}
    >
      <div ref={place} className="absolute inset-0" />
      {hovered && (
        <ChartTip
          data={data}
          hidden={hidden}
          step={hovered.step}
          dot={hovered.dot}
          leftPx={hovered.leftPx}
          flips={hovered.leftPx > hovered.widthPx / 2}
        />
      )}
    </div>
  );
}
