import {
  chmod,
  chown,
  lchown,
  mkdir,
  mkdtemp,
  readdir,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolderPrivate } from '../../services/store/private-folder';
import { openToOthers } from '../fixtures/modes';

const SOMEBODY = 65_534;
const isRoot = process.geteuid?.() === 0;

let root: string;
let folder: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'spoor-private-')));
  folder = join(root, 'data');
  await mkdir(folder);
  await chmod(folder, 0o755);
});
afterEach(() => rm(root, { recursive: true, force: true }));

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

async function write(path: string, mode: number): Promise<void> {
  await writeFile(path, '');
  await chmod(path, mode);
}

/** As a user who is not the administrator would find it. */
function asSomebody(act: () => unknown): unknown {
  if (!isRoot) return act();
  process.seteuid?.(SOMEBODY);
  try {
    return act();
  } finally {
    process.seteuid?.(0);
  }
}

describe.skipIf(process.platform === 'win32')('a data folder', () => {
  it('is closed to others with all that is in it, and says so once', async () => {
    await mkdir(join(folder, 'db', 'base'), { recursive: true });
    await chmod(join(folder, 'db'), 0o777);
    await write(join(folder, 'db', 'base', '1'), 0o666);
    await write(join(folder, 'settings.json'), 0o644);
    await write(join(folder, 'notes'), 0o664);
    expect(makeFolderPrivate(folder)).toMatch(/data could be looked into by other users .*\(mode 755\)/);
    expect(await openToOthers(folder)).toEqual([]);
    expect(await modeOf(join(folder, 'db', 'base'))).toBe(0o700);
    expect(await modeOf(join(folder, 'db', 'base', '1'))).toBe(0o600);
    expect(makeFolderPrivate(folder)).toBeNull();
  });

  it('of an earlier version, whose files alone were open, is closed in silence', async () => {
    await chmod(folder, 0o700);
    await mkdir(join(folder, 'db'));
    await write(join(folder, 'db', 'PG_VERSION'), 0o666);
    expect(makeFolderPrivate(folder)).toBeNull();
    expect(await openToOthers(folder)).toEqual([]);
  });

  it('says when others could have changed it', async () => {
    await chmod(folder, 0o777);
    expect(makeFolderPrivate(folder)).toMatch(/could be changed by other users/);
  });

  it('is not left through a symbolic link', async () => {
    const outside = join(root, 'outside');
    await mkdir(outside);
    await chmod(outside, 0o755);
    await write(join(outside, 'file'), 0o644);
    await symlink(outside, join(folder, 'db'));
    await symlink(join(outside, 'file'), join(folder, 'token'));
    makeFolderPrivate(folder);
    expect(await modeOf(folder)).toBe(0o700);
    expect(await modeOf(outside)).toBe(0o755);
    expect(await modeOf(join(outside, 'file'))).toBe(0o644);
  });

  it('that holds somebody’s other things is not closed to others, and not used', async () => {
    await mkdir(join(folder, 'website'));
    await chmod(join(folder, 'website'), 0o755);
    expect(() => makeFolderPrivate(folder)).toThrow(/holds more than Spoor's data.*--data-dir DIR/);
    expect(await modeOf(folder)).toBe(0o755);
    // One that has Spoor's data already is closed, and the other things in it are left alone.
    await mkdir(join(folder, 'db'));
    await write(join(folder, 'db', 'PG_VERSION'), 0o666);
    makeFolderPrivate(folder);
    expect(await modeOf(folder)).toBe(0o700);
    expect(await modeOf(join(folder, 'db', 'PG_VERSION'))).toBe(0o600);
    expect(await modeOf(join(folder, 'website'))).toBe(0o755);
  });

  it.each(['/', '/tmp', '/usr/bin'])('is not %s', async (path) => {
    const mode = await modeOf(path);
    expect(() => makeFolderPrivate(path)).toThrow(/--data-dir DIR/);
    expect(await modeOf(path)).toBe(mode);
  });

  it('of another user is refused', async () => {
    await chmod(root, 0o755);
    const foreign = isRoot ? folder : '/usr';
    expect(() => asSomebody(() => makeFolderPrivate(foreign))).toThrow(
      /belongs to the administrator \(root\).*Choose a folder of your own with --data-dir DIR.*sudo chown -R/,
    );
  });

  it.runIf(isRoot)('with a file or a link of another user is refused', async () => {
    await chown(folder, SOMEBODY, SOMEBODY);
    await chmod(root, 0o755);
    for (const make of [
      () => write(join(folder, 'settings.json'), 0o644),
      () => symlink('/etc', join(folder, 'window')),
    ]) {
      await make();
      for (const name of await readdir(folder)) await lchown(join(folder, name), SOMEBODY - 1, SOMEBODY - 1);
      expect(() => asSomebody(() => makeFolderPrivate(folder))).toThrow(
        /in the data folder belongs to another user \(number 65533\).*sudo chown -R/,
      );
      for (const name of await readdir(folder)) await rm(join(folder, name));
    }
    // Which every new disk has.
    await mkdir(join(folder, 'lost+found'), { mode: 0o700 });
    expect(asSomebody(() => makeFolderPrivate(folder))).toBeNull();
  });

  it.runIf(isRoot)('may have files of the administrator, as mounted ones, and says which stay open', async () => {
    await chown(folder, SOMEBODY, SOMEBODY);
    await chmod(root, 0o755);
    await chmod(folder, 0o700);
    await write(join(folder, 'settings.json'), 0o644);
    await symlink('/etc/hostname', join(folder, 'prices.json'));
    expect(asSomebody(() => makeFolderPrivate(folder))).toMatch(
      /^In the data folder \S+, \S+settings\.json belongs to the administrator \(root\).*sudo chown -R 65534/,
    );
    await write(join(folder, 'token'), 0o644);
    expect(asSomebody(() => makeFolderPrivate(folder))).toMatch(/settings\.json and 1 more in it belong to/);
    await chmod(join(folder, 'token'), 0o600);
    expect(() => asSomebody(() => makeFolderPrivate(folder))).toThrow(
      /token in the data folder belongs to the administrator \(root\), and you may not use it.*sudo chown -R 65534/,
    );
    await rm(join(folder, 'token'));
    await mkdir(join(folder, 'db'));
    await chown(join(folder, 'db'), SOMEBODY, SOMEBODY);
    // A database that could be read and not written is none.
    await write(join(folder, 'db', 'PG_VERSION'), 0o644);
    expect(() => asSomebody(() => makeFolderPrivate(folder))).toThrow(/PG_VERSION in the data folder.*not use it/);
    await write(join(folder, 'db', 'PG_VERSION'), 0o666);
    expect(asSomebody(() => makeFolderPrivate(folder))).toMatch(/and 1 more in it belong to/);
    await rm(join(folder, 'db'), { recursive: true });
    await mkdir(join(folder, 'db'), { mode: 0o700 });
    expect(() => asSomebody(() => makeFolderPrivate(folder))).toThrow(/db in the data folder.*not use it/);
  });

  it.runIf(isRoot)(
    'that is the administrator’s, as a volume, is used and warned of where it can be written',
    async () => {
      await chmod(root, 0o755);
      await chmod(folder, 0o777);
      expect(asSomebody(() => makeFolderPrivate(folder))).toMatch(
        /^The data folder \S+ stays open to other users .*\(mode 777\): it belongs to the administrator \(root\)/,
      );
      expect(await modeOf(folder)).toBe(0o777);
      expect(await readdir(folder)).toEqual([]);
      await mkdir(join(folder, 'website'));
      expect(() => asSomebody(() => makeFolderPrivate(folder))).toThrow(/holds more than Spoor's data/);
      await rm(join(folder, 'website'), { recursive: true });
      await chown(folder, SOMEBODY - 1, SOMEBODY - 1);
      expect(() => asSomebody(() => makeFolderPrivate(folder))).toThrow(/belongs to another user \(number 65533\)/);
    },
  );
});
