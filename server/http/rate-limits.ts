/** How much one may ask: counted in Redis for all copies of the server, or by each for itself. */
import type { CircuitBreakerPolicy } from 'cockatiel';
import type { Redis } from 'ioredis';
import { RetryLater } from '../../core/model/errors';
import { redisBreaker } from '../adapters/redis';
import { type LimitRule, slidingWindow, tokenBucket } from './limit-rules';

const SWEEP_AT = 50_000;
const REQUESTS = 'requests';

export interface Allowance {
  readonly limit: number;
  readonly remaining: number;
  /** Until it is whole again; of a request that is refused, until it would not be. */
  readonly resetSeconds: number;
}

export class RateLimited extends RetryLater {
  /** @param what there were too many of */
  constructor(
    readonly allowance: Allowance,
    what: string,
  ) {
    super('RATE_LIMITED', `Too many ${what}: try again in ${allowance.resetSeconds} s.`, allowance.resetSeconds);
  }
}

/** Makes limits; all of them share what is known of Redis. */
export class RateLimits {
  private readonly breaker = redisBreaker();

  /** @param redis null: there is none */
  constructor(private readonly redis: Redis | null) {}

  /** So many points at once, which come back within so many seconds. @param what they are */
  bucket(name: string, points: number, seconds: number, what = REQUESTS): RateLimit {
    return new RateLimit(name, points, tokenBucket(points, seconds), this.redis, this.breaker, what);
  }

  /** So many requests in any stretch of so many seconds: for what is guessed. */
  window(name: string, points: number, seconds: number, what = REQUESTS): RateLimit {
    return new RateLimit(name, points, slidingWindow(points, seconds), this.redis, this.breaker, what);
  }
}

export class RateLimit {
  private readonly kept = new Map<string, { readonly state: readonly number[]; readonly expiresAt: number }>();

  constructor(
    private readonly name: string,
    private readonly points: number,
    private readonly rule: LimitRule,
    private readonly redis: Redis | null,
    private readonly breaker: CircuitBreakerPolicy,
    private readonly what: string,
  ) {}

  /** @param cost of a bucket's points, all of them at most @throws RateLimited */
  async take(key: string, cost = 1): Promise<Allowance> {
    const [remaining, ms] = await this.consume(key, cost);
    const resetSeconds = Math.max(1, Math.ceil(ms / 1_000));
    if (remaining >= 0) return { limit: this.points, remaining, resetSeconds };
    throw new RateLimited({ limit: this.points, remaining: 0, resetSeconds }, this.what);
  }

  /** What was taken is there again. */
  async reset(key: string): Promise<void> {
    this.kept.delete(key);
    const { redis } = this;
    await this.breaker.execute(async () => redis?.del(this.redisKey(key))).catch(() => {});
  }

  private redisKey(key: string): string {
    return `spoor:limit:${this.name}:${key}`;
  }

  private async consume(key: string, cost: number): Promise<readonly [remaining: number, ms: number]> {
    const { redis, rule } = this;
    if (!redis) return this.own(key, cost);
    try {
      return await this.breaker.execute(async () => {
        const answer = await redis.eval(rule.script, 1, this.redisKey(key), ...rule.parameters, cost);
        return answer as [number, number];
      });
    } catch {
      return this.own(key, cost);
    }
  }

  private own(key: string, cost: number): readonly [remaining: number, ms: number] {
    const now = Date.now();
    const { remaining, ms, state, expiresAt } = this.rule.take(this.kept.get(key)?.state ?? null, now, cost);
    if (this.kept.size >= SWEEP_AT && !this.kept.has(key)) this.sweep(now);
    this.kept.set(key, { state, expiresAt });
    return [remaining, ms];
  }

  /** Of many addresses that came once, nothing is kept for long. */
  private sweep(now: number): void {
    for (const [key, { expiresAt }] of this.kept) if (expiresAt <= now) this.kept.delete(key);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size < SWEEP_AT) return;
      this.kept.delete(oldest);
    }
  }
}
