/** The data folder: made private to the user, checked for writing, home of the API token. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolderPrivate } from '../../services/store/private-folder';
import { StartError } from '../../services/store/start-error';

/** @returns its real path, which two names of one folder share. @throws StartError when it cannot be written, or is not the user's alone */
export async function prepareDataFolder(dataDir: string, warn: (message: string) => void): Promise<string> {
  try {
    await makeFolder(dataDir);
    const path = await realpath(dataDir);
    const warning = makeFolderPrivate(path);
    if (warning !== null) warn(warning);
    const probe = join(path, `.write-test-${process.pid}`);
    await (await open(probe, 'w', 0o600)).close();
    await rm(probe, { force: true });
    return path;
  } catch (error) {
    if (error instanceof StartError) throw error;
    const { code = 'error', message } = error as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      EACCES: 'you may not write there',
      EPERM: 'you may not write there',
      ENOENT: 'the system allows no folder there',
      EROFS: 'the file system is read-only',
      ENOSPC: 'the disk is full',
      ENOTDIR: 'part of the path is a file',
      EEXIST: 'there is a file of that name',
    };
    throw new StartError(
      `The data folder ${dataDir} cannot be written: ${reasons[code] ?? message}. Choose another with --data-dir DIR.`,
    );
  }
}

/** Of a start with a token of its own; the one that is kept stays as it is. */
const GIVEN_TOKEN = 'given-token';

/** The token of this data folder, made on first use and readable by the user alone. */
async function storedToken(dataDir: string): Promise<string> {
  const file = join(dataDir, 'token');
  const stored = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (stored.length >= 8) return stored;
  const token = randomBytes(24).toString('base64url');
  await writeFile(file, `${token}\n`, { mode: 0o600 });
  return token;
}

/** The token of whoever runs on this folder: a given one is written down as long as it is in use, so that commands find it. */
export async function tokenInUse(dataDir: string, given: string | null): Promise<string> {
  const file = join(dataDir, GIVEN_TOKEN);
  await rm(file, { force: true });
  if (given === null) return storedToken(dataDir);
  await writeFile(file, `${given}\n`, { mode: 0o600 });
  return given;
}

/** For who asks the Spoor that runs on this folder. */
export async function runningToken(dataDir: string): Promise<string> {
  const given = (await readFile(join(dataDir, GIVEN_TOKEN), 'utf8').catch(() => '')).trim();
  return given === '' ? storedToken(dataDir) : given;
}

export async function forgetGivenToken(dataDir: string): Promise<void> {
  await rm(join(dataDir, GIVEN_TOKEN), { force: true });
}

/** Not `mkdir` with `recursive`: on some file systems (/proc) Node then tries for ever. */
async function makeFolder(path: string): Promise<void> {
  const exists = await stat(path).catch(() => null);
  if (exists?.isDirectory()) return;
  const parent = dirname(path);
  if (parent !== path) await makeFolder(parent);
  await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    // Somebody else made it meanwhile; a file of that name is found by the writing test.
    if (error.code !== 'EEXIST' || exists) throw error;
  });
}
