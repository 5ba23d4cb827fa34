/** Redis, for what copies of the server share and may lose. Without it, and while it is away, each copy keeps that for itself. */
import { type CircuitBreakerPolicy, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import { Redis } from 'ioredis';
import type { Log } from '../../services/log';

const TIMEOUT_MS = 5_000;
const LONGEST_PAUSE_MS = 10_000;
const FAILURES = 2;
const PAUSE_MS = 10_000;

/** @param url redis:// or rediss:// */
export function openRedis(url: string, log: Log): Redis {
  const redis = new Redis(url, {
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    // What cannot be asked now is not asked later.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    retryStrategy: (attempt) => Math.min(LONGEST_PAUSE_MS, 100 * 2 ** attempt) * (0.5 + Math.random() / 2),
  });
  let isAway = false;
  let reason = 'the connection ended';
  redis.on('error', (error: Error) => {
    reason = error.message;
  });
  redis.on('close', () => {
    if (!isAway) log('warn', 'Redis is away: limits are kept by each copy', { error: reason });
    isAway = true;
  });
  redis.on('ready', () => {
    if (isAway) log('info', 'Redis is back', {});
    isAway = false;
  });
  return redis;
}

/** A Redis that does not answer is not asked for a while: everybody would wait for it. */
export function redisBreaker(): CircuitBreakerPolicy {
  return circuitBreaker(handleAll, { halfOpenAfter: PAUSE_MS, breaker: new ConsecutiveBreaker(FAILURES) });
}
