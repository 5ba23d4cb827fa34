/** How a figure moved since the period before, in words. */
import { formatCompact } from '../../../core/model/format';
import { LAST, type TimeRange } from '../../stores/time-range';

/** Below, a change is none. */
const NOTABLE = 0.005;

export interface Change {
  readonly text: string;
  /** -1 or 1; 0: it stayed. */
  readonly direction: number;
}

/** Null: there is nothing to compare with. */
export function changeOf(now: number | null, before: number | null): Change | null {
  if (now === null || before === null) return null;
  if (before === 0) return now === 0 ? { text: 'no change', direction: 0 } : { text: 'none before', direction: 1 };
  return relative(now / before - 1);
}

/** Of shares: in points of a percent. */
export function pointsOf(now: number | null, before: number | null): Change | null {
  if (now === null || before === null) return null;
  const points = (now - before) * 100;
  if (Math.abs(points) < 0.05) return { text: 'no change', direction: 0 };
  return { text: `${signOf(points)}${Math.abs(points).toFixed(1)} points`, direction: Math.sign(points) };
}

function relative(change: number): Change {
  if (Math.abs(change) < NOTABLE) return { text: 'no change', direction: 0 };
  // Beyond, a factor is easier to read.
  const text =
    change > 9
      ? `${formatCompact(Math.round(change + 1))} times`
      : `${signOf(change)}${Math.max(1, Math.round(Math.abs(change) * 100))} %`;
  return { text, direction: Math.sign(change) };
}

function signOf(change: number): string {
  return change < 0 ? '−' : '+';
}

export interface Period {
  readonly from: string;
  readonly to: string;
}

/** The same length of time before; null: all time has none. */
export function periodBefore(range: TimeRange, nowMs: number): Period | null {
  if (range.kind === 'all') return null;
  const toMs = range.kind === 'last' ? nowMs : range.toMs;
  const fromMs = range.kind === 'last' ? nowMs - range.minutes * 60_000 : range.fromMs;
  return { from: new Date(2 * fromMs - toMs).toISOString(), to: new Date(fromMs).toISOString() };
}

export function beforeText(range: TimeRange): string {
  if (range.kind !== 'last') return 'the previous period';
  const label = LAST.find(({ minutes }) => minutes === range.minutes)?.label ?? '';
  return `${label.replace('Last ', 'the ')} before`;
}
