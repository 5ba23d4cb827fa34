/**
 * The two ways to count. Each is written twice, for the memory of a copy and as a script of Redis, where all copies count with one
 * clock; a test holds them against each other.
 */

export interface LimitRule {
  /** What is kept of somebody, as numbers; null: nothing yet. @param now milliseconds @param cost of a bucket, points */
  take(state: readonly number[] | null, now: number, cost?: number): Taken;
  /** KEYS[1] is who, ARGV what `parameters` says, then the cost; gives [remaining or -1, milliseconds]. */
  readonly script: string;
  readonly parameters: readonly number[];
}

interface Taken {
  /** Requests that are left now; -1: this one is refused. */
  readonly remaining: number;
  /** Milliseconds until all are there again; of one that is refused, until it would not be. */
  readonly ms: number;
  readonly state: readonly number[];
  /** When what is kept says nothing any more, milliseconds. */
  readonly expiresAt: number;
}

const CLOCK = "local t = redis.call('TIME') local now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)";

/**
 * As many at once, then as they come back: so many in so many seconds. Kept is when all would be back (the "GCRA"). What costs more
 * than there ever is takes all of them.
 */
export function tokenBucket(points: number, seconds: number): LimitRule {
  const each = (seconds * 1_000) / points;
  return {
    parameters: [points, each],
    take(state, now, cost = 1) {
      const before = Math.max(now, state?.[0] ?? now);
      const after = before + Math.min(cost, points) * each;
      const wait = after - points * each - now;
      if (wait > 0) return { remaining: -1, ms: wait, state: [before], expiresAt: before };
      const remaining = Math.floor((points * each - (after - now)) / each + 1e-6);
      return { remaining, ms: after - now, state: [after], expiresAt: after };
    },
    script: `${CLOCK}
local points, each = tonumber(ARGV[1]), tonumber(ARGV[2])
local before = math.max(now, tonumber(redis.call('GET', KEYS[1]) or now))
local after = before + math.min(tonumber(ARGV[3] or 1), points) * each
local wait = after - points * each - now
if wait > 0 then return {-1, math.ceil(wait)} end
redis.call('SET', KEYS[1], string.format('%.3f', after), 'PX', math.max(1, math.ceil(after - now)))
return {math.floor((points * each - (after - now)) / each + 0.000001), math.ceil(after - now)}`,
  };
}

/** No more than so many in any stretch of so many seconds, as near as two counters tell. */
export function slidingWindow(points: number, seconds: number): LimitRule {
  const length = seconds * 1_000;
  return {
    parameters: [points, length],
    take(state, now) {
      const window = Math.floor(now / length);
      const [at = window, count = 0, old = 0] = state ?? [];
      const current = at === window ? count : 0;
      const previous = at === window ? old : at === window - 1 ? count : 0;
      const share = 1 - (now - window * length) / length;
      const ends = (window + 1) * length;
      const kept = (counted: number): Pick<Taken, 'state' | 'expiresAt'> => ({
        state: [window, counted, previous],
        expiresAt: ends + length,
      });
      if (previous * share + current + 1 > points) {
        // The older window weighs less and less; when this one is full, it is the next that lets in.
        const isFull = current + 1 > points;
        const ms = isFull
          ? ends - now + (1 - (points - 1) / current) * length
          : (share - (points - 1 - current) / previous) * length;
        return { remaining: -1, ms: Math.max(1, ms), ...kept(current) };
      }
      const remaining = Math.floor(points - previous * share - current - 1 + 1e-6);
      return { remaining, ms: ends - now, ...kept(current + 1) };
    },
    script: `${CLOCK}
local points, length = tonumber(ARGV[1]), tonumber(ARGV[2])
local window = math.floor(now / length)
local kept = redis.call('HMGET', KEYS[1], 'at', 'count', 'old')
local at, count, old = tonumber(kept[1] or window), tonumber(kept[2] or 0), tonumber(kept[3] or 0)
local current, previous = 0, 0
if at == window then current, previous = count, old elseif at == window - 1 then previous = count end
local share = 1 - (now - window * length) / length
local ends = (window + 1) * length
if previous * share + current + 1 > points then
  local ms
  if current + 1 > points then ms = ends - now + (1 - (points - 1) / current) * length
  else ms = (share - (points - 1 - current) / previous) * length end
  return {-1, math.max(1, math.ceil(ms))}
end
redis.call('HSET', KEYS[1], 'at', window, 'count', current + 1, 'old', previous)
redis.call('PEXPIRE', KEYS[1], math.ceil(ends + length - now))
return {math.floor(points - previous * share - current - 1 + 0.000001), math.ceil(ends - now)}`,
  };
}
