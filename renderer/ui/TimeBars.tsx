/** Stacked bars over time, failures on top: at most some hundred of them, all of the same width. */
import { type PointerEvent, type ReactNode, useState } from 'react';

export interface TimeBar {
  readonly atMs: number;
  readonly ok: number;
  readonly errors: number;
}

interface TimeBarsProps<Bar extends TimeBar> {
  readonly bars: readonly Bar[];
  /** What the bars show, for those who do not see them. */
  readonly label: string;
  /** What is said of the bar under the pointer. */
  readonly tip: (bar: Bar) => ReactNode;
  /** A click on a bar; the same is to be reached by keys elsewhere. */
  readonly onOpen?: (bar: Bar) => void;
}

const BAR_WIDTH = 100;
/** Of a bar's width. */
const GAP = 6;
/** In percent of the width: beyond, the tip is on the other side of the pointer. */
const TIP_FLIPS = 70;

export function TimeBars<Bar extends TimeBar>({ bars, label, tip, onOpen }: TimeBarsProps<Bar>) {
  const [hovered, setHovered] = useState<number | null>(null);
  const highest = Math.max(1, ...bars.map(({ ok, errors }) => ok + errors));
  const under = ({ currentTarget, clientX }: PointerEvent<HTMLElement>): number | null => {
    const { left, width } = currentTarget.getBoundingClientRect();
    const at = Math.floor(((clientX - left) / width) * bars.length);
    return at >= 0 && at < bars.length ? at : null;
  };
  const shown = hovered === null ? undefined : bars[hovered];
  const place = (100 * ((hovered ?? 0) + 0.5)) / bars.length;
  return (
    <div
      className={`relative h-full pt-0.5 ${onOpen ? 'cursor-pointer' : ''}`}
      onPointerMove={(event) => setHovered(under(event))}
      onPointerLeave={() => setHovered(null)}
      onPointerUp={(event) => {
        // Asked anew: the last move may not be drawn yet.
        const bar = bars[under(event) ?? -1];
        if (bar) onOpen?.(bar);
      }}
    >
      <svg
        role="img"
        aria-label={label}
        width="100%"
        height="100%"
        viewBox={`0 0 ${bars.length * BAR_WIDTH} ${highest}`}
        preserveAspectRatio="none"
      >
        {bars.map(({ atMs, ok, errors }, i) => (
          <g key={atMs} transform={`translate(${i * BAR_WIDTH})`}>
            {i === hovered && <rect width={BAR_WIDTH} height={highest} fill="var(--raised)" />}
            <rect
              x={GAP}
              y={highest - ok}
              width={BAR_WIDTH - 2 * GAP}
              height={ok}
              fill="var(--accent)"
              fillOpacity={0.55}
            />
            <rect x={GAP} y={highest - ok - errors} width={BAR_WIDTH - 2 * GAP} height={errors} fill="var(--error)" />
          </g>
        ))}
      </svg>
      {shown && (
        <div
          className="pointer-events-none absolute top-0 z-20 mx-2 rounded-md border border-line-strong bg-panel px-2 py-1 text-sm whitespace-nowrap shadow-md"
          style={place > TIP_FLIPS ? { right: `${100 - place}%` } : { left: `${place}%` }}
        >
          {tip(shown)}
        </div>
      )}
    </div>
  );
}
