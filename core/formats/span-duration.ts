import type { SentSpan } from '../otlp/read-trace-request';

/** Null: no end was sent, or it lies before the start, and how long it took is unknown. */
export function durationOf({ startNs, endNs }: Pick<SentSpan, 'startNs' | 'endNs'>): bigint | null {
  return endNs >= startNs ? endNs - startNs : null;
}
