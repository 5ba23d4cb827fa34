/** Rules that watch a number over time, and what they found. */
export const ALERT_MEASURES = ['query', 'cost', 'logs'] as const;
/** `query`: what TraceQL gives; `cost`: US dollars of calls of models; `logs`: how many match a search for logs. */
type AlertMeasure = (typeof ALERT_MEASURES)[number];
export const ALERT_COMPARISONS = ['above', 'below'] as const;
export type AlertComparison = (typeof ALERT_COMPARISONS)[number];
export const ALERT_SEVERITIES = ['info', 'warning', 'critical'] as const;
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number];
export type AlertUnit = 'count' | 'per second' | 'ns' | 'attribute' | 'USD';

export interface AlertRuleEdit {
  readonly name: string;
  readonly enabled: boolean;
  readonly measure: AlertMeasure;
  /** TraceQL: a metric such as `{ status = error } | rate()`, or a search, of which the matching spans are counted. Of `logs`: a search for logs. Of `cost`: empty. */
  readonly query: string;
  readonly comparison: AlertComparison;
  /** In the unit of what is measured: durations are in nanoseconds. */
  readonly threshold: number;
  /** What is looked at: so long, up to now. */
  readonly windowSeconds: number;
  /** It has to exceed its threshold for so long before it alerts; 0: at once. */
  readonly forSeconds: number;
  /** It is over once it no longer exceeds this; null: the threshold itself. */
  readonly resolveThreshold: number | null;
  readonly severity: AlertSeverity;
  /** RFC 3339: until then nobody is told, then of what still goes on; null: it is not muted. */
  readonly mutedUntil: string | null;
}

export interface AlertRule extends AlertRuleEdit {
  readonly id: string;
  readonly version: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Since when it is beyond its threshold; null: it is not. */
  readonly firingSince: string | null;
  /** Since when it exceeds its threshold, and not for long enough yet to alert; null: it does not. */
  readonly pendingSince: string | null;
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
  readonly severity: AlertSeverity;
  /** Nobody was told: it was muted when it began, and has been since. */
  readonly muted: boolean;
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
export type AlertOutcome =
  | { readonly reading: AlertReading; readonly standing: AlertStanding }
  | { readonly error: string };

/** Of a number: beyond the threshold, back where an alert ends, or between the two. */
export type AlertStanding = 'beyond' | 'between' | 'back';

/** What a rule would have done. */
export interface AlertPreview {
  /** RFC 3339: what was looked at. */
  readonly from: string;
  readonly to: string;
  /** How often it was looked at there: a rule that runs looks twice a minute, and sees more. */
  readonly stepSeconds: number;
  readonly unit: AlertUnit;
  readonly firings: readonly AlertFiring[];
}

export interface AlertFiring {
  readonly from: string;
  /** Null: it goes on. */
  readonly to: string | null;
  /** The furthest beyond the threshold. */
  readonly value: number;
}
