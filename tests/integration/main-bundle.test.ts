/** The main bundle is CommonJS and leaves its dependencies in node_modules: the oldest Electron we run on requires no ES module. */
import { readdir, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const out = join(import.meta.dirname, '..', '..', 'out', 'main');
const modules = join(out, '..', '..', 'node_modules');

interface Manifest {
  readonly name?: string;
  readonly type?: string;
}

/** The format of the file that `require` finds, by its name or by the nearest package.json. */
async function isEsModule(file: string): Promise<boolean> {
  if (/\.[mc]js$/.test(file)) return file.endsWith('.mjs');
  if (file.endsWith('.json') || file.endsWith('.node')) return false;
  for (let folder = dirname(file); folder.startsWith(modules); folder = dirname(folder)) {
    const manifest = await readFile(join(folder, 'package.json'), 'utf8').catch(() => null);
    if (manifest !== null) return (JSON.parse(manifest) as Manifest).type === 'module';
  }
  return false;
}

it('requires nothing that is an ES module', async () => {
  // The team server runs on a Node that can.
  const files = (await readdir(out)).filter((file) => file === 'index.js' || /^[a-z]+\.worker\.js$/.test(file));
  expect(files.length).toBe(6);
  const required = new Set<string>();
  for (const file of files) {
    const code = await readFile(join(out, file), 'utf8');
    for (const [, name = ''] of code.matchAll(/\brequire\(["']([^"']+)["']\)/g)) {
      if (!name.startsWith('.')) required.add(name);
      else if (!files.includes(join(dirname(file), name))) files.push(join(dirname(file), name));
    }
  }
  const dependencies = [...required].filter((name) => !isBuiltin(name) && name !== 'electron');
  expect(dependencies).toContain('@electric-sql/pglite');
  const esModules: string[] = [];
  for (const name of dependencies) if (await isEsModule(require.resolve(name, { paths: [out] }))) esModules.push(name);
  expect(esModules).toEqual([]);
});
