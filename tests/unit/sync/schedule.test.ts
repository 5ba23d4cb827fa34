import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OtherHistory } from '../../../core/sync/ports';
import { problemOf, retryAfterMs, SyncFailure } from '../../../workers/sync/failure';
import { Schedule } from '../../../workers/sync/schedule';
import { serverOrigin } from '../../../workers/sync/sign-in';

describe('the schedule', () => {
  let done: string[];
  let fails: Error | null;
  let live: boolean;
  let onBattery: boolean;
  let takesMs: number;
  let schedule: Schedule;

  beforeEach(() => {
    vi.useFakeTimers();
    [done, fails, live, onBattery, takesMs] = [[], null, true, false, 0];
    const run = (name: string) => async (): Promise<boolean> => {
      done.push(name);
      await vi.advanceTimersByTimeAsync(takesMs);
      if (fails) throw fails;
      return false;
    };
    schedule = new Schedule(
      { round: run('round'), push: run('push') },
      { isLive: () => live, isOnBattery: () => onBattery, onFailure: () => {} },
    );
  });
  afterEach(async () => {
    await schedule.close();
    vi.useRealTimers();
  });
  const passed = async (ms: number): Promise<string[]> => {
    await vi.advanceTimersByTimeAsync(ms);
    return done.splice(0);
  };

  it('asks once a minute where the server wakes it, every ten seconds where it does not', async () => {
    expect(await passed(100)).toEqual(['round']);
    expect(await passed(59_000)).toEqual([]);
    expect(await passed(2_000)).toEqual(['round']);
    live = false;
    await passed(60_000);
    expect((await passed(60_000)).length).toBe(6);
  });

  it('sends at once what somebody writes, and lets spans that trickle in wait for each other', async () => {
    await passed(100);
    schedule.wake('write');
    expect(await passed(20)).toEqual(['push']);
    onBattery = true;
    schedule.wake('push');
    expect(await passed(29_000)).toEqual([]);
    schedule.wake('write');
    expect(await passed(20)).toEqual(['push']);
  });

  it('is not put off by what comes all the time', async () => {
    await passed(100);
    for (let i = 0; i < 100; i++) {
      schedule.wake('push');
      await vi.advanceTimersByTimeAsync(5);
    }
    expect((await passed(0)).length).toBeGreaterThan(5);
  });

  it('comes back later and later, and stops where somebody has to do something', async () => {
    fails = new SyncFailure('offline', 'away');
    const rounds = (await passed(60_000)).length;
    expect(rounds).toBeGreaterThan(3);
    expect(rounds).toBeLessThan(14);
    expect(schedule.problem?.code).toBe('offline');
    schedule.wake('write');
    expect(await passed(1)).toEqual([]);
    fails = new SyncFailure('signed-out', 'who are you?');
    await passed(600_000);
    expect(schedule.problem).toMatchObject({ code: 'signed-out', retryAt: null });
    expect(await passed(600_000)).toEqual([]);
    fails = null;
    schedule.now();
    expect(await passed(30)).toEqual(['round']);
    expect(schedule.problem).toBeNull();
  });

  it('starts over at once where the history is another', async () => {
    await passed(100);
    fails = new OtherHistory('restored');
    schedule.wake('round');
    await passed(20);
    fails = null;
    expect(await passed(30)).toEqual(['round']);
    expect(schedule.problem).toBeNull();
  });
});

describe('failures', () => {
  it('wait as long as the server says, else twice as long each time up to five minutes, and not together', () => {
    expect(retryAfterMs(new SyncFailure('quota', '', 3_600_000), 0, 0)).toBe(3_600_000);
    expect(retryAfterMs(new Error('x'), 0, 0)).toBe(500);
    expect(retryAfterMs(new Error('x'), 3, 1)).toBe(8_000);
    expect(retryAfterMs(new Error('x'), 1_000, 1)).toBe(300_000);
    expect(problemOf(new TypeError('bug'), 1_000, 0)).toMatchObject({
      code: 'here',
      retryAt: '1970-01-01T00:00:01.000Z',
    });
  });
});

describe('addresses of servers', () => {
  it.each([
    ['spoor.example.com', 'https://spoor.example.com'],
    [' https://spoor.example.com/team?x=1 ', 'https://spoor.example.com'],
    ['http://localhost:4400', 'http://localhost:4400'],
    ['http://127.0.0.1:1', 'http://127.0.0.1:1'],
    ['http://[::1]:1', 'http://[::1]:1'],
  ])('%s is %s', (typed, origin) => {
    expect(serverOrigin(typed)).toBe(origin);
  });

  it.each([
    ['http://spoor.example.com', 'Use https://'],
    ['http://127.0.0.1.example.com', 'Use https://'],
    ['ftp://spoor.example.com', 'begins with https://'],
    ['https://ann:secret@spoor.example.com', 'Leave user and password out'],
    ['https://', 'no address'],
  ])('%s is refused: %s', (typed, message) => {
    expect(() => serverOrigin(typed)).toThrow(message);
  });
});
