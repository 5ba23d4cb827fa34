/** The table of services: what each did, beside the period before and when it was last heard of. */
import type { ServiceSummary } from '../../../core/api/contract';
import type { RedMetrics } from '../../../core/api/service-metrics';

export interface ServiceRow {
  readonly service: string;
  readonly requests: number;
  readonly errors: number;
  /** Null: it served nothing. */
  readonly errorShare: number | null;
  readonly perMinute: number;
  readonly p50Ns: number | null;
  readonly p95Ns: number | null;
  readonly p99Ns: number | null;
  /** Of the period before; null: unknown, as where that period named too many others. */
  readonly requestsBefore: number | null;
  readonly p95Before: number | null;
  readonly steps: readonly number[];
  readonly lastSeen: string | null;
}

export function serviceRows(
  now: RedMetrics,
  before: RedMetrics | null,
  known: readonly ServiceSummary[],
): readonly ServiceRow[] {
  const earlier = new Map(before?.groups.map((group) => [group.service, group]));
  const seen = new Map(known.map(({ name, lastSeen }) => [name, lastSeen]));
  const minutes = minutesOf(now);
  return now.groups.map(({ service, spans, errors, p50Ns, p95Ns, p99Ns, steps }) => {
    const then = earlier.get(service);
    // A service that is not named was idle only where all are named.
    const requestsBefore = then?.spans ?? (before && before.other === null ? 0 : null);
    return {
      service,
      requests: spans,
      errors,
      errorShare: spans === 0 ? null : errors / spans,
      perMinute: spans / minutes,
      p50Ns,
      p95Ns,
      p99Ns,
      requestsBefore,
      p95Before: then?.p95Ns ?? null,
      steps: steps.map(({ spans }) => spans),
      lastSeen: seen.get(service) ?? null,
    };
  });
}

/** Of a range, as far as it is over. */
export function minutesOf({ from, to }: Pick<RedMetrics, 'from' | 'to'>): number {
  return Math.max(1, (Math.min(Date.parse(to), Date.now()) - Date.parse(from)) / 60_000);
}

/** 0.4 a minute, 12 a minute, 31 a second. */
export function rateText(perMinute: number): string {
  const [value, unit] = perMinute >= 120 ? [perMinute / 60, '/s'] : [perMinute, '/min'];
  const digits = value === 0 || value >= 9.95 ? 0 : value >= 0.1 ? 1 : 2;
  return value > 0 && value < 0.01
    ? `< 0.01 ${unit}`
    : `${value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${unit}`;
}
