/** The built renderer over HTTP. The files are listed once at start, so no request can name anything else. */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

export interface StaticFile {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** Names with a content hash never change. */
  readonly immutable: boolean;
}

export class StaticFiles {
  private constructor(private readonly paths: ReadonlyMap<string, string>) {}

  static async below(directory: string): Promise<StaticFiles> {
    const paths = new Map<string, string>();
    for (const file of await filesBelow(directory))
      paths.set(`/${relative(directory, file).split(sep).join('/')}`, file);
    const index = paths.get('/index.html');
    if (index) paths.set('/', index);
    return new StaticFiles(paths);
  }

  async get(path: string): Promise<StaticFile | null> {
    const file = this.paths.get(path);
    if (!file) return null;
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    return { body: new Uint8Array(await readFile(file)), type, immutable: path.startsWith('/assets/') };
  }
}

/** By hand: `readdir` cannot recurse in the Node of the oldest Electron we run on. */
async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const nested = await Promise.all(
    entries.map((entry) => {
      const path = join(directory, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    }),
  );
  return nested.flat();
}
