/** Series of counts over time as rows: how many, and in which steps the first and the last were. */
import type { MetricResult } from '../../../core/api/search';

export interface CountedGroup {
  readonly labels: Readonly<Record<string, string>>;
  readonly count: number;
  /** Start of the step of the first one, and end of that of the last. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Whether steps before its first are in the range: it began within. */
  readonly isNew: boolean;
}

export function countedGroups({ from, stepNs, series }: MetricResult): readonly CountedGroup[] {
  const fromMs = Date.parse(from);
  const stepMs = stepNs / 1e6;
  return series
    .flatMap(({ labels, values }): CountedGroup[] => {
      const first = values.findIndex((value) => (value ?? 0) > 0);
      if (first < 0) return [];
      const last = values.findLastIndex((value) => (value ?? 0) > 0);
      const count = values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
      const [firstMs, lastMs] = [fromMs + first * stepMs, fromMs + (last + 1) * stepMs];
      return [{ labels, count, firstMs, lastMs, isNew: first > 0 }];
    })
    .sort((a, b) => b.count - a.count);
}
