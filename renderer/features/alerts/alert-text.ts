import type { AlertReading, AlertRule, AlertRuleEdit, AlertSeverity, AlertUnit } from '../../../core/api/alert';
import { formatCost, formatDuration, plural } from '../../../core/model/format';

const NS_OF: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3_600e9 };
export const WINDOWS: readonly (readonly [seconds: number, text: string])[] = [
  [60, '1 minute'],
  [300, '5 minutes'],
  [900, '15 minutes'],
  [3_600, 'hour'],
  [86_400, '24 hours'],
];

export function valueText(value: number | null, unit: AlertUnit | null): string {
  if (value === null || unit === null) return 'nothing to measure';
  switch (unit) {
    case 'ns':
      return formatDuration(value);
    case 'USD':
      return formatCost(value);
    case 'per second':
      return `${numberText(value)}/s`;
    default:
      return numberText(value);
  }
}

/** What is wrong with a rule that is on. */
export function firingText({ value, unit, threshold, comparison }: AlertRule): string {
  return `${valueText(value, unit)}, ${comparison} ${valueText(threshold, unit)}`;
}

/** What a rule watches for, in a sentence. */
export function describeRule(
  { measure, query, comparison, threshold, windowSeconds, forSeconds, resolveThreshold }: AlertRuleEdit,
  unit: AlertUnit | null,
): string {
  const what = { cost: 'Cost of model calls', logs: `Logs: ${query === '' ? 'all' : query}`, query }[measure];
  const window = WINDOWS.find(([seconds]) => seconds === windowSeconds)?.[1] ?? `${windowSeconds} s`;
  const holds = forSeconds === 0 ? '' : ` for ${durationText(forSeconds)}`;
  const end = resolveThreshold === null ? '' : `, ends at ${valueText(resolveThreshold, unit ?? 'attribute')}`;
  return `${what}, ${comparison} ${valueText(threshold, unit ?? 'attribute')} over ${window}${holds}${end}`;
}

export const FORS: readonly number[] = [0, 60, 300, 600, 900, 1_800, 3_600];

export function durationText(seconds: number): string {
  if (seconds % 60 !== 0) return plural(seconds, 'second');
  return seconds % 3_600 === 0 && seconds > 0 ? plural(seconds / 3_600, 'hour') : plural(seconds / 60, 'minute');
}

export const SEVERITY_TEXT: Readonly<Record<AlertSeverity, string>> = {
  info: 'Info',
  warning: 'Warning',
  critical: 'Critical',
};

/** Whether nobody is told of a rule for now. */
export function isMuted({ mutedUntil }: Pick<AlertRuleEdit, 'mutedUntil'>, nowMs: number): boolean {
  return mutedUntil !== null && Date.parse(mutedUntil) > nowMs;
}

/** What is typed for a threshold: a number, of durations with a unit. Null: it is none. */
export function thresholdOf(text: string, unit: AlertUnit): number | null {
  const match = /^\s*\$?\s*(-?\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|m|h)?\s*$/.exec(text);
  if (!match) return null;
  const [, digits, suffix] = match;
  if (unit !== 'ns') return suffix === undefined ? Number(digits) : null;
  return suffix === undefined ? null : Number(digits) * (NS_OF[suffix] as number);
}

export function labelsText(labels: AlertReading['labels']): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ');
}

function numberText(value: number): string {
  return value.toLocaleString('en-GB', { maximumSignificantDigits: 4 });
}
