/** What a screen is about: a part of time, and where spans come from. */

import type { DeploymentFilter } from '../../core/model/deployment';
import { dayOfYearText, isSameDay, secondText } from '../ui/clock-time';

export interface Extent {
  readonly range: TimeRange;
  /** Empty: from anywhere. */
  readonly deployment: DeploymentFilter;
}

/** As the API takes it, at this moment. */
export function inExtent({ range, deployment }: Extent): DeploymentFilter & ReturnType<typeof boundsOf> {
  return { ...boundsOf(range), ...deployment };
}

export function isEverything({ range, deployment }: Extent): boolean {
  return range.kind === 'all' && Object.keys(deployment).length === 0;
}

/** Which part of time a list is about. */
export type TimeRange =
  | { readonly kind: 'all' }
  /** Up to now. */
  | { readonly kind: 'last'; readonly minutes: number }
  | { readonly kind: 'between'; readonly fromMs: number; readonly toMs: number };

export const ALL_TIME: TimeRange = { kind: 'all' };

export const LAST: readonly { readonly minutes: number; readonly label: string; readonly short: string }[] = [
  { minutes: 5, label: 'Last 5 minutes', short: '5m' },
  { minutes: 15, label: 'Last 15 minutes', short: '15m' },
  { minutes: 30, label: 'Last 30 minutes', short: '30m' },
  { minutes: 60, label: 'Last hour', short: '1h' },
  { minutes: 360, label: 'Last 6 hours', short: '6h' },
  { minutes: 1_440, label: 'Last 24 hours', short: '24h' },
  { minutes: 10_080, label: 'Last 7 days', short: '7d' },
];

/**
 * A part of a chart that shows `fromMs` to `toMs`, from `left` to `right`, both from 0 to 1. Whoever drags to the end
 * of the chart means its newest entry too, which may start just there: a range leaves its end out.
 */
export function partOf(
  fromMs: number,
  toMs: number,
  { left, right }: { readonly left: number; readonly right: number },
): Extract<TimeRange, { kind: 'between' }> {
  const at = (share: number): number => fromMs + share * (toMs - fromMs);
  const begin = Math.floor(at(left));
  const end = right === 1 ? Math.floor(toMs) + 1 : Math.ceil(at(right));
  return { kind: 'between', fromMs: begin, toMs: Math.max(end, begin + 1) };
}

/** As the API takes them, at this moment. */
export function boundsOf(range: TimeRange): { readonly from?: string; readonly to?: string } {
  if (range.kind === 'last') return { from: new Date(Date.now() - range.minutes * 60_000).toISOString() };
  if (range.kind === 'all') return {};
  return { from: new Date(range.fromMs).toISOString(), to: new Date(range.toMs).toISOString() };
}

export function rangeLabel(range: TimeRange): string {
  if (range.kind === 'all') return 'All time';
  if (range.kind === 'last') return LAST.find(({ minutes }) => minutes === range.minutes)?.label ?? 'Custom';
  const sameDay = isSameDay(range.fromMs, range.toMs);
  const begin = `${dayOfYearText(range.fromMs)}, ${secondText(range.fromMs)}`;
  if (sameDay) return `${begin} – ${secondText(range.toMs)}`;
  return `${begin} – ${dayOfYearText(range.toMs)}, ${secondText(range.toMs)}`;
}
