import { type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { Heatmap, HeatmapCell } from '../../../core/api/contract';
import { formatCount, formatDuration, plural } from '../../../core/model/format';
import { TimeAxis } from '../../features/extent/TimeAxis';
import { type Area, placeOf, useBrush } from '../../hooks/use-brush';
import { partOf, type TimeRange } from '../../stores/time-range';
import { clockTime } from '../../ui/clock-time';
import { bandStartNs, bandsOf } from './duration-scale';

interface TracesHeatmapProps {
  readonly heatmap: Heatmap;
  readonly buckets: number;
  /** A part of it was chosen: this time, and durations from so many nanoseconds to so many. */
  readonly onSelect: (range: Extract<TimeRange, { kind: 'between' }>, fromNs: number, toNs: number) => void;
}

/** Where most traces are, by time and duration; the more, the darker, with errors in red. A click or a drag selects. */
export function TracesHeatmap({ heatmap, buckets, onSelect }: TracesHeatmapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [hovered, setHovered] = useState<{ readonly cell: HeatmapCell; readonly x: number } | null>(null);
  const fromMs = Date.parse(heatmap.from);
  const bucketMs = heatmap.bucketNs / 1e6;
  const bands = useMemo(() => bandsOf(heatmap), [heatmap]);
  const rows = bands.last - bands.first + 1;
  const label = `${heatmap.of === 'traces' ? 'Traces' : 'Spans'} by time and duration`;

  useEffect(() => {
    const { current } = canvas;
    if (!current) return;
    const paint = (): void => paintCells(current, heatmap, buckets, bands);
    paint();
    const observer = new ResizeObserver(paint);
    observer.observe(current);
    const themes = new MutationObserver(paint);
    themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      observer.disconnect();
      themes.disconnect();
    };
  }, [heatmap, buckets, bands]);

  const select = ({ left, right, top, bottom }: Area): void => {
    const first = Math.floor(left * buckets);
    const last = Math.max(Math.ceil(right * buckets), first + 1);
    const lowest = bands.first + Math.floor((1 - bottom) * rows);
    const highest = Math.max(bands.first + Math.ceil((1 - top) * rows), lowest + 1);
    const range = partOf(fromMs, fromMs + buckets * bucketMs, { left: first / buckets, right: last / buckets });
    // The lowest band has everything below it, too.
    onSelect(range, lowest === 0 ? 0 : bandStartNs(lowest), bandStartNs(highest));
  };
  const brush = useBrush(select, ({ x, y }) => select({ left: x, right: x, top: y, bottom: y }));
  const { selected } = brush;
  const hover = (event: PointerEvent<HTMLElement>): void => {
    brush.handlers.onPointerMove(event);
    const { x, y } = placeOf(event);
    const bucket = Math.min(Math.floor(x * buckets), buckets - 1);
    const band = bands.last - Math.min(Math.floor(y * rows), rows - 1);
    const cell = heatmap.cells.find((one) => one.bucket === bucket && one.band === band);
    setHovered(cell ? { cell, x } : null);
  };
  return (
    <div>
      <div
        className="relative h-[112px] cursor-crosshair touch-none select-none"
        {...brush.handlers}
        onPointerMove={hover}
        onPointerLeave={() => setHovered(null)}
      >
        <canvas ref={canvas} className="size-full" role="img" aria-label={label} />
        <span className="pointer-events-none absolute top-0 left-0 bg-panel/70 font-mono text-xs text-faint">
          {formatDuration(bandStartNs(bands.last + 1))}
        </span>
        <span className="pointer-events-none absolute bottom-0 left-0 bg-panel/70 font-mono text-xs text-faint">
          {formatDuration(bandStartNs(bands.first))}
        </span>
        {selected && (
          <div
            className="pointer-events-none absolute border border-accent bg-accent/15"
            style={{
              left: `${100 * selected.left}%`,
              width: `${100 * (selected.right - selected.left)}%`,
              top: `${100 * selected.top}%`,
              height: `${100 * (selected.bottom - selected.top)}%`,
            }}
          />
        )}
        {hovered && !selected && (
          <div
            className="pointer-events-none absolute top-1 z-10 rounded-md border border-line-strong bg-panel px-2 py-1 text-sm shadow-md"
            style={hovered.x < 0.8 ? { left: `${100 * hovered.x + 1}%` } : { right: `${100 * (1 - hovered.x) + 1}%` }}
          >
            <div className="font-mono text-faint">
              {clockTime(fromMs + hovered.cell.bucket * bucketMs, buckets * bucketMs)} ·{' '}
              {formatDuration(bandStartNs(hovered.cell.band))} to {formatDuration(bandStartNs(hovered.cell.band + 1))}
            </div>
            <div>{plural(hovered.cell.count, heatmap.of === 'traces' ? 'trace' : 'span')}</div>
            {hovered.cell.errors > 0 && (
              <div className="text-error">{formatCount(hovered.cell.errors)} with errors</div>
            )}
          </div>
        )}
      </div>
      <TimeAxis fromMs={fromMs} toMs={fromMs + buckets * bucketMs} />
    </div>
  );
}

function paintCells(
  canvas: HTMLCanvasElement,
  { cells }: Heatmap,
  buckets: number,
  bands: { readonly first: number; readonly last: number },
): void {
  const scale = window.devicePixelRatio;
  canvas.width = Math.round(canvas.clientWidth * scale);
  canvas.height = Math.round(canvas.clientHeight * scale);
  const context = canvas.getContext('2d');
  if (!context) return;
  const style = getComputedStyle(canvas);
  const colors = { ok: style.getPropertyValue('--accent'), error: style.getPropertyValue('--error') };
  const width = canvas.width / buckets;
  const height = canvas.height / (bands.last - bands.first + 1);
  const most = cells.reduce((max, { count }) => Math.max(max, count), 1);
  for (const { bucket, band, count, errors } of cells) {
    const [left, right] = [Math.round(bucket * width), Math.round((bucket + 1) * width)];
    const [top, bottom] = [Math.round((bands.last - band) * height), Math.round((bands.last - band + 1) * height)];
    // A single one among thousands is still seen.
    context.globalAlpha = 0.18 + 0.82 * Math.sqrt(count / most);
    context.fillStyle = colors.ok;
    context.fillRect(left, top, Math.max(right - left - scale, 1), Math.max(bottom - top - scale, 1));
    if (errors === 0) continue;
    context.globalAlpha = 1;
    context.fillStyle = colors.error;
    const share = Math.max(Math.round(((bottom - top) * errors) / count), Math.round(2 * scale));
    context.fillRect(left, bottom - share, Math.max(right - left - scale, 1), Math.max(share - scale, 1));
  }
  context.globalAlpha = 1;
}
