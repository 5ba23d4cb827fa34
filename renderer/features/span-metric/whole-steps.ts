import { boundsOf, type Extent } from '../../stores/time-range';

/** Steps up to now: one that has only begun would look like a fall. */
export function wholeSteps({ range, deployment }: Extent) {
  const bounds = boundsOf(range);
  if (range.kind !== 'last' || bounds.from === undefined) return { ...bounds, ...deployment };
  const to = new Date(Date.parse(bounds.from) + range.minutes * 60_000).toISOString();
  return { from: bounds.from, to, ...deployment };
}
