/** How much telemetry a key may send: requests, and what they weigh unpacked. */
import type { SenderLimit } from '../../services/ingest/sender-limit';
import type { RateLimits } from './rate-limits';

/** A minute; null: no limit. */
export interface IngestAllowance {
  readonly requests: number | null;
  readonly bytes: number | null;
}

const MINUTE_S = 60;

/** @returns the limit of a key, by its id; all copies of the server count together, where they share a Redis */
export function ingestLimits(limits: RateLimits, { requests, bytes }: IngestAllowance): (keyId: string) => SenderLimit {
  const ofRequests =
    requests === null ? null : limits.bucket('otlp-requests', requests, MINUTE_S, 'requests with this key');
  const ofBytes = bytes === null ? null : limits.bucket('otlp-bytes', bytes, MINUTE_S, 'bytes with this key');
  return (keyId) => ({
    async begin() {
      await ofRequests?.take(keyId);
    },
    async arrived(length) {
      if (length > 0) await ofBytes?.take(keyId, length);
    },
  });
}
