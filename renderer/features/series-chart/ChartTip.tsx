import { secondText, timeText } from '../../ui/clock-time';
import { type ChartData, type ChartDot, seriesColors } from './chart-data';
import { boundsText, exactText } from './unit-text';

/** More do not fit beside a chart; the table has all. */
const MOST = 12;

interface ChartTipProps {
  readonly data: ChartData;
  readonly hidden: ReadonlySet<number>;
  readonly step: number;
  readonly dot: ChartDot | null;
  readonly leftPx: number;
  /** To the other side of the pointer. */
  readonly flips: boolean;
}

/** The values of a step, exactly, the largest first. */
export function ChartTip({ data, hidden, step, dot, leftPx, flips }: ChartTipProps) {
  const { fromMs, stepMs, unit, series } = data;
  const rows = series
    .map(({ label, values, bounds }, i) => ({ i, label, value: values[step] ?? null, bounds: bounds?.[step] ?? null }))
    .filter(({ i, value }) => !hidden.has(i) && value !== null)
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const colors = seriesColors(series);
  const fromText = timeText(fromMs + step * stepMs);
  return (
    <div
      className="pointer-events-none absolute top-2 z-20 max-w-[440px] rounded-md border border-line-strong bg-panel px-2 py-1 text-sm shadow-md"
      style={flips ? { right: `calc(100% - ${leftPx}px + 12px)` } : { left: leftPx + 12 }}
    >
      <div className="font-mono whitespace-nowrap text-secondary">
        {fromText}
        <span className="text-faint"> to {secondText(fromMs + (step + 1) * stepMs)}</span>
      </div>
      {rows.length === 0 && <div className="text-faint">no value</div>}
      {rows.slice(0, MOST).map(({ i, label, value, bounds }) => (
        <div key={i} className="flex items-baseline gap-2">
          <span className="size-2 shrink-0 rounded-sm" style={{ background: `var(${colors[i]})` }} aria-hidden="true" />
          <span className="min-w-0 truncate" dir="auto">
            {label}
          </span>
          <span className="grow" />
          <span className="font-mono whitespace-nowrap">{value === null ? '' : exactText(value, unit)}</span>
          {bounds && <span className="font-mono whitespace-nowrap text-faint">{boundsText(bounds, unit)}</span>}
        </div>
      ))}
      {rows.length > MOST && <div className="text-faint">and {rows.length - MOST} more</div>}
      {dot && (
        <div className="border-t border-line text-accent">
          Exemplar {exactText(dot.value, unit)} at {secondText(dot.timeMs)}. Click for its trace
        </div>
      )}
    </div>
  );
}
