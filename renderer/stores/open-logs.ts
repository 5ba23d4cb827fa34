/** The way from a figure to the logs that it counts: their list, with a search and the range that the figure is of. */
import type { TimeRange } from './time-range';
import { useTraceList } from './trace-list-store';

export function openLogs(query: string, range: TimeRange | null, navigate: (to: string) => void): void {
  if (range) useTraceList.getState().setRange(range);
  const url = new URL(window.location.href);
  url.searchParams.delete('view');
  if (query === '') url.searchParams.delete('logs');
  else url.searchParams.set('logs', query);
  window.history.replaceState(window.history.state, '', url);
  navigate('/logs');
}
