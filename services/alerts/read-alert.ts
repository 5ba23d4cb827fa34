/** What an alert rule measures, now. */
import type { AlertReading, AlertRuleEdit, AlertUnit } from '../../core/api/alert';
import type { MetricResult, QueryRequest } from '../../core/api/search';
import type { UsageValues } from '../../core/api/usage';
import { SpoorError } from '../../core/model/errors';
import { rfc3339FromNs } from '../../core/model/time';
import type { SpoorApi } from '../../core/operations/operations';

/** Without these, nothing to count is zero; of durations and attributes it is nothing. */
export const COUNTED: readonly AlertUnit[] = ['count', 'per second'];
export const WAIT_MS = 8_000;
const NS = 1_000_000_000n;

export type Measures = Pick<SpoorApi, 'query' | 'usageMetrics' | 'logHistogram'>;

/** @throws SpoorError VALIDATION_ERROR when the query cannot be measured, SERVICE_UNAVAILABLE when it takes too long */
export async function readAlert(api: Measures, rule: AlertRuleEdit, nowMs: number): Promise<AlertReading> {
  const to = BigInt(nowMs) * 1_000_000n;
  const window = BigInt(rule.windowSeconds) * NS;
  const range = { from: rfc3339FromNs(to - window), to: rfc3339FromNs(to) };
  if (rule.measure === 'cost') {
    const { groups, other, countedSince } = await api.usageMetrics({ ...range, stepSeconds: rule.windowSeconds });
    if (countedSince !== undefined) throw tooSlow();
    const all = [...groups, ...(other ? [other] : [])];
    const value = all.reduce((sum, usage) => sum + costOf(usage), 0);
    return { value, unit: 'USD', labels: {} };
  }
  if (rule.measure === 'logs') {
    const { total, complete } = await api.logHistogram({ ...range, query: rule.query, buckets: 1, waitMs: WAIT_MS });
    if (!complete) throw tooSlow();
    return { value: total, unit: 'count', labels: {} };
  }
  const request = { ...range, stepNs: Number(window), waitMs: WAIT_MS };
  const result = await metricOf(api, rule.query, request);
  if (!result.complete) throw tooSlow();
  const { series, unit } = result;
  return worstOf(
    series.map(({ labels, values }) => ({ labels, value: values.at(-1) ?? (COUNTED.includes(unit) ? 0 : null) })),
    unit,
    rule,
  );
}

/** @throws SpoorError VALIDATION_ERROR where it cannot be measured */
export async function metricOf(
  api: Pick<Measures, 'query'>,
  query: string,
  request: Omit<QueryRequest, 'query'>,
): Promise<MetricResult> {
  let result = await api.query({ ...request, query, limit: 1 });
  // Of a search, its spans are counted.
  if (result.kind === 'traces') result = await api.query({ ...request, query: `${query} | count_over_time()` });
  if (result.kind === 'metrics') return result;
  throw new SpoorError('VALIDATION_ERROR', 'The query must give a metric, such as { status = error } | rate().');
}

/** What senders report counts where it is more than the price book says. */
export function costOf({ costUsd, reportedCostUsd }: Pick<UsageValues, 'costUsd' | 'reportedCostUsd'>): number {
  return Math.max(costUsd ?? 0, reportedCostUsd ?? 0);
}

export function tooSlow(): SpoorError {
  return new SpoorError('SERVICE_UNAVAILABLE', 'It took too long: look for less, or at a shorter time.');
}

type Labelled = Pick<AlertReading, 'labels' | 'value'>;

/** Of several numbers the one furthest beyond the threshold. */
export function worstOf(
  all: readonly Labelled[],
  unit: AlertUnit,
  rule: Pick<AlertRuleEdit, 'comparison'>,
): AlertReading {
  const known = all.filter(({ value }) => value !== null);
  const [first, ...others] = known;
  if (!first) return { value: COUNTED.includes(unit) ? 0 : null, unit, labels: {} };
  const isWorse = (a: number, b: number): boolean => (rule.comparison === 'above' ? a > b : a < b);
  const worst = others.reduce((found, one) => (isWorse(one.value ?? 0, found.value ?? 0) ? one : found), first);
  return { ...worst, unit };
}
