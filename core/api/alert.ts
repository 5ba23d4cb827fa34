/** Rules that watch a number over time, and what they found. */
export const ALERT_MEASURES = ['query', 'cost'] as const;
/** `query`: what TraceQL gives; `cost`: US dollars of calls of models. */
type AlertMeasure = (typeof ALERT_MEASURES)[number];
export const ALERT_COMPARISONS = ['above', 'below'] as const;
export type AlertComparison = (typeof ALERT_COMPARISONS)[number];
export type AlertUnit = 'count' | 'per second' | 'ns' | 'attribute' | 'USD';

export interface AlertRuleEdit {
  readonly name: string;
  readonly enabled: boolean;
  readonly measure: AlertMeasure;
  /** TraceQL: a metric such as `{ status = error } | rate()`, or a search, of which the matching spans are counted. Of `cost`: empty. */
  readonly query: string;
  readonly comparison: AlertComparison;
  /** In the unit of what is measured: durations are in nanoseconds. */
  readonly threshold: number;
  /** What is looked at: so long, up to now. */
  readonly windowSeconds: number;
}

export interface AlertRule extends AlertRuleEdit {
  readonly id: string;
  readonly version: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Since when it is beyond its threshold; null: it is not. */
  readonly firingSince: string | null;
  /** When it was looked at last; null: not yet. */
  readonly checkedAt: string | null;
  /** What was found then; null: nothing that could be counted. */
  readonly value: number | null;
  readonly unit: AlertUnit | null;
  /** Why it could not be looked at; null: it could. */
  readonly error: string | null;
}

/** A number of a rule, the one furthest beyond its threshold where there are several. */
export interface AlertReading {
  readonly value: number | null;
  readonly unit: AlertUnit;
  /** Which of several series; empty: there is one. */
  readonly labels: Readonly<Record<string, string>>;
}

/** From when a rule went beyond its threshold until it came back. */
export interface Alert {
  readonly id: string;
  readonly ruleId: string;
  readonly ruleName: string;
  /** When it began. */
  readonly value: number;
  readonly unit: AlertUnit;
  readonly comparison: AlertComparison;
  readonly threshold: number;
  readonly labels: Readonly<Record<string, string>>;
  /** RFC 3339. */
  readonly startedAt: string;
  /** Null: it goes on. */
  readonly endedAt: string | null;
}

export interface AlertListQuery {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** What came of looking at a rule. */
export type AlertOutcome = { readonly reading: AlertReading; readonly isBeyond: boolean } | { readonly error: string };
