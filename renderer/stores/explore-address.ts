/** What is searched for and when, in the address: a link shows the same, and so does the next start of the page. */
import { ALL_TIME, LAST, type TimeRange } from './time-range';

export interface Explored {
  readonly query: string;
  readonly range: TimeRange;
  /** A field, as TraceQL names it; null: traces one by one. */
  readonly groupBy: string | null;
}

/** Whatever stands there that we did not write is left out. */
export function exploredIn(search: string): Explored {
  const parameters = new URLSearchParams(search);
  return { query: parameters.get('q') ?? '', range: rangeIn(parameters), groupBy: parameters.get('by') || null };
}

export function addressWith(url: URL, { query, range, groupBy }: Explored): string {
  const { searchParams } = url;
  for (const name of ['q', 'last', 'from', 'to', 'by']) searchParams.delete(name);
  if (query !== '') searchParams.set('q', query);
  if (range.kind === 'last') searchParams.set('last', shortOf(range.minutes));
  if (range.kind === 'between') {
    searchParams.set('from', new Date(range.fromMs).toISOString());
    searchParams.set('to', new Date(range.toMs).toISOString());
  }
  if (groupBy !== null) searchParams.set('by', groupBy);
  return url.pathname + url.search + url.hash;
}

function rangeIn(parameters: URLSearchParams): TimeRange {
  const last = LAST.find(({ short }) => short === parameters.get('last'));
  if (last) return { kind: 'last', minutes: last.minutes };
  const [fromMs, toMs] = [Date.parse(parameters.get('from') ?? ''), Date.parse(parameters.get('to') ?? '')];
  return fromMs < toMs ? { kind: 'between', fromMs, toMs } : ALL_TIME;
}

function shortOf(minutes: number): string {
  return LAST.find((one) => one.minutes === minutes)?.short ?? '24h';
}
