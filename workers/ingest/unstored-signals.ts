/** Logs and metrics have no store yet: nothing is kept, and the answer says so in the protocol's own words. */
import type { RejectedField } from '../../core/otlp/export-response';
import type { UnstoredSignal } from './count-records';
import type { Rejection } from './intake';

export const REJECTED_FIELDS: Record<UnstoredSignal, RejectedField> = {
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
};

export function decline(signal: UnstoredSignal, count: number): Rejection {
  return { rejected: count, reason: count === 0 ? '' : `Spoor does not store ${signal} yet; export traces only.` };
}
