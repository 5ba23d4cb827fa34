/**
 * A copy of a database before its tables change, beside it: what to go back to when a new version of Spoor is not what was hoped
 * for. There is one at most. It goes with the first start a day later that opens the database, or when the next is made: not before
 * the update that it was made for is done, as what an update that fails leaves may be worse than the copy.
 */
import { constants } from 'node:fs';
import { copyFile, cp, readdir, rename, rm, stat, statfs, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatBytes } from '../../core/model/format';
import { syncTree } from './sync-tree';

const SUFFIX = '.before-update';
/** Beside a copy whose update is not done. */
const UNDER_WAY = `${SUFFIX}.under-way`;
const KEPT_MS = 24 * 3_600_000;
/** What stays free for the migration itself, beside a copy. */
const SPARE_BYTES = 256 * 1024 * 1024;

export function copyPathOf(directory: string): string {
  return directory + SUFFIX;
}

/** @param directory of a database that nobody has open @returns null; or why there is no copy */
export async function copyBefore(directory: string): Promise<string | null> {
  if (await isKept(directory)) return null;
  const partial = `${directory}${SUFFIX}.partial`;
  await rm(partial, { recursive: true, force: true });
  const [bytes, { bavail, bsize }] = [await bytesIn(directory), await statfs(directory)];
  const free = bavail * bsize;
  if (free < bytes + SPARE_BYTES && !(await sharesBlocks(directory))) {
    return `there is no copy of the database from before this update: it would take ${formatBytes(bytes)}, and ${formatBytes(free)} are free`;
  }
  // Where the file system can, a copy shares its blocks with the original until one of them changes.
  await cp(directory, partial, { recursive: true, mode: constants.COPYFILE_FICLONE });
  await syncTree(partial);
  await rm(copyPathOf(directory), { recursive: true, force: true });
  // Only now: beside the copy of an earlier update it would keep that one for this.
  await writeFile(directory + UNDER_WAY, '', { flush: true });
  await rename(partial, copyPathOf(directory));
  return null;
}

/** After a start that opened the database and found its tables as they should be, or brought them there. */
export async function updateDone(directory: string): Promise<void> {
  const path = copyPathOf(directory);
  const made = await stat(path).catch(() => null);
  if (made && (await isKept(directory))) {
    // The day begins when the update is done, which may be long after the first try.
    const now = new Date();
    await utimes(path, now, now);
    await rm(directory + UNDER_WAY, { force: true });
    return;
  }
  await rm(directory + UNDER_WAY, { force: true });
  if (made && Date.now() - made.mtimeMs > KEPT_MS) await rm(path, { recursive: true, force: true });
}

async function isKept(directory: string): Promise<boolean> {
  const found = await Promise.all(
    [copyPathOf(directory), directory + UNDER_WAY].map((path) => stat(path).catch(() => null)),
  );
  return found.every((one) => one !== null);
}

async function sharesBlocks(directory: string): Promise<boolean> {
  const probe = `${directory}${SUFFIX}.probe`;
  try {
    await copyFile(join(directory, 'PG_VERSION'), probe, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    return false;
  } finally {
    await rm(probe, { force: true });
  }
}

async function bytesIn(directory: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath ?? entry.path, entry.name))).size;
  }
  return bytes;
}
