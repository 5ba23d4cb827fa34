const DAY_MS = 86_400_000;

/** A local time as precise as the range it stands in: 14:02:31, 14:02, or 30 Oct 2024. */
export function clockTime(ms: number, rangeMs: number): string {
  const date = new Date(ms);
  if (rangeMs > 3 * DAY_MS)
    return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
  const time = date.toLocaleTimeString('en-GB', rangeMs < 600_000 ? {} : { hour: '2-digit', minute: '2-digit' });
  return rangeMs > DAY_MS ? `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${time}` : time;
}
