/**
 * The data folder is its owner's alone. What other users left in it is refused, and what they could read is closed to them: from the
 * top down, so that they cannot exchange what is looked at next, and never through a symbolic link. The administrator (root) can read and
 * change everything anyway: what is root's, as a mounted file of settings or the folder of a volume, is used where we can use it. Windows
 * has no modes: there a folder of the user's profile is the user's by inheritance, and nothing is done.
 */
import { chmodSync, closeSync, constants, lstatSync, openSync, readdirSync, rmSync, type Stats } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { StartError } from './start-error';

const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;
const ROOT = 0;
/** What Spoor and the team server keep at the top of a data folder. */
const OURS =
  /^(?:db|window|sample|token|open-spoor|spoor-background|spoor-run|settings\.json|prices\.json|endpoint-keys\.json|instance\.sock|\.write-test)(?:[.-].*)?$/;
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
  checkUse(dataDir, folder, dataDir);
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
    if (!isRoots(folder)) closeToOthers(dataDir, folder);
  }
  const open: string[] = [];
  for (const name of names) {
    if (name !== SYSTEMS && (isDedicated || OURS.test(name))) close(join(dataDir, name), dataDir, open);
  }
  const warnings = [wasOpen ? warningFor(dataDir, folder) : null, warningOf(open, dataDir)];
  return warnings.filter((warning) => warning !== null).join(' ') || null;
}

/** Closes a folder and what is in it, such as a copy that brought its modes along. @throws StartError */
export function closeTree(folder: string): void {
  if (process.geteuid !== undefined) close(folder, folder, []);
}

/**
 * Database files are many, and none is waited for: nothing else runs in this thread yet.
 * @param open gets what is root's and stays open
 */
function close(path: string, dataDir: string, open: string[]): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  // Where Spoor runs already, files come and go.
  if (!stats) return;
  checkUse(path, stats, dataDir);
  if (stats.isSymbolicLink()) return;
  if ((stats.mode & OTHERS) !== 0) {
    if (isRoots(stats)) open.push(path);
    else closeToOthers(path, stats);
  }
  if (stats.isDirectory()) for (const name of namesIn(path)) close(join(path, name), dataDir, open);
}

/** @throws StartError where it is another user's, or root's and of no use to us */
function checkUse(path: string, stats: Stats, dataDir: string): void {
  const own = process.geteuid?.();
  if (stats.uid === own || own === ROOT) return;
  if (isRoots(stats) && canUse(path, stats, dataDir)) return;
  const what = path === dataDir ? `The data folder ${dataDir}` : `${path} in the data folder`;
  const whose = isRoots(stats)
    ? 'belongs to the administrator (root), and you may not use it'
    : `belongs to another user (number ${stats.uid}), who could read what you keep there and change how Spoor runs`;
  throw new StartError(
    `${what} ${whose}. Choose a folder of your own with --data-dir DIR, a new one within it maybe; ` +
      `or, if you trust what is in it, make it yours: ${chown(dataDir)}`,
  );
}

/** For a user who is not root. */
function isRoots({ uid }: Stats): boolean {
  return uid === ROOT && process.geteuid?.() !== ROOT;
}

/** Tried, because modes do not tell: there are access lists, and file systems that can only be read. */
function canUse(path: string, stats: Stats, dataDir: string): boolean {
  try {
    if (stats.isDirectory()) {
      readdirSync(path);
      const probe = join(path, `.write-test-${process.pid}`);
      closeSync(openSync(probe, 'wx', 0o600));
      rmSync(probe, { force: true });
    } else if (stats.isFile()) {
      // Settings may be mounted to be read alone; what lies deeper, as the database, is written.
      const isMounted = dirname(path) === dataDir;
      closeSync(openSync(path, (isMounted ? constants.O_RDONLY : constants.O_RDWR) | constants.O_NOFOLLOW));
    }
    return true;
  } catch (error) {
    // Gone meanwhile.
    return codeOf(error) === 'ENOENT';
  }
}

function chown(dataDir: string): string {
  return `sudo chown -R ${process.geteuid?.()} ${JSON.stringify(dataDir)}`;
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

/** Null: nothing of root's stays open. */
function warningOf(open: readonly string[], dataDir: string): string | null {
  const [first] = open;
  if (first === undefined) return null;
  const what = open.length === 1 ? first : `${first} and ${open.length - 1} more in it`;
  return (
    `In the data folder ${dataDir}, ${what} belong${open.length === 1 ? 's' : ''} to the administrator (root), so that Spoor cannot close what others may read of it. ` +
    `Unless that is meant, make it yours: ${chown(dataDir)}`
  );
}

function warningFor(dataDir: string, folder: Stats): string {
  const mode = folder.mode & 0o777;
  const octal = mode.toString(8).padStart(3, '0');
  if (isRoots(folder)) {
    return (
      `The data folder ${dataDir} stays open to other users of this computer (mode ${octal}): it belongs to the administrator (root). ` +
      `Unless you are alone here, use another folder with --data-dir DIR, or make it yours: ${chown(dataDir)}`
    );
  }
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
    // Gone meanwhile; or a file system that keeps no modes, which is warned of, or one to be read alone.
    if (!['ENOENT', 'EPERM', 'EROFS', 'ENOTSUP', 'EOPNOTSUPP'].includes(codeOf(error))) throw error;
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
