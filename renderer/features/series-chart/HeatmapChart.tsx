/** Distributions over time: a column a step, a row a bucket, the darker the more values. */
import { type PointerEvent, useEffect, useRef, useState } from 'react';
import type { MetricHeatmap } from '../../../core/metrics/heatmap';
import { formatCount } from '../../../core/model/format';
import { clockTime, secondText, timeText } from '../../ui/clock-time';
import { useTheme } from '../../ui/use-theme';
import type { ChartData } from './chart-data';
import { boundsText, valueText } from './unit-text';

const HEIGHT_PX = 260;
const AXIS_PX = 74;
const BELOW_PX = 20;
const LABELS = 6;

interface HeatmapChartProps {
  readonly heatmap: MetricHeatmap;
  readonly data: ChartData;
  /** Of the values. */
  readonly unit: string;
  readonly label: string;
  readonly onZoom: (fromMs: number, toMs: number) => void;
}

interface Cell {
  readonly step: number;
  readonly row: number;
}

export function HeatmapChart({ heatmap, data, unit, label, onZoom }: HeatmapChartProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [hovered, setHovered] = useState<Cell | null>(null);
  const [pressed, setPressed] = useState<number | null>(null);
  const theme = useTheme();
  const { rows, counts } = heatmap;
  const { fromMs, stepMs, steps } = data;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the colours that are painted
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const paint = () => paintCells(element, heatmap);
    paint();
    const resized = new ResizeObserver(paint);
    resized.observe(element);
    return () => resized.disconnect();
  }, [heatmap, theme]);
  const cellOf = ({ currentTarget, clientX, clientY }: PointerEvent<HTMLElement>): Cell => {
    const { left, top, width, height } = currentTarget.getBoundingClientRect();
    const within = (share: number, count: number) => Math.min(Math.max(Math.floor(share * count), 0), count - 1);
    return {
      step: within((clientX - left) / width, steps),
      row: rows.length - 1 - within((clientY - top) / height, rows.length),
    };
  };
  const every = Math.ceil(rows.length / LABELS);
  const row = hovered && rows[hovered.row];
  const selected = pressed === null || hovered === null ? null : stepsBetween(pressed, hovered.step);
  return (
    <div className="relative" style={{ height: HEIGHT_PX }}>
      {rows.map(({ high }, i) =>
        i % every === 0 ? (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: rows in their order
            key={i}
            className="absolute left-0 pr-2 text-right font-mono text-xs leading-none text-faint"
            style={{ width: AXIS_PX, bottom: BELOW_PX + ((i + 1) * (HEIGHT_PX - BELOW_PX)) / rows.length - 5 }}
          >
            {high === null ? '∞' : valueText(high, unit)}
          </span>
        ) : null,
      )}
      <div
        role="img"
        aria-label={`${label}: ${rows.length} buckets over ${steps} steps`}
        className="absolute top-0 right-0 cursor-crosshair"
        style={{ left: AXIS_PX, bottom: BELOW_PX }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setPressed(cellOf(event).step);
        }}
        onPointerMove={(event) => setHovered(cellOf(event))}
        onPointerUp={(event) => {
          // Where it is now: its last move may not be drawn yet.
          const zoomed = pressed === null ? null : stepsBetween(pressed, cellOf(event).step);
          if (zoomed) onZoom(fromMs + zoomed.first * stepMs, fromMs + (zoomed.last + 1) * stepMs);
          setPressed(null);
        }}
        onPointerLeave={() => setHovered(null)}
      >
        <canvas ref={canvas} className="size-full" />
        {selected && (
          <span
            className="pointer-events-none absolute inset-y-0 bg-accent/20"
            style={{
              left: `${(100 * selected.first) / steps}%`,
              right: `${100 - (100 * (selected.last + 1)) / steps}%`,
            }}
          />
        )}
        {hovered && row && (
          <div
            className="pointer-events-none absolute top-2 z-20 rounded-md border border-line-strong bg-panel px-2 py-1 text-sm whitespace-nowrap shadow-md"
            style={
              hovered.step > steps / 2
                ? { right: `calc(${100 - (100 * hovered.step) / steps}% + 10px)` }
                : { left: `calc(${(100 * (hovered.step + 1)) / steps}% + 10px)` }
            }
          >
            <div className="font-mono text-secondary">
              {timeText(fromMs + hovered.step * stepMs)}
              <span className="text-faint"> to {secondText(fromMs + (hovered.step + 1) * stepMs)}</span>
            </div>
            <span className="font-mono">{formatCount(round(counts[hovered.step]?.[hovered.row] ?? 0))}</span> values{' '}
            {boundsText([row.low, row.high], unit)}
          </div>
        )}
      </div>
      <div
        className="absolute right-0 bottom-0 flex justify-between font-mono text-xs text-faint"
        style={{ left: AXIS_PX }}
      >
        {[0, 0.5, 1].map((share) => (
          <span key={share}>{clockTime(fromMs + share * steps * stepMs, steps * stepMs)}</span>
        ))}
      </div>
    </div>
  );
}

/** @returns null: a single one, which is a click */
function stepsBetween(one: number, other: number): { readonly first: number; readonly last: number } | null {
  return one === other ? null : { first: Math.min(one, other), last: Math.max(one, other) };
}

function paintCells(canvas: HTMLCanvasElement, { rows, counts }: MetricHeatmap): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const ratio = devicePixelRatio;
  const [width, height] = [canvas.clientWidth * ratio, canvas.clientHeight * ratio];
  canvas.width = width;
  canvas.height = height;
  const style = getComputedStyle(document.documentElement);
  context.fillStyle = style.getPropertyValue('--raised');
  context.fillRect(0, 0, width, height);
  context.fillStyle = style.getPropertyValue('--accent');
  const most = Math.log1p(counts.reduce((all, row) => row.reduce((a, b) => Math.max(a, b), all), 0));
  for (const [step, row] of counts.entries()) {
    const x = Math.round((step * width) / counts.length);
    const w = Math.round(((step + 1) * width) / counts.length) - x;
    for (const [i, count] of row.entries()) {
      if (count <= 0) continue;
      const y = Math.round(((rows.length - 1 - i) * height) / rows.length);
      context.globalAlpha = 0.12 + (0.88 * Math.log1p(count)) / most;
      context.fillRect(x, y, w, Math.round(((rows.length - i) * height) / rows.length) - y);
    }
  }
}

/** Shares of a histogram that was spread over steps. */
function round(count: number): number {
  return Math.round(count * 10) / 10;
}
