/** Sums of usage. What is unknown stays unknown, and is never taken for 0. */
import type { UsageMetrics, UsageValues } from '../../../core/api/usage';

export function sumOf(all: readonly UsageValues[]): UsageValues {
  const sum = (value: (one: UsageValues) => number): number => all.reduce((sum, one) => sum + value(one), 0);
  const known = (value: (one: UsageValues) => number | null): number | null => {
    const values = all.flatMap((one) => value(one) ?? []);
    return values.length === 0 ? null : values.reduce((sum, one) => sum + one, 0);
  };
  return {
    calls: sum(({ calls }) => calls),
    errors: sum(({ errors }) => errors),
    inputTokens: sum(({ inputTokens }) => inputTokens),
    outputTokens: sum(({ outputTokens }) => outputTokens),
    cacheReadTokens: sum(({ cacheReadTokens }) => cacheReadTokens),
    cacheWriteTokens: sum(({ cacheWriteTokens }) => cacheWriteTokens),
    reasoningTokens: sum(({ reasoningTokens }) => reasoningTokens),
    costUsd: known(({ costUsd }) => costUsd),
    costComplete: all.every(({ costComplete }) => costComplete),
    reportedCostUsd: known(({ reportedCostUsd }) => reportedCostUsd),
    cacheSavedUsd: known(({ cacheSavedUsd }) => cacheSavedUsd),
  };
}

export function totalOf({ groups, other }: UsageMetrics): UsageValues {
  return sumOf([...groups, ...(other ? [other] : [])]);
}

/** Of all groups, step by step. */
export function stepsOf({ groups, other }: UsageMetrics): UsageValues[] {
  const all = [...groups, ...(other ? [other] : [])];
  const count = Math.max(0, ...all.map(({ steps }) => steps.length));
  return Array.from({ length: count }, (_, i) => sumOf(all.flatMap(({ steps }) => steps[i] ?? [])));
}
