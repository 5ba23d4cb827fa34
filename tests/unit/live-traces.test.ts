/** Live streams: what many ask alike is evaluated once, each may ask so much, and who does not read is told what it missed. */
import { describe, expect, it } from 'vitest';
import type { TraceListPage, TraceMatchSummary } from '../../core/api/search';
import type { TraceListQuery } from '../../core/api/trace-list-query';
import { SpoorError } from '../../core/model/errors';
import { type LiveMessage, LiveReader } from '../../services/gateway/live-reader';
import { LiveTraces } from '../../services/gateway/live-traces';
import { ChangeFeed } from '../../services/store/change-feed';

const LIMITS = { ofOne: 400, all: 500, questions: 20 };

/** A store that holds traces of names, and counts how often it is asked for them. */
function workspace(limits = LIMITS) {
  const feed = new ChangeFeed();
  const stored: TraceMatchSummary[] = [];
  const counts = { evaluations: 0, atOnce: 0, most: 0 };
  const source = {
    async listTraces({ query }: TraceListQuery): Promise<TraceListPage> {
      counts.evaluations++;
      counts.most = Math.max(counts.most, ++counts.atOnce);
      await new Promise((resolve) => setTimeout(resolve, 1));
      counts.atOnce--;
      if (query === 'wrong') throw new SpoorError('VALIDATION_ERROR', 'not a query');
      const data = stored.filter(({ rootName }) => query === undefined || rootName === query).slice(0, 100);
      return { data, pagination: { nextCursor: null, hasMore: false } } as unknown as TraceListPage;
    },
    nextChange: (after: number) => feed.next(after, undefined, 5_000),
  };
  const store = (rootName: string, traceId: string, spanCount = 1): void => {
    const known = stored.findIndex((trace) => trace.traceId === traceId);
    if (known >= 0) stored.splice(known, 1);
    stored.unshift({ traceId, rootName, spanCount, changes: 0 } as TraceMatchSummary);
  };
  return { live: new LiveTraces(source, limits, 1), store, change: () => feed.changed(), counts };
}

/** Reads on its own; `told` is what came. */
function read(reader: LiveReader): string[] {
  const told: string[] = [];
  void (async () => {
    for await (const message of reader.messages()) if (message) told.push(`${message.event} ${message.id}`);
  })().catch((error: Error) => told.push(error.message));
  return told;
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
};

describe('live streams', () => {
  it('400 that ask the same cost one evaluation a batch', async () => {
    const { live, store, change, counts } = workspace();
    store('a', 'old');
    const told: string[][] = [];
    for (let n = 0; n < 400; n++) told.push(read(await live.follow('key', { query: 'a' })));
    expect(counts.evaluations).toBe(1);
    for (let batch = 1; batch <= 5; batch++) {
      for (let n = 0; n < 10; n++) store('a', `${batch}-${n}`);
      change();
      await until(() => told.every(({ length }) => length === batch * 10));
    }
    expect(counts.evaluations).toBeLessThanOrEqual(6);
    for (const one of told) expect(one).toEqual(told[0]);
    expect(told[0]?.slice(0, 3)).toEqual(['trace 1-0', 'trace 1-1', 'trace 1-2']);
  });

  it('that ask differently are evaluated one after the other', async () => {
    const { live, store, change, counts } = workspace();
    const told = await Promise.all(['a', 'b', 'c'].map(async (query) => read(await live.follow('key', { query }))));
    store('a', '1');
    store('b', '2');
    change();
    await until(() => told[0]?.length === 1 && told[1]?.length === 1);
    store('b', '2', 5);
    change();
    await until(() => told[1]?.length === 2);
    expect(told).toEqual([['trace 1'], ['trace 2', 'update 2'], []]);
    expect([counts.evaluations, counts.most]).toEqual([9, 1]);
  });

  it('are bounded for one, for all, and in what they ask', async () => {
    const { live, counts } = workspace({ ofOne: 3, all: 5, questions: 2 });
    const mine = [await live.follow('me', {}), await live.follow('me', {}), await live.follow('me', { query: 'a' })];
    await expect(live.follow('me', {})).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      message: expect.stringContaining('as many as one may'),
    });
    await expect(live.follow('you', { query: 'b' })).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await live.follow('you', {});
    await live.follow('you', {});
    await expect(live.follow('them', {})).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    for (const reader of mine) reader.close();
    mine[0]?.close();
    for (let n = 0; n < 3; n++) await live.follow('me', { query: 'b' });
    expect(counts.evaluations).toBe(3);
  });

  it('that ask what is wrong are told so, and hold nothing', async () => {
    const { live } = workspace({ ofOne: 1, all: 1, questions: 1 });
    for (let n = 0; n < 3; n++) {
      await expect(live.follow('me', { query: 'wrong' })).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
    }
    await live.follow('me', { query: 'right' });
  });

  it('are not looked at when nobody follows any more', async () => {
    const { live, store, change, counts } = workspace();
    const reader = await live.follow('me', {});
    const told = read(reader);
    store('a', '1');
    change();
    await until(() => told.length === 1);
    const before = counts.evaluations;
    reader.close();
    store('a', '2');
    change();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(counts.evaluations).toBe(before);
    const again = read(await live.follow('me', {}));
    store('a', '3');
    change();
    await until(() => again.length === 1);
    expect(again).toEqual(['trace 3']);
  });
});

describe('a reader', () => {
  const message = (id: string, length = 10): LiveMessage => ({ event: 'trace', id, data: 'x'.repeat(length) });

  it('that is slow holds so many characters, and is told how many traces it missed', async () => {
    const reader = new LiveReader(() => {}, 100);
    for (let n = 0; n < 1_000; n++) reader.tell(message(`${n}`));
    const messages = reader.messages();
    const next = async () => (await messages.next()).value as LiveMessage;
    for (let n = 0; n < 10; n++) expect((await next()).id).toBe(`${n}`);
    expect(await next()).toMatchObject({ event: 'missed', data: '{"traces":990}' });
    reader.tell(message('later'));
    expect((await next()).id).toBe('later');
  });

  it('hears that we are there, and what ended the stream, after what was told before', async () => {
    const reader = new LiveReader(() => {});
    reader.alive();
    reader.tell(message('a'));
    reader.fail(new Error('the database stopped'));
    const messages = reader.messages();
    expect((await messages.next()).value).toMatchObject({ id: 'a' });
    await expect(messages.next()).rejects.toThrow('the database stopped');
    const other = new LiveReader(() => {});
    const waiting = other.messages().next();
    other.alive();
    expect(await waiting).toEqual({ done: false, value: null });
    other.close();
    expect((await other.messages().next()).done).toBe(true);
  });
});
