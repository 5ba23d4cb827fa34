/** Files that are sent over HTTP: a few at once for each caller, until they are taken or their reader has gone. */
import { describe, expect, it } from 'vitest';
import { ExportTurns } from '../../services/gateway/export-turns';
import type { Gateway } from '../../services/gateway/gateway';
import { restApi } from '../../services/gateway/rest';

/** A file of `count` pieces, which says when nothing of it is held any more. */
function file(count = 3) {
  const held = { isHeld: true };
  async function* pieces(): AsyncGenerator<number> {
    try {
      for (let n = 0; n < count; n++) yield n;
    } finally {
      held.isHeld = false;
    }
  }
  return { held, begin: async () => pieces() };
}

async function all(pieces: AsyncGenerator<number>): Promise<number[]> {
  const found: number[] = [];
  for await (const piece of pieces) found.push(piece);
  return found;
}

describe('files that are sent', () => {
  it('are four at once for each caller, and the fifth is told so', async () => {
    const turns = new ExportTurns();
    const open = await Promise.all([1, 2, 3, 4].map(() => turns.run('a', file().begin)));
    await expect(turns.run('a', file().begin)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(await all(await turns.run('b', file().begin))).toEqual([0, 1, 2]);
    for (const one of open) expect(await all(one)).toEqual([0, 1, 2]);
    for (let n = 0; n < 5; n++) expect(await all(await turns.run('a', file().begin))).toHaveLength(3);
  });

  it('leave their place when they cannot begin, fail, or are not wanted any more', async () => {
    const turns = new ExportTurns();
    const failing = async (): Promise<AsyncGenerator<number>> => {
      throw new Error('no such trace');
    };
    for (let n = 0; n < 6; n++) await expect(turns.run('a', failing)).rejects.toThrow('no such trace');
    async function* broken(): AsyncGenerator<number> {
      yield 1;
      throw new Error('the database is gone');
    }
    for (let n = 0; n < 6; n++) await expect(turns.run('a', async () => broken()).then(all)).rejects.toThrow('is gone');
    for (let n = 0; n < 6; n++) {
      const { held, begin } = file();
      const pieces = await turns.run('a', begin);
      await pieces.next();
      await pieces.return(undefined);
      expect(held.isHeld).toBe(false);
    }
    expect(await all(await turns.run('a', file().begin))).toHaveLength(3);
  });

  it('are given up when nobody takes them for a minute and the place is wanted, and end broken, not short', async () => {
    let now = 0;
    const turns = new ExportTurns(() => now);
    const files = [1, 2, 3, 4].map(() => file());
    const open = await Promise.all(files.map(({ begin }) => turns.run('a', begin)));
    for (const one of open) await one.next();
    now = 50_000;
    await open[3]?.next();
    now = 70_000;
    expect(await all(await turns.run('a', file().begin))).toHaveLength(3);
    await expect(open[0]?.next()).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(files.map(({ held }) => held.isHeld)).toEqual([false, false, false, true]);
    expect(await open[3]?.next()).toEqual({ done: false, value: 2 });
  });

  it('are not given up while what is next of them is read, however long that takes', async () => {
    let now = 0;
    const turns = new ExportTurns(() => now);
    const reads: (() => void)[] = [];
    const read = () => new Promise<void>((resolve) => reads.push(resolve));
    async function* slow(): AsyncGenerator<number> {
      yield 0;
      await read();
      yield 1;
    }
    const beginning = [1, 2, 3].map(() => turns.run('a', () => read().then(slow)));
    const reading = await turns.run('a', async () => slow());
    await reading.next();
    const next = reading.next();
    now = 70_000;
    await expect(turns.run('a', file().begin)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(reads).toHaveLength(4);
    for (const resolve of reads.splice(0)) resolve();
    expect(await next).toEqual({ done: false, value: 1 });
    const [first] = await Promise.all(beginning);
    now = 140_000;
    // Ready since, and taken by nobody.
    expect(await all(await turns.run('a', file().begin))).toHaveLength(3);
    await expect(first?.next()).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('keep no turn where only their heads are asked for', async () => {
    const traceId = 'ab'.repeat(16);
    let chunks = 0;
    const api = {
      traceSummary: async () => ({ traceId, spanCount: 1 }),
      // One that never ends.
      exportedSpans: async () => {
        chunks++;
        return { traces: [{ traceId, request: new Uint8Array(100_000) }], next: 'more' };
      },
    };
    const app = restApi(
      api as unknown as Gateway,
      (_, next) => next(),
      'openapi.json',
      () => {},
    );
    const path = `/v1/export?format=otlp-protobuf&traceIds=${traceId}`;
    for (let n = 1; n <= 6; n++) {
      const head = await app.request(path, { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
      expect(head.headers.get('content-disposition')).toContain('attachment');
    }
    const read = chunks;
    const reader = (await app.request(path)).body?.getReader();
    expect((await reader?.read())?.value?.length).toBeGreaterThanOrEqual(100_000);
    await reader?.cancel();
    // Each was read as far as one chunk, or the next.
    expect(read).toBeLessThanOrEqual(12);
  });
});
