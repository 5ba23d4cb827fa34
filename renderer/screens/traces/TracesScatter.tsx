import { type MouseEvent, useMemo, useState } from 'react';
import { formatDuration, plural } from '../../../core/model/format';
import { TimeAxis } from '../../features/extent/TimeAxis';
import type { ListedTrace } from '../../stores/newest-traces';
import { clockTime } from '../../ui/clock-time';
import { heightOf, scaleOf } from './duration-scale';

interface TracesScatterProps {
  readonly traces: readonly ListedTrace[];
  readonly onOpen: (trace: ListedTrace) => void;
}

/** How near the pointer has to come. */
const REACH_PX = 12;
const HEIGHT_PX = 112;

interface Point {
  readonly trace: ListedTrace;
  /** From 0 to 1; y downwards. */
  readonly x: number;
  readonly y: number;
}

/** A point for each trace whose duration is known; a click opens it. */
export function TracesScatter({ traces, onOpen }: TracesScatterProps) {
  const [near, setNear] = useState<Point | null>(null);
  const { points, fromMs, toMs, scale } = useMemo(() => {
    const starts = traces.map(({ startTime }) => Date.parse(startTime));
    const first = starts.reduce((least, ms) => Math.min(least, ms), Number.POSITIVE_INFINITY);
    const last = starts.reduce((most, ms) => Math.max(most, ms), 0);
    const durations = scaleOf(traces.flatMap(({ durationNs }) => durationNs ?? []));
    return {
      fromMs: first,
      toMs: Math.max(last, first + 1),
      scale: durations,
      // Those with errors on top.
      points: traces
        .flatMap((trace, i): readonly Point[] => {
          if (trace.durationNs === null) return [];
          const x = ((starts[i] ?? first) - first) / Math.max(last - first, 1);
          return [{ trace, x, y: 1 - heightOf(durations, trace.durationNs) }];
        })
        .sort((a, b) => Number(a.trace.failedCount > 0) - Number(b.trace.failedCount > 0)),
    };
  }, [traces]);
  const nearestTo = ({ currentTarget, clientX, clientY }: MouseEvent<HTMLElement>): Point | null => {
    const { left, top, width, height } = currentTarget.getBoundingClientRect();
    let nearest: Point | null = null;
    let least = REACH_PX;
    for (const point of points) {
      const distance = Math.hypot(point.x * width - (clientX - left), point.y * height - (clientY - top));
      if (distance < least) [nearest, least] = [point, distance];
    }
    return nearest;
  };
  // Asked anew: a finger comes without moving first.
  const open = (event: MouseEvent<HTMLElement>): void => {
    const point = nearestTo(event);
    if (point) onOpen(point.trace);
  };
  return (
    <div>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the list below has every trace, by keyboard */}
      <div
        role="img"
        aria-label={`${plural(points.length, 'trace')} by time and duration`}
        className={`relative mx-1 touch-none select-none ${near ? 'cursor-pointer' : ''}`}
        style={{ height: HEIGHT_PX - 4 }}
        onPointerMove={(event) => setNear(nearestTo(event))}
        onPointerLeave={() => setNear(null)}
        onClick={open}
      >
        <svg className="absolute inset-0 size-full overflow-visible" aria-hidden>
          {points.map(({ trace, x, y }) => (
            <circle
              key={trace.traceId}
              cx={`${100 * x}%`}
              cy={`${100 * y}%`}
              r={near?.trace === trace ? 5 : 3}
              fill={trace.failedCount > 0 ? 'var(--error)' : 'var(--accent)'}
              fillOpacity={near?.trace === trace ? 1 : 0.55}
            />
          ))}
        </svg>
        <span className="pointer-events-none absolute top-0 left-0 bg-panel/70 font-mono text-xs text-faint">
          {formatDuration(scale.mostNs)}
        </span>
        <span className="pointer-events-none absolute bottom-0 left-0 bg-panel/70 font-mono text-xs text-faint">
          {formatDuration(scale.leastNs)}
        </span>
        {near && (
          <div
            className="pointer-events-none absolute z-10 max-w-[320px] truncate rounded-md border border-line-strong bg-panel px-2 py-1 text-sm shadow-md"
            style={{
              top: Math.min(near.y * HEIGHT_PX, HEIGHT_PX - 48),
              ...(near.x < 0.75
                ? { left: `calc(${100 * near.x}% + 12px)` }
                : { right: `calc(${100 * (1 - near.x)}% + 12px)` }),
            }}
          >
            <div className="truncate font-semibold" dir="auto">
              {near.trace.rootName || 'unnamed'}
            </div>
            <div className="font-mono text-faint">
              {formatDuration(near.trace.durationNs)} · {clockTime(Date.parse(near.trace.startTime), toMs - fromMs)}
            </div>
          </div>
        )}
      </div>
      <TimeAxis fromMs={fromMs} toMs={toMs} />
    </div>
  );
}
