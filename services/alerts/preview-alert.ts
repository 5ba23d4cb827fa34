/** What an alert rule would have done: its number over the last days, window by window. */
import { firingsIn, type Step } from '../../core/alerts/firing';
import type { AlertPreview, AlertRuleEdit, AlertUnit } from '../../core/api/alert';
import type { MetricResult } from '../../core/api/search';
import type { UsageValues } from '../../core/api/usage';
import { rfc3339FromNs } from '../../core/model/time';
import { COUNTED, costOf, type Measures, metricOf, tooSlow, WAIT_MS, worstOf } from './read-alert';

const DAYS_S = 7 * 86_400;
/** As many as one question counts. */
const MOST_WINDOWS = 2_000;
const MOST_BUCKETS = 500;
const NS = 1_000_000_000n;

interface Numbers {
  readonly unit: AlertUnit;
  /** One a window, the oldest first. */
  readonly values: readonly (number | null)[];
}

interface Frame {
  readonly fromNs: bigint;
  readonly windows: number;
  readonly windowSeconds: number;
}

/**
 * What was not counted in time would look like nothing, and alert where something is wanted: there is no answer then.
 * @throws SpoorError VALIDATION_ERROR when the query cannot be measured, SERVICE_UNAVAILABLE when it takes too long
 */
export async function previewAlert(api: Measures, rule: AlertRuleEdit, nowMs: number): Promise<AlertPreview> {
  const { windowSeconds } = rule;
  const windows = Math.min(MOST_WINDOWS, Math.floor(DAYS_S / windowSeconds));
  const toNs = BigInt(nowMs) * 1_000_000n;
  const fromNs = toNs - BigInt(windows * windowSeconds) * NS;
  const { unit, values } = await numbersOf(api, rule, { fromNs, windows, windowSeconds });
  const fromMs = Number(fromNs / 1_000_000n);
  const steps = values.map((value, i): Step => ({ atMs: fromMs + (i + 1) * windowSeconds * 1_000, value }));
  const firings = firingsIn(steps, rule).map(({ fromMs, toMs, value }) => ({
    from: timeOf(fromMs),
    to: toMs === null ? null : timeOf(toMs),
    value,
  }));
  return { from: rfc3339FromNs(fromNs), to: rfc3339FromNs(toNs), stepSeconds: windowSeconds, unit, firings };
}

function numbersOf(api: Measures, rule: AlertRuleEdit, frame: Frame): Promise<Numbers> {
  if (rule.measure === 'cost') return costs(api, frame);
  return rule.measure === 'logs' ? logs(api, rule.query, frame) : spans(api, rule, frame);
}

async function spans(api: Measures, rule: AlertRuleEdit, { fromNs, windows, windowSeconds }: Frame): Promise<Numbers> {
  const step = BigInt(windowSeconds) * NS;
  const range = { from: rfc3339FromNs(fromNs), to: rfc3339FromNs(fromNs + BigInt(windows) * step) };
  const result = await metricOf(api, rule.query, { ...range, stepNs: Number(step), waitMs: WAIT_MS });
  if (!result.complete) throw tooSlow();
  return { unit: result.unit, values: Array.from({ length: windows }, (_, i) => worstAt(result, rule, i)) };
}

function worstAt({ series, unit }: MetricResult, rule: AlertRuleEdit, step: number): number | null {
  const nothing = COUNTED.includes(unit) ? 0 : null;
  const at = series.map(({ labels, values }) => ({ labels, value: values[step] ?? nothing }));
  return worstOf(at, unit, rule).value;
}

async function costs(api: Measures, { fromNs, windows, windowSeconds }: Frame): Promise<Numbers> {
  const toNs = fromNs + BigInt(windows * windowSeconds) * NS;
  const range = { from: rfc3339FromNs(fromNs), to: rfc3339FromNs(toNs) };
  const { groups, other, countedSince } = await api.usageMetrics({ ...range, stepSeconds: windowSeconds });
  if (countedSince !== undefined) throw tooSlow();
  const all: { readonly steps: readonly UsageValues[] }[] = [...groups, ...(other ? [other] : [])];
  const values = Array.from({ length: windows }, (_, i) =>
    all.reduce((sum, { steps }) => sum + (steps[i] ? costOf(steps[i]) : 0), 0),
  );
  return { unit: 'USD', values };
}

async function logs(api: Measures, query: string, { fromNs, windows, windowSeconds }: Frame): Promise<Numbers> {
  const values: number[] = [];
  for (let first = 0; first < windows; first += MOST_BUCKETS) {
    const buckets = Math.min(MOST_BUCKETS, windows - first);
    const from = fromNs + BigInt(first * windowSeconds) * NS;
    const range = { from: rfc3339FromNs(from), to: rfc3339FromNs(from + BigInt(buckets * windowSeconds) * NS) };
    const { counts, complete } = await api.logHistogram({ ...range, query, buckets, waitMs: WAIT_MS });
    if (!complete) throw tooSlow();
    for (let i = 0; i < buckets; i++) {
      values.push(Object.values(counts).reduce((sum, ofLevel) => sum + (ofLevel[i] ?? 0), 0));
    }
  }
  return { unit: 'count', values };
}

function timeOf(ms: number): string {
  return rfc3339FromNs(BigInt(ms) * 1_000_000n);
}
