/** Installs a client's packages into a cache of its own, outside of the repository. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CLIENTS_FOLDER, type Client } from './client';

const CACHE = process.env.SPOOR_CLIENTS_CACHE ?? join(homedir(), '.cache', 'spoor-clients');
const INSTALL_TIMEOUT_MS = 600_000;
/** What every program that sends through OpenTelemetry's own SDK needs. */
const WITH_PYTHON = ['opentelemetry-sdk', 'opentelemetry-exporter-otlp-proto-http'];

export interface Installed {
  readonly command: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly version: string;
}

/** Why a client cannot be tried here: nothing that Spoor could change. */
export class NotHere extends Error {}

/** @param update installs again what is newest */
export function install(client: Client, update: boolean): Installed {
  const folder = join(CACHE, client.name);
  mkdirSync(folder, { recursive: true });
  const mark = join(folder, 'installed.json');
  const wanted = JSON.stringify(client.packages);
  const isThere = !update && existsSync(mark) && readFileSync(mark, 'utf8') === wanted;
  const installed = { python, node, go }[client.language](client, folder, isThere);
  writeFileSync(mark, wanted);
  return installed;
}

function python(client: Client, folder: string, isThere: boolean): Installed {
  const venv = join(folder, 'venv');
  const binary = join(venv, 'bin', 'python');
  if (!isThere) {
    run(['python3', '-m', 'venv', '--clear', '--without-pip', venv], folder);
    run([...installer(), '--python', binary, '--upgrade', ...WITH_PYTHON, ...client.packages], folder);
  }
  const [first = ''] = client.packages;
  const name = plainName(first);
  const version = run([binary, '-c', `import importlib.metadata as m; print(m.version('${name}'))`], folder).trim();
  return {
    command: [binary, join(client.folder, 'client.py')],
    folder,
    environment: { PYTHONPATH: join(CLIENTS_FOLDER, 'python'), PYTHONDONTWRITEBYTECODE: '1' },
    version: `${name} ${version}`,
  };
}

/** One installer for all, which keeps what it downloaded. */
function installer(): string[] {
  const folder = join(CACHE, 'installer');
  const binary = join(folder, 'bin', 'uv');
  if (!existsSync(binary)) {
    run(['python3', '-m', 'venv', folder], CACHE);
    run([join(folder, 'bin', 'pip'), 'install', '--quiet', 'uv'], CACHE);
  }
  return [binary, 'pip', 'install', '--quiet'];
}

function plainName(requirement: string): string {
  return requirement.replace(/[[<>=~!].*$/, '');
}

function node(client: Client, folder: string, isThere: boolean): Installed {
  if (!isThere) {
    writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
    run(['npm', 'install', '--no-audit', '--no-fund', '--silent', ...client.packages], folder);
  }
  // Packages are found above the program, which finds what all share beside its own folder, as in the repository.
  const [program, shared] = [join(folder, 'program'), join(folder, 'node')];
  for (const one of [program, shared]) mkdirSync(one, { recursive: true });
  copyFileSync(join(client.folder, 'client.mjs'), join(program, 'client.mjs'));
  copyFileSync(join(CLIENTS_FOLDER, 'node', 'telemetry.mjs'), join(shared, 'telemetry.mjs'));
  const name = (client.packages[0] ?? '').replace(/(?<=.)@.*$/, '');
  const said: unknown = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'));
  const version = typeof said === 'object' && said !== null && 'version' in said ? String(said.version) : '';
  return {
    command: [process.execPath, join(folder, 'program', 'client.mjs')],
    folder,
    environment: {},
    version: `${name} ${version}`,
  };
}

function go(client: Client, folder: string, isThere: boolean): Installed {
  copyFileSync(join(client.folder, 'client.go'), join(folder, 'client.go'));
  if (!isThere) {
    if (!existsSync(join(folder, 'go.mod'))) run(['go', 'mod', 'init', 'client'], folder);
    run(['go', 'get', ...client.packages], folder);
  }
  run(['go', 'build', '-o', 'client', 'client.go'], folder);
  const [first = ''] = client.packages;
  const version = run(['go', 'list', '-m', '-f', '{{.Version}}', first.replace(/@.*$/, '')], folder).trim();
  return { command: [join(folder, 'client')], folder, environment: {}, version: `${first} ${version}` };
}

function run([file, ...args]: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(file as string, args, {
    cwd,
    encoding: 'utf8',
    timeout: INSTALL_TIMEOUT_MS,
  });
  if (error && 'code' in error && error.code === 'ENOENT') throw new NotHere(`there is no ${file} on this machine`);
  if (status !== 0)
    throw new NotHere(`${file} ${args[0]}: ${(stderr || error?.message || '').trim().split('\n').at(-1)}`);
  return stdout;
}
