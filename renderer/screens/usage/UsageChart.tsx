import { type PointerEvent, useState } from 'react';
import { TimeAxis } from '../../features/extent/TimeAxis';
import { clockTime } from '../../ui/clock-time';
import { roundedUp, type Series } from './chart-series';
import { MEASURES, type Measure } from './measures';

interface UsageChartProps {
  readonly series: readonly Series[];
  readonly measure: Measure;
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly onOpen: (step: number) => void;
}

const BAR_WIDTH = 100;
const GAP = 6;
/** In percent of the width: beyond, the tip is on the other side of the pointer. */
const TIP_FLIPS = 65;

/** Bars over time, a part for each group; a mark at the foot of those of which something is unknown. The table beside says the same. */
export function UsageChart({ series, measure, fromMs, toMs, stepMs, onOpen }: UsageChartProps) {
  const [hovered, setHovered] = useState<number | null>(null);
  const { of, text, title } = MEASURES[measure];
  const count = series[0]?.steps.length ?? 0;
  const bars = Array.from({ length: count }, (_, step) => {
    let top = 0;
    const parts = series.map(({ key, color, steps }) => {
      const values = steps[step];
      const value = (values && of(values)) ?? 0;
      top += value;
      return { key, color, top, value };
    });
    const isPartial = measure === 'cost' && series.some(({ steps }) => steps[step]?.costComplete === false);
    return { step, parts, top, isPartial };
  });
  const highest = roundedUp(Math.max(0, ...bars.map(({ top }) => top)));
  const under = ({ currentTarget, clientX }: PointerEvent<HTMLElement>): number | null => {
    const { left, width } = currentTarget.getBoundingClientRect();
    const at = Math.floor(((clientX - left) / width) * count);
    return at >= 0 && at < count ? at : null;
  };
  const shown = hovered === null ? undefined : bars[hovered];
  const place = (100 * ((hovered ?? 0) + 0.5)) / Math.max(1, count);
  return (
    <div className="grid grid-cols-[max-content_1fr] gap-x-2">
      <div className="flex h-[180px] flex-col justify-between text-right font-mono text-xs leading-none text-faint">
        <span>{text(highest)}</span>
        <span>{text(highest / 2)}</span>
        <span>0</span>
      </div>
      <div
        className="relative h-[180px] cursor-pointer border-y border-line"
        onPointerMove={(event) => setHovered(under(event))}
        onPointerLeave={() => setHovered(null)}
        onPointerUp={(event) => {
          // Asked anew: the last move may not be drawn yet.
          const step = under(event);
          if (step !== null) onOpen(step);
        }}
      >
        <svg
          role="img"
          aria-label={`${title} over time`}
          width="100%"
          height="100%"
          viewBox={`0 0 ${Math.max(1, count) * BAR_WIDTH} 1000`}
          preserveAspectRatio="none"
        >
          <line x1={0} x2={Math.max(1, count) * BAR_WIDTH} y1={500} y2={500} stroke="var(--line)" strokeWidth={4} />
          {bars.map(({ step, parts, isPartial }) => (
            <g key={step} transform={`translate(${step * BAR_WIDTH})`}>
              {step === hovered && <rect width={BAR_WIDTH} height={1000} fill="var(--raised)" />}
              {parts.map(({ key, color, top, value }) => (
                <rect
                  key={key}
                  x={GAP}
                  y={1000 * (1 - top / highest)}
                  width={BAR_WIDTH - 2 * GAP}
                  height={(1000 * value) / highest}
                  fill={color}
                />
              ))}
              {isPartial && <rect x={GAP} y={976} width={BAR_WIDTH - 2 * GAP} height={24} fill="var(--warning)" />}
            </g>
          ))}
        </svg>
        {shown && (
          <div
            className="pointer-events-none absolute top-0 z-20 mx-2 max-w-[360px] rounded-md border border-line-strong bg-panel px-2 py-1 text-sm shadow-md"
            style={place > TIP_FLIPS ? { right: `${100 - place}%` } : { left: `${place}%` }}
          >
            <div className="font-mono text-faint">{clockTime(fromMs + shown.step * stepMs, toMs - fromMs)}</div>
            {series.map(({ key, name, color, steps }) => {
              const values = steps[shown.step];
              if (!values || values.calls === 0) return null;
              return (
                <div key={key} className="flex items-center gap-2">
                  <span className="size-2 shrink-0 rounded-sm" style={{ background: color }} />
                  <span className="min-w-0 grow truncate" dir="auto">
                    {name}
                  </span>
                  <span className="font-mono">{valueText(measure, values)}</span>
                </div>
              );
            })}
          </div>
        )}
      </div>
      <span />
      <TimeAxis fromMs={fromMs} toMs={toMs} />
    </div>
  );
}

/** Of costs with a mark where they are of some calls only. */
export function valueText(measure: Measure, values: Series['total']): string {
  const { of, text } = MEASURES[measure];
  if (measure !== 'cost' || values.costComplete) return text(of(values));
  return values.costUsd === null ? 'unknown' : `≥ ${text(values.costUsd)}`;
}
