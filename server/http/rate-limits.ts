/** How much one may ask of one copy of the server. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { SpoorError } from '../../core/api/errors';

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

export class RateLimit {
  private readonly limiter: RateLimiterMemory;

  /** @param points requests in so many seconds */
  constructor(
    private readonly points: number,
    seconds: number,
  ) {
    this.limiter = new RateLimiterMemory({ points, duration: seconds });
  }

  /** @throws RateLimited */
  async take(key: string): Promise<Allowance> {
    try {
      return this.allowanceOf(await this.limiter.consume(key));
    } catch (error) {
      if (error instanceof RateLimiterRes) throw new RateLimited(this.allowanceOf(error));
      throw error;
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
