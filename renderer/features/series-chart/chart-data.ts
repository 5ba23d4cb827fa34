/** What a chart of numbers over time shows, and as CSV. */
import { csvText } from '../../ui/save-csv';

interface ChartSeries {
  readonly label: string;
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

/** Of the i-th series, as the name of a CSS variable. */
export function seriesColor(i: number): string {
  return `--series-${COLOR_ORDER[i % COLOR_ORDER.length]}`;
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
