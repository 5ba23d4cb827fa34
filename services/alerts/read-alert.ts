/** What an alert rule measures, now. */
import type { AlertReading, AlertRuleEdit } from '../../core/api/alert';
import type { MetricResult } from '../../core/api/search';
import { SpoorError } from '../../core/model/errors';
import { rfc3339FromNs } from '../../core/model/time';
import type { SpoorApi } from '../../core/operations/operations';

/** Without these, nothing to count is zero; of durations and attributes it is nothing. */
const COUNTED: readonly MetricResult['unit'][] = ['count', 'per second'];
const WAIT_MS = 8_000;
const NS = 1_000_000_000n;

export type Measures = Pick<SpoorApi, 'query' | 'usageMetrics'>;

/** @throws SpoorError VALIDATION_ERROR when the query cannot be measured, SERVICE_UNAVAILABLE when it takes too long */
export async function readAlert(api: Measures, rule: AlertRuleEdit, nowMs: number): Promise<AlertReading> {
  const to = BigInt(nowMs) * 1_000_000n;
  const window = BigInt(rule.windowSeconds) * NS;
  const range = { from: rfc3339FromNs(to - window), to: rfc3339FromNs(to) };
  if (rule.measure === 'cost') {
    const { groups, other } = await api.usageMetrics({ ...range, stepSeconds: rule.windowSeconds });
    const value = [...groups, ...(other ? [other] : [])].reduce(
      (sum, { costUsd, reportedCostUsd }) => sum + Math.max(costUsd ?? 0, reportedCostUsd ?? 0),
      0,
    );
    return { value, unit: 'USD', labels: {} };
  }
  const request = { ...range, stepNs: Number(window), waitMs: WAIT_MS };
  let result = await api.query({ ...request, query: rule.query, limit: 1 });
  // Of a search, its spans are counted.
  if (result.kind === 'traces') result = await api.query({ ...request, query: `${rule.query} | count_over_time()` });
  if (result.kind === 'traces') {
    throw new SpoorError('VALIDATION_ERROR', 'The query must give a metric, such as { status = error } | rate().');
  }
  if (!result.complete) {
    throw new SpoorError('SERVICE_UNAVAILABLE', 'It took too long: look for less, or at a shorter time.');
  }
  return worst(result, rule);
}

function worst({ series, unit }: MetricResult, { comparison }: AlertRuleEdit): AlertReading {
  const nothing = COUNTED.includes(unit) ? 0 : null;
  let found: AlertReading = { value: nothing, unit, labels: {} };
  let isFirst = true;
  for (const { labels, values } of series) {
    const value = values.at(-1) ?? nothing;
    if (value === null) continue;
    const isWorse = found.value === null || (comparison === 'above' ? value > found.value : value < found.value);
    if (isFirst || isWorse) found = { value, unit, labels };
    isFirst = false;
  }
  return found;
}

export function isBeyond({ value }: AlertReading, { comparison, threshold }: AlertRuleEdit): boolean {
  if (value === null) return false;
  return comparison === 'above' ? value > threshold : value < threshold;
}
