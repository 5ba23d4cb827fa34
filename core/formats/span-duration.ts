import type { SentSpan } from '../otlp/read-trace-request';

/** A span that ends before it starts takes no time. */
export function durationOf({ startNs, endNs }: Pick<SentSpan, 'startNs' | 'endNs'>): bigint {
  return endNs > startNs ? endNs - startNs : 0n;
}
