/** PGlite within the archive of an installed desktop, whose files it cannot open by itself. */
import { readFile } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { PGliteOptions } from '@electric-sql/pglite';

type PGliteFiles = Pick<PGliteOptions, 'fsBundle' | 'pgliteWasmModule' | 'initdbWasmModule'>;

/** What PGlite would read from beside its own code; nothing where that is no archive. */
export async function archivedPGlite(): Promise<PGliteFiles> {
  const folder = dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite'));
  if (!/\.asar[\\/]/.test(folder)) return {};
  // Electron's archives are known to this call in every thread, and to `node:fs/promises` in the main one alone.
  const read = promisify(readFile);
  const [data, database, initdb] = await Promise.all(
    ['pglite.data', 'pglite.wasm', 'initdb.wasm'].map((name) => read(join(folder, name))),
  );
  if (!data || !database || !initdb) throw new Error(`PGlite is not whole in ${folder}.`);
  return {
    fsBundle: new Blob([new Uint8Array(data)]),
    pgliteWasmModule: new WebAssembly.Module(new Uint8Array(database)),
    initdbWasmModule: new WebAssembly.Module(new Uint8Array(initdb)),
  };
}
