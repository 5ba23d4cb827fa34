import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Brings a folder to the disk with all that is in it. Files may vanish meanwhile: PostgreSQL is at work in them, and syncs what it makes. */
export async function syncTree(directory: string): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true });
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) await syncFile(path);
  }
  await syncFolder(directory);
}

/** Brings to the disk which files a folder has, under which names. */
export async function syncFolder(directory: string): Promise<void> {
  if (process.platform !== 'win32') await syncFile(directory);
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!file) return;
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
