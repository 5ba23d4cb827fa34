import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { SpoorError } from '../../core/model/errors';
import { bodyBudget } from '../../server/http/body-budget';
import { DecodedBytes } from '../../services/ingest/decoded-bytes';
import { Arrivals } from '../../services/net/arrivals';
import { BodyRate, type Sender } from '../../services/net/body-rate';
import { peerOf } from '../../services/net/peer';

const KIB = 1024;
const MIB = 1024 * KIB;
const LIMITS = { bytes: 100, bytesOfOne: 60, waiting: 4, waitingOfOne: 3 };

function room(limits = LIMITS) {
  const clock = { now: 0 };
  const arrivals = new Arrivals(limits, () => clock.now);
  const refused: string[] = [];
  const begin = (...holders: string[]) =>
    arrivals.begin(holders, (error) => refused.push(`${holders[0]} ${error.code}`));
  return { arrivals, begin, clock, refused };
}

describe('bodies in memory', () => {
  it('count as they arrive, and no more once they are answered', () => {
    const { arrivals, begin } = room();
    const three = [begin('a'), begin('b'), begin('c')];
    for (const one of three) one.charge(1);
    expect(arrivals.bytes).toBe(3);
    const fourth = begin('d');
    fourth.charge(60);
    fourth.charge(-20);
    fourth.whole();
    expect([arrivals.bytes, arrivals.waiting, arrivals.waitingOf('d')]).toEqual([43, 1, 1]);
    for (const one of [...three, fourth, fourth]) one.done();
    expect([arrivals.bytes, arrivals.waiting, arrivals.waitingOf('d')]).toEqual([0, 0, 0]);
  });

  it('leave room to others: nobody holds more than a share', () => {
    const { arrivals, begin } = room();
    const greedy = begin('a');
    greedy.charge(60);
    expect(() => greedy.charge(1)).toThrow(SpoorError);
    expect(() => begin('a').charge(1)).toThrow(SpoorError);
    begin('b').charge(40);
    expect(() => begin('b').charge(1)).toThrow('try again');
    for (let n = 0; n < 3; n++) begin('c').whole();
    expect(() => begin('c').whole()).toThrow('try again');
    begin('d').whole();
    expect(() => begin('d').whole()).toThrow('try again');
    expect(arrivals.waiting).toBe(4);
  });

  it('count for each holder, the one that is known later too', () => {
    const { arrivals, begin } = room();
    const one = begin('address', 'workspace 1');
    one.charge(30);
    const other = begin('elsewhere');
    other.charge(20);
    other.alsoOf('workspace 1');
    expect(() => other.charge(11)).toThrow(SpoorError);
    other.charge(10);
    other.whole();
    expect(arrivals.waitingOf('workspace 1')).toBe(1);
  });

  it('that stall make room, the largest first; those that move stay', () => {
    const { arrivals, begin, clock, refused } = room({ ...LIMITS, bytes: 100 * KIB, bytesOfOne: 100 * KIB });
    const still = begin('still');
    still.charge(40 * KIB);
    begin('smaller').charge(20 * KIB);
    const moving = begin('moving');
    clock.now = 1_900;
    moving.charge(30 * KIB);
    expect(() => begin('early').charge(40 * KIB)).toThrow(SpoorError);
    expect(refused).toEqual([]);
    clock.now = 2_100;
    const fresh = begin('fresh');
    fresh.charge(40 * KIB);
    expect(refused).toEqual(['still SERVICE_UNAVAILABLE']);
    expect(() => still.charge(1)).toThrow(SpoorError);
    expect(() => still.whole()).toThrow(SpoorError);
    expect(arrivals.bytes).toBe(90 * KIB);
    // 16 KiB in two seconds, byte by byte, is not unresponsive still.
    for (let n = 0; n < 64; n++) moving.charge(KIB / 16);
    expect(moving.standsStill).toBe(false);
  });

  it('that are whole are never thrown out', () => {
    const { begin, clock, refused } = room({ ...LIMITS, bytes: 10, bytesOfOne: 10 });
    const whole = begin('a');
    whole.charge(10);
    whole.whole();
    clock.now = 60_000;
    expect(() => begin('b').charge(1)).toThrow(SpoorError);
    expect(refused).toEqual([]);
  });
});

describe('what requests become', () => {
  const refused = (bytes: DecodedBytes): boolean => {
    try {
      bytes.check();
      return false;
    } catch (error) {
      expect((error as SpoorError).code).toBe('SERVICE_UNAVAILABLE');
      return true;
    }
  };

  it('is bounded together: one is decoded below the limit, none beyond, and all again when they are stored', async () => {
    const bytes = new DecodedBytes(100);
    let store = (): void => {};
    const stored = bytes.holding(99, () => new Promise<void>((resolve) => (store = resolve)));
    expect(refused(bytes)).toBe(false);
    const failing = bytes.holding(1, () => Promise.reject(new Error('full')));
    expect(refused(bytes)).toBe(true);
    await expect(failing).rejects.toThrow('full');
    expect(refused(bytes)).toBe(false);
    store();
    await stored;
    await bytes.holding(500, async () => expect(refused(bytes)).toBe(true));
    expect(refused(bytes)).toBe(false);
  });

  it('of one holder leaves room to others', async () => {
    const bytes = new DecodedBytes(100);
    const [one, other] = [bytes.share(50), bytes.share(50)];
    await one.holding(50, async () => {
      expect([refused(one), refused(other), refused(bytes)]).toEqual([true, false, false]);
      await other.holding(50, async () => expect([refused(other), refused(bytes)]).toEqual([true, true]));
    });
    expect([refused(one), refused(other)]).toEqual([false, false]);
  });
});

describe('a minimum rate', () => {
  const RATE = { windowMs: 10_000, bytesPerSecond: 300, atOnce: 4 };

  function rate(limits = RATE) {
    const clock = { now: 0 };
    const bodyRate = new BodyRate(limits, () => clock.now);
    const ended: string[] = [];
    const send = (name: string, peer: string) => {
      const state = { bytes: 0, isDone: false, isHeldUp: false };
      const sender: Sender = {
        peer,
        arrived: () => state.bytes,
        isDone: () => state.isDone,
        isHeldUp: () => state.isHeldUp,
        end: () => {
          state.isDone = true;
          ended.push(name);
        },
      };
      bodyRate.watch(sender);
      return state;
    };
    const pass = (seconds: number, each: () => void = () => {}): void => {
      for (let n = 0; n < seconds; n++) {
        clock.now += 1_000;
        each();
        bodyRate.look();
      }
    };
    return { bodyRate, ended, send, pass };
  }

  it('ends what stalls and what trickles, not a slow link, and not a client that waits for us', () => {
    const { bodyRate, ended, send, pass } = rate();
    send('still', 'a');
    const trickle = send('trickle', 'b');
    const mobile = send('mobile', 'c');
    const heldUp = send('held up', 'd');
    heldUp.isHeldUp = true;
    const each = (): void => {
      trickle.bytes += 200;
      mobile.bytes += 10_000;
    };
    pass(9, each);
    expect(ended).toEqual([]);
    pass(1, each);
    expect(ended).toEqual(['still', 'trickle']);
    pass(600, each);
    expect(ended).toEqual(['still', 'trickle']);
    mobile.isDone = true;
    heldUp.isHeldUp = false;
    pass(10);
    expect(ended).toEqual(['still', 'trickle', 'held up']);
    expect(bodyRate.arriving).toBe(0);
  });

  it('is asked of every stretch: much at first does not last for ever', () => {
    const { ended, send, pass } = rate();
    send('burst', 'a').bytes = 64 * MIB;
    pass(10);
    expect(ended).toEqual([]);
    pass(10);
    expect(ended).toEqual(['burst']);
  });

  it('beyond so many at once ends the slowest of the peer that has the most, never the new one', () => {
    const { bodyRate, ended, send, pass } = rate();
    send('slow, but alone', 'a');
    const fast = send('fast', 'b');
    send('slow', 'b').bytes = 1;
    const done = send('done', 'b');
    done.isDone = true;
    fast.bytes = 1_000;
    pass(2);
    send('in the place of who is done', 'c');
    expect(ended).toEqual([]);
    send('new', 'b');
    expect(ended).toEqual(['slow']);
    expect(bodyRate.arriving).toBe(4);
  });
});

describe('peers', () => {
  it.each([
    ['10.0.0.1', undefined, false, '10.0.0.1'],
    ['::ffff:10.0.0.1', undefined, false, '10.0.0.1'],
    ['::1', undefined, false, '::1'],
    ['10.0.0.1', '203.0.113.9', false, '10.0.0.1'],
    ['10.0.0.1', '198.51.100.1, 203.0.113.9', true, '203.0.113.9'],
    ['10.0.0.1', '', true, '10.0.0.1'],
    ['2001:db8:1:2:3:4:5:6', undefined, false, '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', undefined, false, '2001:db8:1:2::/64'],
    ['2001:db8::9', undefined, false, '2001:db8:0:0::/64'],
    ['fe80::1%eth0', undefined, false, 'fe80:0:0:0::/64'],
    [undefined, undefined, false, ''],
  ])('%s forwarded for %s (%s): %s', (remoteAddress, forwardedFor, behindProxy, peer) => {
    expect(peerOf({ remoteAddress, forwardedFor }, behindProxy)).toBe(peer);
  });
});

describe('bodies of the API', () => {
  it('take the room of who sends them while they arrive, and give it back with the answer', async () => {
    const arrivals = new Arrivals({ bytes: 100, bytesOfOne: 60, waiting: 9, waitingOfOne: 9 });
    const app = new Hono();
    app.use(
      '*',
      bodyBudget((context) => context.req.header('from') ?? '', arrivals),
    );
    const seen: number[] = [];
    app.post('/', async (context) => {
      const { length } = await context.req.text();
      seen.push(arrivals.bytes);
      return context.text(String(length));
    });
    app.onError((error, context) => context.text(error.message, error instanceof SpoorError ? 503 : 500));
    const send = (from: string, length: number) =>
      app.request('/', { method: 'POST', headers: { from }, body: 'x'.repeat(length) });
    const other = arrivals.begin(['other'], () => {});
    other.charge(50);
    expect(await (await send('a', 40)).text()).toBe('40');
    expect((await send('a', 61)).status).toBe(503);
    expect((await send('b', 51)).status).toBe(503);
    expect((await app.request('/', { method: 'POST' })).status).toBe(200);
    expect([seen, arrivals.bytes]).toEqual([[90, 50], 50]);
  });
});
