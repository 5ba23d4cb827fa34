/** The built renderer over HTTP. The files are listed once at start, so no request can name anything else. */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import type { Context } from 'hono';
import { parseAccept } from 'hono/utils/accept';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

/** The build writes these beside each file that they make smaller; the smallest first. */
const SUFFIXES = { br: '.br', gzip: '.gz' } as const;
type Encoding = keyof typeof SUFFIXES;
const ENCODINGS: readonly Encoding[] = ['br', 'gzip'];

export interface StaticFile {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** How `body` is compressed, as `content-encoding` names it. */
  readonly encoding: Encoding | null;
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

  /** @param acceptEncoding the header of a request; without it the file comes as it is */
  async get(path: string, acceptEncoding = ''): Promise<StaticFile | null> {
    const file = this.paths.get(path);
    if (!file) return null;
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    const accepted = acceptedEncodings(acceptEncoding);
    const encoding = ENCODINGS.find((one) => accepted.has(one) && this.paths.has(path + SUFFIXES[one])) ?? null;
    const body = await readFile(encoding ? file + SUFFIXES[encoding] : file);
    return { body: new Uint8Array(body), type, encoding, immutable: path.startsWith('/assets/') };
  }
}

/** The file that a request asks for, compressed as the client takes it; null where there is none of that name. */
export async function requestedFile(
  files: StaticFiles,
  { req }: Context,
): Promise<{ readonly file: StaticFile; readonly headers: Record<string, string> } | null> {
  const file = await files.get(req.path, req.header('accept-encoding'));
  if (!file) return null;
  const headers = {
    'content-type': file.type,
    'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
    ...(file.encoding && { 'content-encoding': file.encoding }),
  };
  return { file, headers };
}

function acceptedEncodings(header: string): ReadonlySet<string> {
  return new Set(parseAccept(header).flatMap(({ type, q }) => (q > 0 ? [type.toLowerCase()] : [])));
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
