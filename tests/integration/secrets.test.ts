/** No secret that Spoor was given in a better way stands in the list of processes. */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fakeBrowser } from '../fixtures/fake-browser';
import { type RunningSpoor, runSpoor, startSpoor, temporaryFolder } from '../fixtures/spoor';

const TOKEN = 'a-token-that-nobody-else-may-see';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let tokenFile: string;
let dataDir: string;
const running: RunningSpoor[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
  dataDir = join(folder.path, 'data');
  tokenFile = join(folder.path, 'token-file');
  await writeFile(tokenFile, `${TOKEN}\n`, { mode: 0o600 });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((spoor) => spoor.stop('SIGKILL')));
  await folder.remove();
});

async function start(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<RunningSpoor> {
  const spoor = await startSpoor(dataDir, args, environment);
  running.push(spoor);
  return spoor;
}

/** What every user of a Linux machine can read of the processes of all others. */
async function commandLines(): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  return lines.map((line) => line.replaceAll('\0', ' '));
}

it('takes the token from a file, by flag or variable', async () => {
  const byFlag = await start(['--token-file', tokenFile]);
  expect(byFlag.ready.token).toBe(TOKEN);
  expect((await byFlag.get('/v1/status')).status).toBe(200);
  const query = await runSpoor(['query', '{}', '--data-dir', dataDir, '--token-file', tokenFile]);
  expect(query).toMatchObject({ code: 0, stderr: '' });
  await byFlag.stop();
  const byVariable = await start([], { SPOOR_TOKEN_FILE: tokenFile });
  expect(byVariable.ready.token).toBe(TOKEN);
  expect(byVariable.errors()).not.toContain('processes');
});

it('still takes it from the command line, and says who can read it there', async () => {
  const spoor = await start(['--token', TOKEN]);
  expect(spoor.ready.token).toBe(TOKEN);
  await expect
    .poll(() => spoor.errors())
    .toMatch(/"level":"warn".*--token shows a secret to every user.*--token-file FILE/);
  expect(spoor.errors()).not.toContain(TOKEN);
});

it.each([
  ['no such file', [], /cannot be read: ENOENT/],
  ['a token of two lines', ['line one', 'line two'], /must hold the secret in one line/],
  ['an empty file', [''], /must hold the secret in one line/],
])('says what is wrong with %s', async (_, lines, message) => {
  const file = join(folder.path, 'wrong');
  if (lines.length > 0) await writeFile(file, lines.join('\n'));
  const { code, stderr } = await runSpoor(['serve', '--data-dir', dataDir, '--token-file', file]);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});

it.runIf(process.platform === 'linux')('opens the browser without the token in its arguments', async () => {
  const browser = await fakeBrowser(folder.path);
  const spoor = await start(['--open', '--token-file', tokenFile], browser.environment);
  try {
    const { address, umask } = await browser.opened();
    const lines = await commandLines();
    expect(lines.some((line) => line.includes(address))).toBe(true);
    expect(lines.filter((line) => line.includes(TOKEN))).toEqual([]);
    expect(umask).toBe(process.umask());
    const page = fileURLToPath(address);
    expect((await stat(page)).mode & 0o777).toBe(0o600);
    expect(await readFile(page, 'utf8')).toContain(`url=${spoor.ready.ui}/#token=${TOKEN}"`);
    await spoor.stop();
    // It is of no use any more.
    await expect(stat(page)).rejects.toThrow('ENOENT');
  } finally {
    await browser.quit();
  }
});

it.runIf(process.platform === 'linux')('opens a browser that is a snap with a page that it can read', async () => {
  const common = join(folder.path, 'snap', 'firefox', 'common');
  await mkdir(common, { recursive: true });
  const browser = await fakeBrowser(folder.path);
  const settings = join(folder.path, 'programs', 'xdg-settings');
  await writeFile(settings, '#!/bin/sh\necho firefox_firefox.desktop\n', { mode: 0o755 });
  await start(['--open', '--token-file', tokenFile], { ...browser.environment, HOME: folder.path });
  try {
    const { address } = await browser.opened();
    const page = fileURLToPath(address);
    expect(page.startsWith(`${common}/`)).toBe(true);
    expect((await stat(page)).mode & 0o777).toBe(0o600);
  } finally {
    await browser.quit();
  }
});
