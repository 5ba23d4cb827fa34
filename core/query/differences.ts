/**
 * What sets some spans apart from others: the answer of TraceQL's `compare()`, ranked.
 *
 * A value ranks by how much its share differs between the two sides: 40 of 50 selected spans against 100 of 1,000 others is 70
 * percentage points. Values that occur in fewer than `LEAST_SPANS` spans on both sides together say nothing and are left out. An attribute
 * ranks by the value of it that differs most; of equal ones the more frequent comes first, then the first by name.
 */
import type { Series } from './traceql/series';

/** Of both sides together. */
export const LEAST_SPANS = 3;
/** Of one attribute. */
export const MOST_VALUES = 5;

interface Sides {
  readonly selection: number;
  readonly baseline: number;
}

export interface Difference extends Sides {
  readonly value: string;
  /** Of its side's spans, from 0 to 1. */
  readonly selectionShare: number;
  readonly baselineShare: number;
}

interface FieldDifference {
  /** As TraceQL names it. */
  readonly field: string;
  /** Those that differ most, the largest difference first. */
  readonly values: readonly Difference[];
}

export interface Differences {
  /** Spans of each side. */
  readonly totals: Sides;
  /** What differs most first; nothing where one side has no span. */
  readonly fields: readonly FieldDifference[];
}

/** @param series as `compare()` gives them: a count of a value on a side each, and the totals */
export function differencesIn(series: readonly Series[]): Differences {
  const totals = { selection: 0, baseline: 0 };
  const byField = new Map<string, Map<string, { selection: number; baseline: number }>>();
  for (const { labels, values } of series) {
    const { set, ...rest } = labels;
    const count = values[0] ?? 0;
    if (set === 'selection total') totals.selection += count;
    if (set === 'baseline total') totals.baseline += count;
    if (set !== 'selection' && set !== 'baseline') continue;
    for (const [field, value] of Object.entries(rest)) {
      const counts = byField.get(field) ?? new Map<string, { selection: number; baseline: number }>();
      byField.set(field, counts);
      // A number and a text that read the same are one here.
      const sides = counts.get(value) ?? { selection: 0, baseline: 0 };
      sides[set] += count;
      counts.set(value, sides);
    }
  }
  if (totals.selection === 0 || totals.baseline === 0) return { totals, fields: [] };
  const fields = [...byField]
    .map(([field, counts]) => ({ field, values: ranked(counts, totals) }))
    .filter(({ values }) => values.length > 0)
    .sort((a, b) => compare(a.values[0], b.values[0]) || (a.field < b.field ? -1 : 1));
  return { totals, fields };
}

function ranked(counts: ReadonlyMap<string, Sides>, totals: Sides): Difference[] {
  return [...counts]
    .filter(([, { selection, baseline }]) => selection + baseline >= LEAST_SPANS)
    .map(([value, { selection, baseline }]) => ({
      value,
      selection,
      baseline,
      selectionShare: selection / totals.selection,
      baselineShare: baseline / totals.baseline,
    }))
    .filter((one) => differenceOf(one) !== 0)
    .sort((a, b) => compare(a, b) || (a.value < b.value ? -1 : 1))
    .slice(0, MOST_VALUES);
}

/** In percentage points of 1: above zero, more frequent in the selection. */
export function differenceOf({ selectionShare, baselineShare }: Difference): number {
  return selectionShare - baselineShare;
}

function compare(a: Difference | undefined, b: Difference | undefined): number {
  if (!a || !b) return 0;
  return Math.abs(differenceOf(b)) - Math.abs(differenceOf(a)) || b.selection + b.baseline - a.selection - a.baseline;
}
