/**
 * Events in streams of Redis, for programs beside the server: `spoor:events:{public id of the workspace}`, an entry an event, with the
 * envelope as JSON in its field `event`. An entry has the event's own number (`<sequence>-0`), and Redis takes numbers only upwards:
 * an event that is brought again is refused, so that each is there once and in order. Redis may lose them; the outbox has them
 * for seven days.
 */
import type { Redis } from 'ioredis';
import { decodeRows, TEXT } from '../../core/store/sql/row-spec';
import type { Log } from '../../services/log';
import { redisBreaker } from '../adapters/redis';
import type { EventConsumer } from './consumers';
import { EventsWait, type TeamEvent } from './event';

/** Of a workspace; Redis cuts off whole nodes of a stream, so there may be some more. */
const KEPT_EVENTS = 2_000;
/** Of a workspace in which nothing happens; as long as the outbox keeps them. */
const KEPT_S = 7 * 24 * 3600;
const NOT_ABOVE_THE_LAST = /equal or smaller than the target stream top item/;

export function redisStreams(redis: Redis, log: Log): EventConsumer {
  const breaker = redisBreaker();
  let isWaiting = false;
  return {
    name: 'redis-streams',
    types: null,
    async handle(tx, workspaceId, events) {
      try {
        const rows = await tx.query('select public_id::text as id from workspace where id = $1', [workspaceId]);
        const [workspace] = decodeRows({ id: TEXT }, rows);
        if (workspace) await breaker.execute(() => bring(redis, `spoor:events:${workspace.id}`, events));
        if (isWaiting) log('info', 'events go to Redis again', {});
        isWaiting = false;
      } catch (error) {
        // It may be there and refuse them, as when its memory is full.
        if (!isWaiting) log('warn', 'events wait for Redis', { error: String(error) });
        isWaiting = true;
        // Never left to the jobs: those behind it would be there first.
        throw new EventsWait(`Redis takes no events: ${(error as Error).message}`);
      }
    },
  };
}

async function bring(redis: Redis, key: string, events: readonly TeamEvent[]): Promise<void> {
  if (await add(redis, key, events)) return;
  // Numbers come again where the database was restored from a backup: what the stream has beyond it never happened.
  await redis.del(key);
  await add(redis, key, events);
}

/** @returns false: another history stands there */
async function add(redis: Redis, key: string, events: readonly TeamEvent[]): Promise<boolean> {
  // All or none: of one that is missing between others there is no bringing it later.
  const adding = redis.multi();
  for (const event of events) {
    adding.xadd(key, 'MAXLEN', '~', KEPT_EVENTS, idOf(event), 'event', JSON.stringify(event));
  }
  adding.expire(key, KEPT_S);
  const results = (await adding.exec()) ?? [];
  for (const [i, [error]] of results.entries()) {
    if (!error) continue;
    const event = events[i];
    if (!event || !NOT_ABOVE_THE_LAST.test(error.message)) throw error;
    if (!(await isThere(redis, key, event))) return false;
  }
  return true;
}

async function isThere(redis: Redis, key: string, event: TeamEvent): Promise<boolean> {
  const [entry] = await redis.xrange(key, idOf(event), idOf(event));
  const told = entry?.[1][1];
  return told !== undefined && (JSON.parse(told) as TeamEvent).id === event.id;
}

function idOf({ sequence }: TeamEvent): string {
  return `${sequence}-0`;
}
