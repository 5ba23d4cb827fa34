/** When a partition is full: it is dropped whole, so it is small beside what is kept. */
import type { Retention } from '../../api/retention';

export interface PartitionShare {
  /** Milliseconds from its first record to its last. */
  readonly ageMs: number;
  readonly bytes: number;
  readonly spans: number;
}

/** Partitions that what is kept is divided into, at least. */
const SHARES = 20;
const MS_PER_DAY = 86_400_000;

/** What is kept before room is made; `Infinity` where nothing binds. */
export function limitsOf({ days, bytes, spans }: Retention): PartitionShare {
  return {
    ageMs: days === null ? Number.POSITIVE_INFINITY : days * MS_PER_DAY,
    bytes: bytes ?? Number.POSITIVE_INFINITY,
    spans: spans ?? Number.POSITIVE_INFINITY,
  };
}

export function shareOf(retention: Retention): PartitionShare {
  const { ageMs, bytes, spans } = limitsOf(retention);
  return { ageMs: ageMs / SHARES, bytes: bytes / SHARES, spans: spans / SHARES };
}
