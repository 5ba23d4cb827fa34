/** What is done with series: the largest and smallest of each step, comparisons with a number, and calculations. */
import type { MathOperator, SeriesStage, Threshold, TopK } from './ast';
import type { Series } from './series';

/** @returns the series that still have a value */
export function inStages(series: readonly Series[], stages: readonly SeriesStage[]): Series[] {
  return stages
    .reduce(
      (left, stage) => withValues(stage.kind === 'threshold' ? above(left, stage) : largest(left, stage)),
      withValues(series),
    )
    .map(({ labels, values }) => ({ labels, values: [...values] }));
}

function withValues(series: readonly Series[]): readonly Series[] {
  return series.filter(({ values }) => values.some((value) => value !== null));
}

function above(series: readonly Series[], { op, value: limit }: Threshold): Series[] {
  return series.map(({ labels, values }) => ({
    labels,
    values: values.map((value) => (value !== null && holds(op, value, limit) ? value : null)),
  }));
}

function holds(op: Threshold['op'], value: number, limit: number): boolean {
  switch (op) {
    case '=':
      return value === limit;
    case '!=':
      return value !== limit;
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
  }
}

/** Of each step the largest or smallest stay; the others have no value there. Of equal ones those whose labels come first. */
function largest(series: readonly Series[], { kind, count }: TopK): Series[] {
  const sign = kind === 'topk' ? -1 : 1;
  const named = series
    .map(({ labels, values }) => ({ name: JSON.stringify(labels), labels, values: [...values] }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const steps = Math.max(0, ...named.map(({ values }) => values.length));
  for (let step = 0; step < steps; step++) {
    const ranked = named
      .filter(({ values }) => values[step] !== null)
      .sort((a, b) => sign * ((a.values[step] as number) - (b.values[step] as number)));
    for (const { values } of ranked.slice(count)) values[step] = null;
  }
  return named.map(({ labels, values }) => ({ labels, values }));
}

/**
 * Series with the same labels, step by step; one without labels goes with each. As in Tempo, what has no counterpart is left out,
 * and a division by zero gives no value.
 */
export function calculateSeries(
  op: MathOperator,
  left: readonly Series[] | number,
  right: readonly Series[] | number,
): Series[] {
  if (typeof left === 'number') {
    return typeof right === 'number' ? [] : right.map((one) => each(one, (value) => calculated(op, left, value)));
  }
  if (typeof right === 'number') return left.map((one) => each(one, (value) => calculated(op, value, right)));
  const [lefts, rights] = [byLabels(left), byLabels(right)];
  const keys = rights.has(NO_LABELS) ? lefts.keys() : rights.keys();
  return [...keys].flatMap((key) => {
    const a = lefts.get(key) ?? lefts.get(NO_LABELS);
    const b = rights.get(key) ?? rights.get(NO_LABELS);
    if (!a || !b) return [];
    const values = a.values.map((value, step) => {
      const other = b.values[step] ?? null;
      return value === null || other === null ? null : calculated(op, value, other);
    });
    return [{ labels: { ...b.labels, ...a.labels }, values }];
  });
}

function each({ labels, values }: Series, calculate: (value: number) => number | null): Series {
  return { labels, values: values.map((value) => (value === null ? null : calculate(value))) };
}

const NO_LABELS = '[]';

function byLabels(series: readonly Series[]): ReadonlyMap<string, Series> {
  return new Map(series.map((one) => [JSON.stringify(Object.entries(one.labels).sort()), one]));
}

function calculated(op: MathOperator, a: number, b: number): number | null {
  const value = op === '+' ? a + b : op === '-' ? a - b : op === '*' ? a * b : a / b;
  return Number.isFinite(value) ? value : null;
}
