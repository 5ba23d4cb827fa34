/**
 * Builds the app into out/: main, workers, preload and renderer with electron-vite, the document of the HTTP API, and the database template.
 * `--if-stale` builds only what is older than its sources.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDatabaseTemplate } from './database-template.mjs';
import { root } from './root.mjs';

const SOURCES = [
  'core',
  'services',
  'workers',
  'electron',
  'renderer',
  'server',
  'resources',
  'electron.vite.config.ts',
  'trace-file.vite.config.mts',
  'package-lock.json',
  'scripts/build.mjs',
  'scripts/openapi.mjs',
];
const STAMP = join(root, 'out', '.built');

function newest(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function isFresh() {
  if (!existsSync(STAMP)) return false;
  const builtAt = statSync(STAMP).mtimeMs;
  return SOURCES.every((source) => !existsSync(join(root, source)) || newest(join(root, source)) <= builtAt);
}

function run(command) {
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' });
  if (status === 0) return;
  process.stderr.write(stdout + stderr);
  throw new Error('the build failed');
}

export async function build({ ifStale = false } = {}) {
  if (!(ifStale && isFresh())) {
    const cli = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
    const startedAt = new Date();
    run([cli, 'build', '--logLevel', 'warn']);
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    run([vite, 'build', '--config', join(root, 'trace-file.vite.config.mts')]);
    run([join(root, 'scripts', 'openapi.mjs')]);
    writeFileSync(STAMP, `${startedAt.toISOString()}\n`);
  }
  await makeDatabaseTemplate();
}

if (process.argv[1] === import.meta.filename || process.argv[1]?.endsWith('build.mjs')) {
  // The engines field says it too, but only as a warning.
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    process.stderr.write(`Spoor needs Node 20.19 or newer; this is ${process.versions.node}.\n`);
    process.exit(1);
  }
  await build({ ifStale: process.argv.includes('--if-stale') });
}
