/** What limits let through, in memory and in Redis. */
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LimitRule, slidingWindow, tokenBucket } from '../../server/http/limit-rules';
import { HAS_REDIS, startRedis, type TestRedis } from '../fixtures/redis';

/** Times at which requests were let through. @param pauses milliseconds before each */
function letThrough({ take }: LimitRule, pauses: readonly number[]): number[] {
  let state: readonly number[] | null = null;
  let now = 1_000_000;
  const passed: number[] = [];
  for (const pause of pauses) {
    now += pause;
    const taken = take(state, now);
    state = taken.state;
    if (taken.remaining >= 0) passed.push(now);
    // Whoever waits as long as they are told is let through.
    else expect(take(state, Math.ceil(now + taken.ms)).remaining).toBeGreaterThanOrEqual(0);
  }
  return passed;
}

const most = (times: readonly number[], ms: number): number =>
  Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + ms).length));

it('a token bucket lets a burst through, then as many as come back', () => {
  const bucket = tokenBucket(10, 60);
  expect(letThrough(bucket, Array(15).fill(0))).toHaveLength(10);
  expect(letThrough(bucket, [...Array(15).fill(0), 6_000, 0, 12_000, 0, 0])).toHaveLength(13);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 80 }), (pauses) => {
      expect(most(letThrough(bucket, pauses), 60_000)).toBeLessThanOrEqual(20);
    }),
  );
});

it('a token bucket takes what a request costs, and all of it for one that costs more than there is', () => {
  const bucket = tokenBucket(10, 60);
  const first = bucket.take(null, 0, 7);
  expect(first).toMatchObject({ remaining: 3, ms: 42_000 });
  const refused = bucket.take(first.state, 0, 4);
  expect(refused).toMatchObject({ remaining: -1, ms: 6_000, state: first.state });
  expect(bucket.take(first.state, 6_000, 4).remaining).toBe(0);
  expect(bucket.take(first.state, 0, 1_000)).toMatchObject({ remaining: -1, ms: 42_000 });
  expect(bucket.take(null, 0, 1_000).remaining).toBe(0);
});

it('a sliding window has no seam at which twice as many pass', () => {
  const window = slidingWindow(10, 60);
  expect(letThrough(window, Array(15).fill(0))).toHaveLength(10);
  // Fixed windows would let twenty through within two seconds, around the turn of the minute.
  const late = 60_000 - (1_000_000 % 60_000) - 1_000;
  expect(letThrough(window, [late, ...Array(14).fill(0), 2_000, ...Array(14).fill(0)])).toHaveLength(10);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 80 }), (pauses) => {
      // What was let through in the window before counts as if it were spread over it evenly: half more at worst.
      expect(most(letThrough(window, pauses), 60_000)).toBeLessThanOrEqual(15);
    }),
  );
});

describe.skipIf(!HAS_REDIS && process.env.CI !== 'true')('in Redis', () => {
  let server: TestRedis;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis?.disconnect();
    await server?.stop();
  });

  it.each([
    ['token bucket', tokenBucket(5, 2), 1],
    ['token bucket with a cost', tokenBucket(5, 2), 2],
    ['sliding window', slidingWindow(5, 2), 1],
  ])('a %s says what it says in memory', async (name, rule, cost) => {
    let state: readonly number[] | null = null;
    for (let n = 0; n < 24; n++) {
      if (n % 8 === 7) await new Promise((resolve) => setTimeout(resolve, 450));
      // At one time, however busy the machine is.
      const asked = redis
        .multi()
        .time()
        .eval(rule.script, 1, name, ...rule.parameters, cost);
      const [[, time], [, answer]] = (await asked.exec()) as [[null, string[]], [null, [number, number]]];
      const [seconds, micros] = time.map(Number) as [number, number];
      const taken = rule.take(state, seconds * 1_000 + micros / 1_000, cost);
      state = taken.state;
      expect(answer[0]).toBe(taken.remaining);
      expect(Math.abs(answer[1] - taken.ms)).toBeLessThan(60);
    }
    expect(await redis.pttl(name)).toBeGreaterThan(0);
  });
});
