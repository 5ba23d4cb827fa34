/**
 * Opens a page in the user's browser. The token is not in the address that the browser is started with, which every user of the
 * computer can read in the list of processes: it is in a page for the user alone, which leads on to it.
 */
import { execFile, spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { inheritedUmask } from '../../services/store/private-folder';

const PAGE = 'open-spoor.html';
/** A browser that is started for it may take long. */
const KEEP_PAGE_MS = 60_000;
const SETTINGS_TIMEOUT_MS = 2_000;

const OTHERWISE = 'open the link that is printed';

/** @param secretUrl with the token @param dataDir where only the user can read */
export async function openSignedIn(secretUrl: string, dataDir: string): Promise<void> {
  const file = join((await folderOfSnap()) ?? dataDir, PAGE);
  try {
    await writePage(file, secretUrl);
  } catch (error) {
    process.stderr.write(`spoor: no browser is opened: ${(error as Error).message}; ${OTHERWISE}\n`);
    return;
  }
  setTimeout(() => void rm(file, { force: true }), KEEP_PAGE_MS).unref();
  process.on('exit', () => rmSync(file, { force: true }));
  openBrowser(pathToFileURL(file).href, OTHERWISE);
}

async function writePage(file: string, secretUrl: string): Promise<void> {
  const fresh = `${file}.${process.pid}`;
  await rm(fresh, { force: true });
  await writeFile(fresh, leadingTo(secretUrl), { mode: 0o600, flag: 'wx' });
  await rename(fresh, file);
}

/** @param url without a secret @param otherwise what to do where there is no browser */
export function openBrowser(url: string, otherwise = `go to ${url}`): void {
  const umask = inheritedUmask();
  const child =
    process.platform === 'win32'
      ? spawn('cmd', ['/c', 'start', '', url], { detached: true, stdio: 'ignore' })
      : // A browser may outlive us, and what it saves is not ours to close to others.
        spawn('/bin/sh', ['-c', 'umask "$0"; exec "$@"', (umask ?? 0o022).toString(8), opener(), url], {
          detached: true,
          stdio: 'ignore',
        });
  let hasFailed = false;
  const fail = (): void => {
    if (!hasFailed) process.stderr.write(`spoor: no browser could be opened; ${otherwise}\n`);
    hasFailed = true;
  };
  child.on('error', fail);
  child.on('exit', (code) => {
    if (code !== 0) fail();
  });
  child.unref();
}

function opener(): string {
  return process.platform === 'darwin' ? 'open' : 'xdg-open';
}

/** A browser that is a snap reads no hidden folder of the user's, such as ours, but it has one of its own there. Null: it is none. */
async function folderOfSnap(): Promise<string | null> {
  if (process.platform !== 'linux') return null;
  const { stdout } = await promisify(execFile)('xdg-settings', ['get', 'default-web-browser'], {
    timeout: SETTINGS_TIMEOUT_MS,
  }).catch(() => ({ stdout: '' }));
  const snap = /^([a-z0-9-]+)_[\w.-]+\.desktop$/.exec(stdout.trim())?.[1];
  const folder = snap === undefined ? null : join(homedir(), 'snap', snap, 'common');
  return folder !== null && existsSync(folder) ? folder : null;
}

function leadingTo(url: string): string {
  const address = url.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');
  return `<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${address}">
<title>Spoor</title>
<a href="${address}">Open Spoor</a>
`;
}
