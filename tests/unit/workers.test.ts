import { describe, expect, it, vi } from 'vitest';
import type { SpanBatch } from '../../core/model/span-batch';
import { isLoopbackHost, isLoopbackOrigin } from '../../services/net/loopback';
import { AppendQueue } from '../../services/store/append-queue';
import { ChangeFeed } from '../../services/store/change-feed';
import { Rate } from '../../workers/ingest/rate';
import { batchOf, drawnSpans, traceIdOf } from '../fixtures/traces';

const batch = (n: number): SpanBatch => batchOf(drawnSpans(traceIdOf(n), 'a 0..1'));

describe('AppendQueue', () => {
  it('commits what arrives meanwhile together, and answers each after its commit', async () => {
    const groups: number[] = [];
    const finish: (() => void)[] = [];
    const append = (batches: readonly SpanBatch[]) => {
      groups.push(batches.length);
      return new Promise<{ stored: number; duplicates: number }[]>((resolve) =>
        finish.push(() => resolve(batches.map(({ length }) => ({ stored: length, duplicates: 0 })))),
      );
    };
    const onCommit = vi.fn();
    const queue = new AppendQueue({ append }, onCommit);
    const answers = [1, 2, 3].map((n) => queue.append(batch(n)));
    let answered = 0;
    for (const answer of answers) void answer.then(() => answered++);
    await tick();
    expect([groups, answered]).toEqual([[1], 0]);
    finish.shift()?.();
    await tick();
    expect([groups, answered]).toEqual([[1, 2], 1]);
    finish.shift()?.();
    await queue.drained();
    await Promise.all(answers);
    expect(onCommit).toHaveBeenCalledTimes(2);
  });

  it('fails the batch that the database refuses, not those beside it', async () => {
    const bad = batch(2);
    const append = async (batches: readonly SpanBatch[]) => {
      if (batches.includes(bad)) throw new Error('refused');
      return batches.map(({ length }) => ({ stored: length, duplicates: 0 }));
    };
    const queue = new AppendQueue({ append }, () => {});
    const answers = await Promise.allSettled([
      queue.append(batch(0)),
      queue.append(batch(1)),
      queue.append(bad),
      queue.append(batch(3)),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  });
});

describe('ChangeFeed', () => {
  it('wakes everyone who waits, once, and answers at once who is behind', async () => {
    const feed = new ChangeFeed();
    const start = await feed.next(0);
    const waiting = [feed.next(start), feed.next(start)];
    feed.changed();
    feed.changed();
    const [a, b] = await Promise.all(waiting);
    expect(a).toBe(b);
    expect(await feed.next(start)).toBe(start + 2);
  });

  it('answers after a while when nothing changes', async () => {
    const feed = new ChangeFeed();
    const version = await feed.next(0);
    expect(await feed.next(version, undefined, 5)).toBe(version);
  });

  it('keeps nobody who has left', async () => {
    const feed = new ChangeFeed();
    const version = await feed.next(0);
    const leaves = new AbortController();
    const stays = new AbortController();
    const waiting = [feed.next(version, leaves.signal), feed.next(version, stays.signal)];
    leaves.abort();
    expect(await waiting[0]).toBe(version);
    expect(feed.waiters).toBe(1);
    expect(await feed.next(version, AbortSignal.abort())).toBe(version);
    feed.changed();
    expect(await waiting[1]).toBe(version + 1);
    expect(feed.waiters).toBe(0);
  });
});

describe('loopback', () => {
  it.each(['localhost', 'LOCALHOST:4318', '127.0.0.1:4318', '127.8.0.1', '[::1]:80'])('takes the host %s', (host) =>
    expect(isLoopbackHost(host)).toBe(true),
  );
  it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:80', '10.0.0.1', '', undefined, '[::2]'])(
    'refuses the host %s',
    (host) => expect(isLoopbackHost(host)).toBe(false),
  );
  it('takes no Origin or a local page, and no other', () => {
    expect([undefined, 'http://localhost:3000', 'https://127.0.0.1'].map(isLoopbackOrigin)).toEqual([true, true, true]);
    expect(['https://evil.example', 'null', 'http://localhost.evil.example', 'file://'].map(isLoopbackOrigin)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('Rate', () => {
  it('forgets what left its window', () => {
    const rate = new Rate();
    rate.add(50, 10_000);
    rate.add(50, 12_500);
    expect(rate.perSecond(12_900)).toBe(20);
    expect(rate.perSecond(15_500)).toBe(10);
    expect(rate.perSecond(60_000)).toBe(0);
  });
});

function tick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
