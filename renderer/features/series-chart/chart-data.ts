/** What a chart of numbers over time shows, and as CSV. */
import { csvText } from '../../ui/save-csv';
import { serviceSlot } from '../../ui/series';

export interface ChartSeries {
  readonly label: string;
  /** That the series is of, and has the colour of; left out: it is not of one service. */
  readonly service?: string;
  /** By step; null is a gap. */
  readonly values: readonly (number | null)[];
  /** Of estimates: the bounds that each lies between. */
  readonly bounds?: readonly (readonly [low: number | null, high: number | null] | null)[] | null;
}

export interface ChartDot {
  readonly timeMs: number;
  readonly value: number;
  readonly traceId: string;
  readonly spanId: string;
}

export interface ChartData {
  readonly fromMs: number;
  readonly stepMs: number;
  readonly steps: number;
  readonly unit: string;
  readonly series: readonly ChartSeries[];
}

/** In an order in which neighbours differ. */
const COLOR_ORDER = [7, 1, 4, 9, 2, 6, 11, 3, 10, 8, 0, 5];

/**
 * Of each series, as the name of a CSS variable: a service has the colour that it has on every page. Where two share one, the first
 * by name keeps it, so that charts of the same services agree whichever is the largest. Twelve series differ, whatever they are.
 */
export function seriesColors(series: readonly Pick<ChartSeries, 'service'>[]): string[] {
  const taken = new Set<number>();
  const slots = new Map<number, number>();
  const services = series.flatMap(({ service }, i) => (service === undefined ? [] : [{ service, i }]));
  services.sort((a, b) => (a.service < b.service ? -1 : a.service > b.service ? 1 : 0));
  for (const { service, i } of services) {
    const slot = serviceSlot(service);
    if (taken.has(slot)) continue;
    taken.add(slot);
    slots.set(i, slot);
  }
  const free = COLOR_ORDER.filter((slot) => !taken.has(slot));
  const left = [...services.map(({ i }) => i), ...series.keys()].filter((i) => !slots.has(i));
  // More than there are colours begin again with the first.
  for (const [at, i] of [...new Set(left)].entries()) {
    slots.set(i, free[at] ?? COLOR_ORDER[(at - free.length) % COLOR_ORDER.length] ?? 0);
  }
  return series.map((_, i) => `--series-${slots.get(i)}`);
}

const SERVICE_LABELS: readonly string[] = ['service', 'service.name', 'resource.service.name', 'rootServiceName'];

/** The service that a group is, where it is one. */
export function serviceOf(labels: Readonly<Record<string, string>>): { readonly service?: string } {
  const [entry, ...others] = Object.entries(labels);
  if (entry === undefined || others.length > 0 || entry[1] === '' || !SERVICE_LABELS.includes(entry[0])) return {};
  return { service: entry[1] };
}

export function labelText(labels: Readonly<Record<string, string>>, whole: string): string {
  const entries = Object.entries(labels);
  if (entries.length === 0) return whole;
  if (entries.length === 1) return entries[0]?.[1] || `no ${entries[0]?.[0]}`;
  return entries.map(([key, value]) => `${key}=${value === '' ? '(none)' : value}`).join(' ');
}

/** A row a step, a column a series. */
export function csvOf({ fromMs, stepMs, steps, unit, series }: ChartData): string {
  const titles = ['time', ...series.map(({ label }) => (unit === '' ? label : `${label} (${unit})`))];
  const rows = Array.from({ length: steps }, (_, i) => [
    new Date(fromMs + i * stepMs).toISOString(),
    ...series.map(({ values }) => values[i] ?? null),
  ]);
  return csvText(titles, rows);
}
