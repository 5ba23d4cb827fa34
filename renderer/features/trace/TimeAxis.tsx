import { type TimeWindow, tickLabel, ticksOf } from '../../../core/timeline/time-window';

const TICKS = 5;

/** Round times along the window; a double click shows the whole trace again. */
export function TimeAxis({ window, onFit }: { readonly window: TimeWindow; readonly onFit: () => void }) {
  const ticks = ticksOf(window, TICKS);
  const step = (ticks[1] ?? window.endNs) - (ticks[0] ?? window.startNs);
  const span = window.endNs - window.startNs;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the F key does the same
    <div
      className="relative h-full overflow-hidden font-mono text-xs text-secondary"
      onDoubleClick={onFit}
      title="Double-click to fit (F)"
    >
      {ticks.map((tick) => (
        <span
          key={tick}
          className="absolute top-0 h-full border-l border-line pl-1.5 leading-[20px]"
          style={{ left: `${(100 * (tick - window.startNs)) / span}%` }}
        >
          {tickLabel(tick, step)}
        </span>
      ))}
    </div>
  );
}
