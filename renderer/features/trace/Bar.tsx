import clsx from 'clsx';
import type { TimeWindow } from '../../../core/timeline/time-window';

/** Thinner bars would vanish; the label beside them keeps the truth. */
const MIN_WIDTH_PX = 2;
/** Where a label would run over the right edge, it stands inside a bar that is wide enough, or before it. */
const LABEL_ROOM = 0.88;
const INSIDE_ROOM = 0.14;

interface BarProps {
  /** Relative to the trace's start. */
  readonly startNs: number;
  readonly endNs: number;
  readonly window: TimeWindow;
  readonly color: string;
  readonly failed: boolean;
  readonly label: string;
}

export function Bar({ startNs, endNs, window, color, failed, label }: BarProps) {
  const span = window.endNs - window.startNs;
  const left = (startNs - window.startNs) / span;
  const right = (endNs - window.startNs) / span;
  if (right < 0 || left > 1) {
    return (
      <div className="relative min-w-0 grow text-faint">
        <span className={clsx('absolute top-1', right < 0 ? 'left-1' : 'right-1')}>{right < 0 ? '‹' : '›'}</span>
      </div>
    );
  }
  // Clipped to the window, with a margin that hides the cut ends.
  const from = Math.max(left, -0.01);
  const to = Math.min(right, 1.01);
  const inside = to > LABEL_ROOM && to - Math.max(from, 0) > INSIDE_ROOM;
  const before = to > LABEL_ROOM && !inside;
  return (
    <div className="relative min-w-0 grow overflow-hidden font-mono text-xs">
      <div
        className={clsx('absolute top-[7px] h-3 rounded-[2px]', failed && 'outline-[1.5px] outline-error')}
        style={{ left: `${100 * from}%`, width: `max(${MIN_WIDTH_PX}px, ${100 * (to - from)}%)`, background: color }}
      />
      <span
        className={clsx(
          'absolute top-[4px] leading-[18px] whitespace-nowrap',
          inside ? 'text-panel' : 'text-secondary',
        )}
        style={
          inside
            ? { right: `calc(${100 * (1 - Math.min(to, 1))}% + 6px)` }
            : before
              ? { right: `calc(${100 * (1 - from)}% + 4px)` }
              : { left: `calc(${100 * to}% + 5px)` }
        }
      >
        {label}
      </span>
    </div>
  );
}
