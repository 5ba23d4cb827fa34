/**
 * The data folder is its owner's alone. What others left in it is refused, and what they could read is closed to them: from the top down,
 * so that they cannot exchange what is looked at next, and never through a symbolic link. Windows has no modes: there a folder of
 * the user's profile is the user's by inheritance, and nothing is done.
 */
import { chmodSync, lstatSync, readdirSync, type Stats } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError } from './start-error';

const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;
const ROOT = 0;
/** What Spoor and the team server keep at the top of a data folder. */
const OURS =
  /^(?:db|window|sample|token|open-spoor|settings\.json|prices\.json|endpoint-keys\.json|instance\.sock|\.write-test)(?:[.-].*)?$/;
/** The system's, at the top of a disk. */
const SYSTEMS = 'lost+found';
/** Some files do not make a folder somebody else's; many, or folders, do. */
const MAX_FOREIGN_FILES = 16;

/** Only asked for by whoever sets it: to ask, Node sets it to nothing for a moment. */
let inherited: number | null = null;

/** What this process and its threads create is for its user alone. Nothing may be written before. */
export function createPrivately(): void {
  if (process.platform !== 'win32') inherited = process.umask(OTHERS);
}

/** For programs that are started for the user; null: it was not changed. */
export function inheritedUmask(): number | null {
  return inherited;
}

/** @param dataDir its real path @returns what to warn of, or null @throws StartError where somebody else has it, or it is not ours to close */
export function makeFolderPrivate(dataDir: string): string | null {
  if (process.geteuid === undefined) return null;
  const folder = lstatSync(dataDir);
  checkOwner(dataDir, folder, dataDir);
  const names = readdirSync(dataDir);
  const isDedicated = holdsLittleElse(dataDir, names);
  const wasOpen = (folder.mode & OTHERS) !== 0;
  if (wasOpen) {
    if (isForEverybody(dataDir) || !(isDedicated || names.includes('db'))) {
      throw new StartError(
        `The data folder ${dataDir} is open to other users of this computer and holds more than Spoor's data, so that Spoor does not close it to them. ` +
          'Choose a folder that is for Spoor alone with --data-dir DIR.',
      );
    }
    closeToOthers(dataDir, folder);
  }
  for (const name of names) {
    if (name !== SYSTEMS && (isDedicated || OURS.test(name))) close(join(dataDir, name), dataDir);
  }
  return wasOpen ? warningFor(dataDir, folder.mode & 0o777) : null;
}

/** Closes a folder and what is in it, such as a copy that brought its modes along. @throws StartError */
export function closeTree(folder: string): void {
  if (process.geteuid !== undefined) close(folder, folder);
}

/** Database files are many, and none is waited for: nothing else runs in this thread yet. */
function close(path: string, dataDir: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  // Where Spoor runs already, files come and go.
  if (!stats) return;
  checkOwner(path, stats, dataDir);
  if (stats.isSymbolicLink()) return;
  if ((stats.mode & OTHERS) !== 0) closeToOthers(path, stats);
  if (stats.isDirectory()) for (const name of namesIn(path)) close(join(path, name), dataDir);
}

function checkOwner(path: string, { uid }: Stats, dataDir: string): void {
  const own = process.geteuid?.();
  if (uid === own || own === ROOT) return;
  const who = uid === ROOT ? 'the administrator (root)' : `another user (number ${uid})`;
  const what = path === dataDir ? `The data folder ${dataDir}` : `${path} in the data folder`;
  throw new StartError(
    `${what} belongs to ${who}, who could read what you keep there and change how Spoor runs. ` +
      'Choose a folder of your own with --data-dir DIR, a new one within it maybe; ' +
      `or, if you trust what is in it, make it yours: sudo chown -R ${own} ${JSON.stringify(dataDir)}`,
  );
}

function holdsLittleElse(dataDir: string, names: readonly string[]): boolean {
  const foreign = names.filter((name) => !OURS.test(name) && name !== SYSTEMS);
  if (foreign.length > MAX_FOREIGN_FILES) return false;
  return foreign.every((name) => !lstatSync(join(dataDir, name), { throwIfNoEntry: false })?.isDirectory());
}

/** Folders that many programs or users share, whatever is in them just now. */
function isForEverybody(dataDir: string): boolean {
  const home = homedir();
  return dataDir === '/' || home === dataDir || home.startsWith(`${dataDir}/`) || EVERYBODYS.includes(dataDir);
}

const EVERYBODYS: readonly string[] = [
  tmpdir(),
  '/tmp',
  '/var/tmp',
  '/private/tmp',
  '/private/var/tmp',
  '/dev/shm',
  '/run',
];

function warningFor(dataDir: string, mode: number): string {
  const octal = mode.toString(8).padStart(3, '0');
  if ((lstatSync(dataDir).mode & OTHERS) !== 0) {
    return `The data folder ${dataDir} stays open to other users of this computer (mode ${octal}): its file system keeps no modes. Use another folder with --data-dir DIR unless you are alone here.`;
  }
  const could = (mode & OTHERS_WRITE) === 0 ? 'looked into' : 'changed';
  return (
    `The data folder ${dataDir} could be ${could} by other users of this computer (mode ${octal}), and is yours alone from now on. ` +
    'If somebody may have read the file token in it, delete it for a new one.'
  );
}

function closeToOthers(path: string, { mode }: Stats): void {
  try {
    chmodSync(path, mode & 0o700);
  } catch (error) {
    // Gone meanwhile; or a file system that keeps no modes, which is warned of.
    if (!['ENOENT', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP'].includes(codeOf(error))) throw error;
  }
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
