/** What is searched for, when, and how it shows, in the address: a link shows the same, and so does the next start of the page. */

import { NEWEST_FIRST, TRACE_SORTS, type TraceSort } from '../../core/api/trace-list-query';
import type { DeploymentFilter } from '../../core/model/deployment';
import { DEPLOYMENT_FIELDS } from '../../core/model/deployment-keys';
import { ALL_TIME, type Extent, LAST, type TimeRange } from './time-range';

/** Columns of the table beside the trace's name, in their order. */
export const COLUMNS = [
  'service',
  'duration',
  'spans',
  'errors',
  'tokens',
  'cost',
  'agent',
  'session',
  'user',
  'started',
] as const;
export type Column = (typeof COLUMNS)[number];
const USUAL_COLUMNS: readonly Column[] = ['service', 'duration', 'spans', 'tokens', 'cost', 'started'];

export const CHARTS = ['histogram', 'heatmap', 'scatter'] as const;
export type Chart = (typeof CHARTS)[number];

export interface Explored extends Extent {
  readonly query: string;
  /** A field, as TraceQL names it; null: traces one by one. */
  readonly groupBy: string | null;
  readonly sort: TraceSort;
  readonly columns: readonly Column[];
  /** Above the table. */
  readonly chart: Chart;
}

/** Whatever stands there that we did not write is left out. */
export function exploredIn(search: string): Explored {
  const parameters = new URLSearchParams(search);
  const columns = parameters.get('columns');
  return {
    query: parameters.get('q') ?? '',
    range: rangeIn(parameters),
    deployment: deploymentIn(parameters),
    groupBy: parameters.get('by') || null,
    sort: TRACE_SORTS.find((sort) => sort === parameters.get('sort')) ?? NEWEST_FIRST,
    columns: columnsIn(columns === null ? null : columns.split(',')),
    chart: chartIn(parameters.get('chart')),
  };
}

export function addressWith(url: URL, { query, range, deployment, groupBy, sort, columns, chart }: Explored): string {
  const { searchParams } = url;
  for (const name of ['q', 'last', 'from', 'to', 'by', 'sort', 'columns', 'chart', ...DEPLOYMENT_FIELDS]) {
    searchParams.delete(name);
  }
  for (const field of DEPLOYMENT_FIELDS) if (deployment[field]) searchParams.set(field, deployment[field]);
  if (query !== '') searchParams.set('q', query);
  if (range.kind === 'last') searchParams.set('last', shortOf(range.minutes));
  if (range.kind === 'between') {
    searchParams.set('from', new Date(range.fromMs).toISOString());
    searchParams.set('to', new Date(range.toMs).toISOString());
  }
  if (groupBy !== null) searchParams.set('by', groupBy);
  if (sort !== NEWEST_FIRST) searchParams.set('sort', sort);
  if (!isUsual(columns)) searchParams.set('columns', columns.join(','));
  if (chart !== 'histogram') searchParams.set('chart', chart);
  return url.pathname + url.search + url.hash;
}

/** Those of the names that are columns; the usual ones where nothing was chosen. */
export function columnsIn(names: readonly string[] | null): readonly Column[] {
  return names === null ? USUAL_COLUMNS : COLUMNS.filter((column) => names.includes(column));
}

export function chartIn(name: string | null): Chart {
  return CHARTS.find((chart) => chart === name) ?? 'histogram';
}

export function isUsual(columns: readonly Column[]): boolean {
  return columns.join() === USUAL_COLUMNS.join();
}

function deploymentIn(parameters: URLSearchParams): DeploymentFilter {
  return Object.fromEntries(
    DEPLOYMENT_FIELDS.flatMap((field) => (parameters.get(field) ? [[field, parameters.get(field)]] : [])),
  );
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
