/** Numbers over time as lines, from 0 to a height that stands beside it. A step without a value interrupts its line. */
import { type PointerEvent, type ReactNode, useState } from 'react';

interface Line {
  readonly name: string;
  readonly color: string;
  readonly widthPx: number;
  /** One a step; null: unknown. */
  readonly values: readonly (number | null)[];
}

interface LineChartProps {
  readonly label: string;
  readonly lines: readonly Line[];
  readonly highest: number;
  readonly tip: (step: number) => ReactNode;
}

const HEIGHT = 100;
/** In percent of the width: beyond, the tip is on the other side of the pointer. */
const TIP_FLIPS = 70;

export function LineChart({ label, lines, highest, tip }: LineChartProps) {
  const [hovered, setHovered] = useState<number | null>(null);
  const steps = Math.max(1, ...lines.map(({ values }) => values.length));
  const hover = ({ currentTarget, clientX }: PointerEvent<HTMLElement>): void => {
    const { left, width } = currentTarget.getBoundingClientRect();
    const at = Math.floor(((clientX - left) / width) * steps);
    setHovered(at >= 0 && at < steps ? at : null);
  };
  const place = (100 * ((hovered ?? 0) + 0.5)) / steps;
  return (
    <div className="relative h-full" onPointerMove={hover} onPointerLeave={() => setHovered(null)}>
      <svg
        role="img"
        aria-label={label}
        width="100%"
        height="100%"
        viewBox={`0 0 ${steps} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="border-b border-line"
      >
        {hovered !== null && <rect x={hovered} width={1} height={HEIGHT} fill="var(--raised)" />}
        {lines.map(({ name, color, widthPx, values }) => (
          <path
            key={name}
            d={pathOf(values, highest)}
            fill="none"
            stroke={color}
            strokeWidth={widthPx}
            strokeLinecap="round"
            vectorEffect="non-scaling-stroke"
          />
        ))}
      </svg>
      {hovered !== null && (
        <div
          className="pointer-events-none absolute top-0 z-20 mx-2 rounded-md border border-line-strong bg-panel px-2 py-1 text-sm whitespace-nowrap shadow-md"
          style={place > TIP_FLIPS ? { right: `${100 - place}%` } : { left: `${place}%` }}
        >
          {tip(hovered)}
        </div>
      )}
    </div>
  );
}

/** A value between two that are unknown is a short dash. */
function pathOf(values: readonly (number | null)[], highest: number): string {
  const scale = highest > 0 ? (HEIGHT - 4) / highest : 0;
  return values
    .map((value, i) => {
      if (value === null) return '';
      const y = HEIGHT - value * scale;
      const isAlone = (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null;
      if (isAlone) return `M${i + 0.3} ${y}H${i + 0.7}`;
      return `${(values[i - 1] ?? null) === null ? 'M' : 'L'}${i + 0.5} ${y}`;
    })
    .join('');
}
