/** Which errors mean that a database is damaged, what is said of it, and what stands before it from then on. */
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SpoorError } from '../../core/api/errors';
import type { SqlClient } from '../../core/store/sql-client';
import { copyBefore, copyPathOf, forgetOldCopy } from '../../services/store/copy-before';
import { DatabaseDamagedError, hasDatabase, isAbort, isDamage, reasonOf } from '../../services/store/damage';
import { DatabaseGuard, guarded } from '../../services/store/database-guard';

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
    said('EIO', 'EIO: i/o error, read'),
    new DatabaseDamagedError('global/pg_control is missing'),
  ])('is %s', (error) => {
    expect(isDamage(error)).toBe(true);
  });

  it.each([
    said('53100', 'could not extend file "base/5/16384": No space left on device'),
    said('58030', 'could not write block 1: No space left on device'),
    said('ENOSPC', 'ENOSPC: no space left on device, write'),
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
    const guard = new DatabaseGuard(folder, check, async () => lost);
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

describe('a copy before an update', () => {
  it('is one at most, and goes a day later', async () => {
    const directory = join(folder, 'db');
    await mkdir(join(directory, 'base'), { recursive: true });
    await writeFile(join(directory, 'PG_VERSION'), '18\n');
    await writeFile(join(directory, 'base', '1'), 'first');
    expect(await copyBefore(directory)).toBeNull();
    await writeFile(join(directory, 'base', '1'), 'second');
    expect(await copyBefore(directory)).toBeNull();
    expect(await readFile(join(copyPathOf(directory), 'base', '1'), 'utf8')).toBe('second');
    expect((await readdir(folder)).sort()).toEqual(['db', 'db.before-update']);
    await forgetOldCopy(directory);
    expect(await readdir(folder)).toContain('db.before-update');
    const before = new Date(Date.now() - DAY_MS - 1_000);
    await utimes(copyPathOf(directory), before, before);
    await forgetOldCopy(directory);
    expect(await readdir(folder)).toEqual(['db']);
  });
});
