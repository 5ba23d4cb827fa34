/** Files that are sent over HTTP: a few at once for each caller, until they are taken or their reader has gone. */
import { describe, expect, it } from 'vitest';
import { ExportTurns } from '../../services/gateway/export-turns';

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
});
