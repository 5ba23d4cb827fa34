/** Where the parts of the built app lie, relative to the built main scripts in out/main. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface BuiltPaths {
  readonly workersDir: string;
  readonly rendererDir: string;
  readonly openApiFile: string;
  readonly preload: string;
  /** Of our own package.json; an Electron without a packaged app would report its own. */
  readonly version: string;
  /** Null where the build made none; the first start then takes the seconds of initdb. */
  readonly templateDir: string | null;
}

/** @param mainDir `__dirname` of a built main script */
export function builtPaths(mainDir: string): BuiltPaths {
  const out = join(mainDir, '..');
  // PostgreSQL's files lie beside the archive that an installed Spoor is.
  const templateDir = join(out.replace(/\.asar(?=[\\/])/, '.asar.unpacked'), 'database-template');
  const manifest = JSON.parse(readFileSync(join(out, '..', 'package.json'), 'utf8')) as { version: string };
  return {
    version: manifest.version,
    workersDir: mainDir,
    rendererDir: join(out, 'renderer'),
    openApiFile: join(out, 'openapi.json'),
    preload: join(out, 'preload', 'index.js'),
    templateDir: existsSync(join(templateDir, 'PG_VERSION')) ? templateDir : null,
  };
}
