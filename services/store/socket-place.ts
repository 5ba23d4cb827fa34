/**
 * A folder under a name so short that a socket in it can be named: the path of a socket may have 103 bytes on macOS and 107 on Linux,
 * whatever the file system allows. The socket is in the folder itself all the same, and so is found by every name of the folder.
 */
import { mkdtemp, open, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Ours get at most 32 bytes after the folder. */
const MAX_FOLDER_BYTES = 64;

export interface ShortFolder {
  readonly path: string;
  close(): Promise<void>;
}

export async function shortFolder(folder: string): Promise<ShortFolder> {
  if (process.platform === 'win32' || Buffer.byteLength(folder) <= MAX_FOLDER_BYTES)
    return { path: folder, close: async () => {} };
  if (process.platform === 'linux') {
    const handle = await open(folder, 'r');
    const close = (): Promise<void> => handle.close();
    return { path: `/proc/self/fd/${handle.fd}`, close };
  }
  const parent = await mkdtemp(join(tmpdir(), 'spoor-'));
  const path = join(parent, 'd');
  await symlink(folder, path);
  return { path, close: () => rm(parent, { recursive: true, force: true }) };
}
