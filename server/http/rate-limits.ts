/** How much one may ask: counted in Redis for all copies of the server, or by each for itself. */
import { type CircuitBreakerPolicy, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { SpoorError } from '../../core/api/errors';

/** A Redis that does not answer is not asked for a while: every request would wait for it. */
const FAILURES = 2;
const PAUSE_MS = 10_000;

export interface Allowance {
  readonly limit: number;
  readonly remaining: number;
  /** Until it is whole again. */
  readonly resetSeconds: number;
}

export class RateLimited extends SpoorError {
  constructor(readonly allowance: Allowance) {
    super('RATE_LIMITED', `Too many requests: try again in ${allowance.resetSeconds} s.`);
  }
}

/** Makes limits; all of them share what is known of Redis. */
export class RateLimits {
  private readonly breaker: CircuitBreakerPolicy = circuitBreaker(
    handleWhen((error) => !(error instanceof RateLimiterRes)),
    { halfOpenAfter: PAUSE_MS, breaker: new ConsecutiveBreaker(FAILURES) },
  );

  /** @param redis null: there is none */
  constructor(private readonly redis: Redis | null) {}

  /** @param points requests in so many seconds */
  limit(name: string, points: number, seconds: number): RateLimit {
    const options = { keyPrefix: `spoor:limit:${name}`, points, duration: seconds };
    const shared = this.redis && new RateLimiterRedis({ ...options, storeClient: this.redis });
    return new RateLimit(points, new RateLimiterMemory(options), shared, this.breaker);
  }
}

export class RateLimit {
  constructor(
    private readonly points: number,
    private readonly own: RateLimiterMemory,
    private readonly shared: RateLimiterRedis | null,
    private readonly breaker: CircuitBreakerPolicy,
  ) {}

  /** @throws RateLimited */
  async take(key: string): Promise<Allowance> {
    try {
      return this.allowanceOf(await this.consume(key));
    } catch (error) {
      if (error instanceof RateLimiterRes) throw new RateLimited(this.allowanceOf(error));
      throw error;
    }
  }

  private async consume(key: string): Promise<RateLimiterRes> {
    const { shared } = this;
    if (!shared) return this.own.consume(key);
    try {
      return await this.breaker.execute(() => shared.consume(key));
    } catch (error) {
      if (error instanceof RateLimiterRes) throw error;
      return this.own.consume(key);
    }
  }

  private allowanceOf({ remainingPoints, msBeforeNext }: RateLimiterRes): Allowance {
    return {
      limit: this.points,
      remaining: Math.max(0, remainingPoints),
      resetSeconds: Math.max(1, Math.ceil(msBeforeNext / 1_000)),
    };
  }
}
