/** What can be known without a Spoor that runs: Node, the data folder, the disk, the clock, who holds the ports. */
import { constants } from 'node:fs';
import { access, lstat, readdir, realpath, stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import type { ListenAddress } from '../../../core/api/workers';
import { listen, PortTakenError } from '../../../services/net/listen';
import { broken, type Finding, fine, warning } from './finding';

const MIN_NODE = [20, 19] as const;
const OTHERS = 0o077;
const GIB = 1024 ** 3;
const LITTLE_ROOM = 2 * GIB;
/** A minute of tolerance for a build on a machine whose clock is a little ahead. */
const CLOCK_SLACK_MS = 60_000;

export function nodeFindings(version: string): Finding[] {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isOld = major < MIN_NODE[0] || (major === MIN_NODE[0] && minor < MIN_NODE[1]);
  const said = `Spoor ${version} on Node ${process.versions.node}, ${process.platform} ${process.arch}`;
  if (isOld)
    return [broken('version', `${said}: it needs Node ${MIN_NODE.join('.')} or newer.`, 'Install a newer Node')];
  return [fine('version', `${said}.`)];
}

/** @param builtFile a file that the build has written */
export async function clockFindings(builtFile: string): Promise<Finding[]> {
  const built = await stat(builtFile).catch(() => null);
  const now = new Date();
  if (built && built.mtimeMs > now.getTime() + CLOCK_SLACK_MS) {
    const message = `The clock says ${now.toISOString()}, which is before this Spoor was built.`;
    return [broken('clock', message, 'Set the clock of the system: times of spans and what is pruned depend on it')];
  }
  return [fine('clock', `The clock says ${now.toISOString()}.`)];
}

export async function folderFindings(dataDir: string): Promise<Finding[]> {
  const real = await realpath(dataDir).catch(() => null);
  if (real === null) {
    const parent = await nearestFolder(dataDir);
    const canMake = await canWrite(parent);
    if (canMake) return [fine('folder', `${dataDir} is not there yet: the first start makes it.`)];
    return [
      broken(
        'folder',
        `${dataDir} is not there, and cannot be made in ${parent}.`,
        'Choose another with --data-dir DIR',
      ),
    ];
  }
  const folder = await lstat(real);
  if (!folder.isDirectory()) return [broken('folder', `${dataDir} is a file.`, 'Choose a folder with --data-dir DIR')];
  if (!(await canWrite(real))) {
    const mend = `Give it to yourself (chown -R "$USER" '${real}'), or choose another with --data-dir DIR`;
    return [broken('folder', `You may not write to ${dataDir}.`, mend)];
  }
  const findings: Finding[] = [];
  if (process.geteuid !== undefined && (folder.mode & OTHERS) !== 0) {
    findings.push(
      warning(
        'folder',
        `Other users of this computer can open ${dataDir}.`,
        `chmod 700 '${real}'; the next start does it, too`,
      ),
    );
  } else findings.push(fine('folder', `${dataDir} is there, and yours to write to.`));
  return [...findings, ...(await roomFindings(real))];
}

async function roomFindings(folder: string): Promise<Finding[]> {
  const disk = await statfs(folder).catch(() => null);
  const size = await sizeOf(join(folder, 'db'));
  const holds = size === 0 ? 'There is no database yet' : `The database takes ${gib(size)}`;
  if (disk === null) return [fine('disk', `${holds}.`)];
  const free = disk.bavail * disk.bsize;
  if (free < LITTLE_ROOM) {
    const mend = 'Make room on the disk, or keep less (Settings, Retention)';
    return [warning('disk', `${holds}; the disk has ${gib(free)} left.`, mend)];
  }
  return [fine('disk', `${holds}; the disk has ${gib(free)} left.`)];
}

/** Of ports that no Spoor of ours has: who is in the way. */
export async function portFindings(
  addresses: readonly (readonly [string, ListenAddress, string])[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [what, address, option] of addresses) {
    // Any free one.
    if (address.port !== 0) findings.push(await portFinding(what, address, option));
  }
  return findings;
}

/** By listening there: whose process holds a port may not be told, as where it is another user's. */
async function portFinding(what: string, address: ListenAddress, option: string): Promise<Finding> {
  const name = `Port ${address.port} (${what})`;
  const other = `tart Spoor with ${option} 127.0.0.1:0, which picks a free port`;
  const probe = createServer();
  try {
    await listen(probe, address);
    return fine('ports', `${name} is free.`);
  } catch (error) {
    if (!(error instanceof PortTakenError))
      return warning('ports', `${name} cannot be used: ${(error as Error).message}.`, `S${other}`);
    return warning('ports', `${name} is taken by ${error.holder ?? 'another process'}.`, `Stop it, or s${other}`);
  } finally {
    probe.close();
  }
}

async function nearestFolder(path: string): Promise<string> {
  const parent = dirname(path);
  const there = await stat(parent).catch(() => null);
  return there || parent === path ? parent : nearestFolder(parent);
}

async function canWrite(path: string): Promise<boolean> {
  return access(path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await sizeOf(path);
    // Files come and go while the database runs.
    else if (entry.isFile()) bytes += (await stat(path).catch(() => null))?.size ?? 0;
  }
  return bytes;
}

function gib(bytes: number): string {
  return bytes < GIB ? `${Math.round(bytes / 1024 ** 2)} MiB` : `${(bytes / GIB).toFixed(1)} GiB`;
}
