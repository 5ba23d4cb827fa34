/** Which errors mean that a database is damaged, what is said of it, and what stands before it from then on. */
import { mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SpoorError } from '../../core/model/errors';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { copyBefore, copyPathOf, updateDone } from '../../services/store/copy-before';
import { DatabaseDamagedError, hasDatabase, isAbort, isDamage, isFull, reasonOf } from '../../services/store/damage';
import { DatabaseEnds, LATELY_MS, MAX_ENDS } from '../../services/store/database-ends';
import { DatabaseGuard, guarded } from '../../services/store/database-guard';
import { endOnce } from '../../workers/store/end-once';

const said = (code: string, message: string) => Object.assign(new Error(message), { code });
const DAY_MS = 24 * 3_600_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spoor-damage-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('damage', () => {
  it.each([
    said('XX001', 'invalid page in block 0 of relation "base/5/16384"'),
    said('XX001', 'could not read blocks 3..3 in file "base/5/16384": read only 0 of 8192 bytes'),
    said('XX001', 'missing chunk number 0 for toast value 1 in pg_toast_2619'),
    said('XX002', 'index "trace_pkey" contains unexpected zero page at block 0'),
    said('XX000', 'cache lookup failed for relation 16384'),
    said('XX000', 'could not open relation with OID 16384'),
    said('58P01', 'could not open file "base/5/16384": No such file or directory'),
    said('58030', 'could not read block 1: Input/output error'),
    said('58000', 'could not stat file "base/5/16384": Stale file handle'),
    said('EIO', 'EIO: i/o error, read'),
    new DatabaseDamagedError('global/pg_control is missing'),
  ])('is %s', (error) => {
    expect(isDamage(error)).toBe(true);
  });

  it.each([
    said('53100', 'could not extend file "base/5/16384": No space left on device'),
    said('58030', 'could not write block 1: No space left on device'),
    said('ENOSPC', 'ENOSPC: no space left on device, write'),
    // These pass: too many files are open, memory is short, rights were taken away and come back.
    said('53000', 'could not open file "base/5/16384": No file descriptors available'),
    said('53200', 'could not read file "base/5/16384": Cannot allocate memory'),
    said('42501', 'could not open file "base/5/16384": Permission denied'),
    said('57014', 'could not read file "base/5/16384": Interrupted system call'),
    said('22P02', 'invalid input syntax for type json: could not read block invalid page'),
    said('XX000', 'tuple concurrently updated'),
    said('XX000', 'invalid memory alloc request size 1073741824'),
    said('42P01', 'relation "trace" does not exist'),
    said('22P05', 'unsupported Unicode escape sequence'),
    said('23505', 'duplicate key value violates unique constraint "trace_pkey"'),
    // What somebody sends is not what the database says.
    new Error('invalid page'),
    new SpoorError('VALIDATION_ERROR', 'could not read file'),
    'nothing',
    null,
  ])('is not %s', (error) => {
    expect(isDamage(error)).toBe(false);
  });

  it('an end of PGlite is told in our words', () => {
    for (const error of [
      new WebAssembly.RuntimeError('unreachable'),
      new Error('Aborted(). Build with -sASSERTIONS for more info.'),
      Object.assign(new Error('Program terminated with exit(1)'), { name: 'ExitStatus' }),
    ]) {
      expect(isAbort(error)).toBe(true);
      expect(reasonOf(error)).toBe('PostgreSQL ended in the middle of its work');
    }
    expect(reasonOf(new Error('PGlite failed to initialize properly'))).toBe('PostgreSQL does not start on its files');
  });

  it.each([
    said('22P02', 'invalid input syntax for type json: unreachable'),
    said('22P02', 'Aborted('),
    said('22P02', 'PGlite is closed'),
    new Error('the server is unreachable'),
    new Error('it says: PGlite is closed'),
  ])('no end of PGlite is %s', (error) => {
    expect(isAbort(error)).toBe(false);
  });

  it('a full disk is told from what somebody sent', () => {
    for (const error of [
      said('53100', 'could not extend file'),
      said('58030', 'could not write block 1: No space left on device'),
      said('ENOSPC', 'ENOSPC: no space left on device, write'),
      new Error('write: No space left on device'),
    ])
      expect(isFull(error)).toBe(true);
    expect(isFull(said('22P02', 'invalid input syntax for type json: No space left on device'))).toBe(false);
    expect(isFull(null)).toBe(false);
  });

  it('a folder with a part of a database is none to begin in', async () => {
    expect(await hasDatabase(join(folder, 'db'))).toBe(false);
    expect(await hasDatabase(folder)).toBe(false);
    await writeFile(join(folder, 'PG_VERSION'), '18\n');
    await expect(hasDatabase(folder)).rejects.toThrow('global/pg_control is missing there');
    await mkdir(join(folder, 'global'));
    await writeFile(join(folder, 'global', 'pg_control'), 'short');
    await expect(hasDatabase(folder)).rejects.toThrow('global/pg_control is cut short');
    await writeFile(join(folder, 'PG_VERSION'), 'eighteen');
    const other = hasDatabase(folder);
    await expect(other).rejects.toThrow('names no version');
    await expect(other).rejects.not.toBeInstanceOf(DatabaseDamagedError);
  });
});

describe('the guard', () => {
  function over(answers: (() => unknown)[], check: () => Promise<void> = async () => {}, lost: string | null = null) {
    const told: string[] = [];
    const ended: unknown[] = [];
    let asked = 0;
    const guard = new DatabaseGuard(folder, check, { look: async () => lost, search: async () => null });
    guard.watch(
      (message) => told.push(message),
      (error) => ended.push(error),
    );
    const answer = async (): Promise<never[]> => {
      asked++;
      answers.shift()?.();
      return [];
    };
    const sql = guarded({ query: answer, transaction: answer } as unknown as SqlClient, guard);
    return { guard, sql, told, ended, asked: () => asked };
  }
  const throwing = (error: Error) => () => {
    throw error;
  };

  it('refuses everything from the first sign of damage', async () => {
    const { sql, told, asked } = over([throwing(said('XX001', 'invalid page in block 0 of relation "base/5/1"'))]);
    for (const ask of [() => sql.query('select 1'), () => sql.transaction(async () => {})]) {
      await expect(ask()).rejects.toMatchObject({
        code: 'SERVICE_UNAVAILABLE',
        message: expect.stringMatching(/is damaged\. PostgreSQL says: invalid page/),
      });
    }
    expect([told.length, asked()]).toEqual([1, 1]);
    expect(told[0]).not.toContain('Nothing was changed there');
  });

  it('takes for damage what looking finds out', async () => {
    const told: string[] = [];
    const look = async (): Promise<null> => {
      throw said('XX001', 'invalid page in block 0 of relation "base/5/1"');
    };
    const guard = new DatabaseGuard(folder, async () => {}, { look, search: async () => null });
    guard.watch((message) => told.push(message), null);
    await guard.look();
    expect(told).toEqual([expect.stringContaining('is damaged')]);
    const busy = new DatabaseGuard(folder, async () => {}, {
      look: async () => {
        throw said('55P03', 'canceling statement due to lock timeout');
      },
      search: async () => null,
    });
    await expect(busy.look()).rejects.toThrow('lock timeout');
    expect(busy.message).toBeNull();
  });

  it('compares the catalogs where an error may mean damage', async () => {
    const missing = said('42P01', 'relation "trace" does not exist');
    const harmless = over([throwing(missing)]);
    await expect(harmless.sql.query('select 1')).rejects.toBe(missing);
    const lost = over([throwing(missing)], async () => Promise.reject(new Error('table trace is missing')));
    await expect(lost.sql.query('select 1')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect([harmless.told.length, lost.told.length]).toEqual([0, 1]);
  });

  it('leaves an end of PGlite to whoever starts it again', async () => {
    const { sql, told, ended } = over([throwing(new WebAssembly.RuntimeError('unreachable'))]);
    await expect(sql.query('select 1')).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: expect.stringContaining('is started again'),
    });
    expect([told.length, ended.length]).toEqual([0, 1]);
  });

  it('tells an end once, of whatever was under way', async () => {
    const { sql, told, ended } = over(Array(5).fill(throwing(new WebAssembly.RuntimeError('unreachable'))));
    for (let n = 0; n < 5; n++)
      await expect(sql.query('select 1')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect([told.length, ended.length]).toEqual([0, 1]);
  });

  it('takes it for damage where nobody does', async () => {
    const { guard, sql } = over([throwing(new WebAssembly.RuntimeError('unreachable'))]);
    guard.watch(() => {}, null);
    await expect(sql.query('select 1')).rejects.toMatchObject({ message: expect.stringContaining('is damaged') });
    expect(guard.message).toContain('in the middle of its work');
  });

  it('notices files that are gone', async () => {
    const { guard, sql, told } = over([], async () => {}, 'base/5/1 is missing');
    await guard.look();
    await guard.look();
    expect(told).toEqual([expect.stringContaining('base/5/1 is missing.')]);
    await expect(sql.query('select 1')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });
});

describe('ends of PGlite', () => {
  const tick = () => new Promise((resolve) => setImmediate(resolve));

  async function toldOf(errors: readonly unknown[], look: () => Promise<{ full: boolean; freeBytes: number }>) {
    const told: boolean[] = [];
    const end = endOnce({ state: look }, (_, mayBeDamage) => told.push(mayBeDamage));
    for (const error of errors) end(error);
    await tick();
    return told;
  }
  const ends = Array(5).fill(new WebAssembly.RuntimeError('unreachable'));

  it('are one in the life of a thread', async () => {
    expect(await toldOf(ends, async () => ({ full: false, freeBytes: 1e9 }))).toEqual([true]);
    expect(await toldOf(ends, async () => Promise.reject(new Error('ENOENT')))).toEqual([true]);
  });

  it('do not mean damage where the disk is full', async () => {
    expect(await toldOf(ends, async () => ({ full: true, freeBytes: 0 }))).toEqual([false]);
    const full = said('53100', 'could not extend file: No space left on device');
    expect(await toldOf([full, full, ...ends], async () => ({ full: false, freeBytes: 1e9 }))).toEqual([false]);
  });

  it('count for a while', () => {
    let now = 1_000;
    const host = new DatabaseEnds([], () => now);
    for (let n = 0; n < MAX_ENDS; n++) {
      expect(host.areTooMany).toBe(false);
      host.note();
      now += 1_000;
    }
    const store = new DatabaseEnds(host.lately(), () => now);
    expect([host.areTooMany, store.areTooMany]).toEqual([true, true]);
    now = 1_000 + LATELY_MS;
    expect([host.areTooMany, store.areTooMany, host.lately().length]).toEqual([false, false, MAX_ENDS - 1]);
  });
});

describe('a copy before an update', () => {
  async function database(content: string): Promise<string> {
    const directory = join(folder, 'db');
    await mkdir(join(directory, 'base'), { recursive: true });
    await writeFile(join(directory, 'PG_VERSION'), '18\n');
    await writeFile(join(directory, 'base', '1'), content);
    return directory;
  }
  const copied = (directory: string): Promise<string> => readFile(join(copyPathOf(directory), 'base', '1'), 'utf8');
  const age = async (directory: string): Promise<void> => {
    const before = new Date(Date.now() - DAY_MS - 1_000);
    await utimes(copyPathOf(directory), before, before);
  };

  it('stays as it is until the update is done', async () => {
    const directory = await database('good');
    expect(await copyBefore(directory)).toBeNull();
    await writeFile(join(directory, 'base', '1'), 'torn by an end in the middle');
    await age(directory);
    expect(await copyBefore(directory)).toBeNull();
    expect(await copied(directory)).toBe('good');
    await updateDone(directory);
    expect((await readdir(folder)).sort()).toEqual(['db', 'db.before-update']);
    // A day from then on.
    await updateDone(directory);
    expect(await copied(directory)).toBe('good');
    await age(directory);
    await updateDone(directory);
    expect(await readdir(folder)).toEqual(['db']);
  });

  it('is made anew where it was put back in place', async () => {
    const directory = await database('good');
    await copyBefore(directory);
    await rm(directory, { recursive: true });
    await rename(copyPathOf(directory), directory);
    expect(await copyBefore(directory)).toBeNull();
    expect(await copied(directory)).toBe('good');
    await rm(copyPathOf(directory), { recursive: true });
    await updateDone(directory);
    expect(await readdir(folder)).toEqual(['db']);
  });

  it('is one at most, and goes a day later', async () => {
    const directory = await database('first');
    expect(await copyBefore(directory)).toBeNull();
    await updateDone(directory);
    await writeFile(join(directory, 'base', '1'), 'second');
    expect(await copyBefore(directory)).toBeNull();
    expect(await copied(directory)).toBe('second');
    await updateDone(directory);
    expect((await readdir(folder)).sort()).toEqual(['db', 'db.before-update']);
    await updateDone(directory);
    expect(await readdir(folder)).toContain('db.before-update');
    await age(directory);
    await updateDone(directory);
    expect(await readdir(folder)).toEqual(['db']);
  });
});
