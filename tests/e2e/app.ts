/** Opens Spoor in the shell under test: the headless command with a real browser, or a real Electron with its window. */
import {
  _electron,
  type Browser,
  test as base,
  chromium,
  type ElectronApplication,
  expect,
  type Locator,
  type Page,
} from '@playwright/test';
import { type SampleSpan, traceRequest } from '../../core/samples/otlp-builder';
import { prepareFolder } from '../fixtures/prepared-folder';
import { SHORT_LIVED } from '../fixtures/short-lived';
import { FREE_PORTS, startSpoor, temporaryFolder } from '../fixtures/spoor';

export interface App {
  readonly page: Page;
  readonly ui: string;
  readonly token: string;
  readonly otlpHttp: string;
  readonly dataDir: string;
  /** Exports spans as any program would. */
  send(spans: readonly SampleSpan[]): Promise<void>;
  close(): Promise<void>;
  /** Ends it when nobody opens its folder again: at once, where that leaves nothing behind. */
  discard(): Promise<void>;
  /** Electron only. */
  readonly desktop?: ElectronApplication;
  /** Browser only: ends the server under the page. */
  stopServer?(): Promise<unknown>;
}

export interface OpenOptions {
  readonly dataDir: string;
  readonly args?: readonly string[];
  readonly colorScheme?: 'light' | 'dark';
  /** Of the content of the desktop's window; null leaves it as it opens. */
  readonly size?: Readonly<{ width: number; height: number }> | null;
}

/** What the launcher (scripts/test.mjs) found on this machine. */
export function found<T>(variable: string): T {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set: run these tests with npm test`);
  return JSON.parse(value) as T;
}

/** A busy machine takes its time to open a window. */
const START_TIMEOUT_MS = 120_000;
const SIZE = { width: 1440, height: 900 };

async function openInBrowser(
  browser: Browser,
  { dataDir, args = [], colorScheme = 'light' }: OpenOptions,
): Promise<App> {
  const spoor = await startSpoor(dataDir, args);
  const context = await browser.newContext({
    viewport: SIZE,
    colorScheme,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  await page.goto(`${spoor.ready.ui}/#token=${spoor.ready.token}`);
  return {
    page,
    ...spoor.ready,
    send: sender(spoor.ready.otlpHttp),
    stopServer: () => spoor.stop(),
    async close() {
      await context.close();
      await spoor.stop();
    },
    async discard() {
      await context.close();
      await spoor.stop('SIGKILL');
    },
  };
}

/** How the desktop app is started. */
export function electronCommand(dataDir: string, args: readonly string[]) {
  const electron = found<{ path: string; args: string[]; env: Record<string, string> }>('SPOOR_E2E_ELECTRON');
  const environment = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return {
    executablePath: electron.path,
    args: [`--js-flags=${SHORT_LIVED.join(' ')}`, ...electron.args],
    env: {
      ...environment,
      ...electron.env,
      SPOOR_NO_DIALOGS: '1',
      SPOOR_ARGV: JSON.stringify(['start', '--json', '--data-dir', dataDir, ...args]),
    },
  };
}

export async function openInElectron({
  dataDir,
  args = FREE_PORTS,
  colorScheme = 'light',
  size = SIZE,
}: OpenOptions): Promise<App> {
  const app = await _electron.launch({ ...electronCommand(dataDir, args), colorScheme, timeout: START_TIMEOUT_MS });
  const line = new Promise<string>((resolve) => {
    let text = '';
    app.process().stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const ready = text.split('\n').find((candidate) => candidate.startsWith('{"ready"'));
      if (ready) resolve(ready);
    });
  });
  const page = await app.firstWindow({ timeout: START_TIMEOUT_MS });
  if (size !== null) {
    await app.evaluate(
      ({ BrowserWindow }, wanted) => BrowserWindow.getAllWindows()[0]?.setContentSize(wanted.width, wanted.height),
      size,
    );
  }
  const ready = JSON.parse(await line) as { ui: string; token: string; otlpHttp: string; dataDir: string };
  const close = (): Promise<void> => app.close();
  return { page, ...ready, desktop: app, send: sender(ready.otlpHttp), close, discard: close };
}

function sender(otlpHttp: string): App['send'] {
  return async (spans) => {
    const response = await fetch(`${otlpHttp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(traceRequest(spans)),
    });
    if (!response.ok) throw new Error(`the receiver answered ${response.status}`);
  };
}

/** Types into the search that `/` leads to, once it has the focus: until then the letters are keys of the screen. */
export async function typeSearch(page: Page, text: string): Promise<void> {
  await page.keyboard.press('/');
  await expect(page.locator(':is(input, [contenteditable="true"]):focus')).toHaveCount(1);
  await page.keyboard.type(text);
}

/** Where it is once nothing loads and it stays there: a drag over what still moves, or is soon drawn anew, misses. */
export async function restingBox(target: Locator): Promise<NonNullable<Awaited<ReturnType<Locator['boundingBox']>>>> {
  await expect(target.page().locator('[aria-busy="true"]')).toHaveCount(0);
  let box = await target.boundingBox();
  const rests = async (): Promise<boolean> => {
    const before = box;
    box = await target.boundingBox();
    return box !== null && JSON.stringify(box) === JSON.stringify(before);
  };
  await expect.poll(rests).toBe(true);
  if (!box) throw new Error('it is not to be seen');
  return box;
}

interface Fixtures {
  readonly app: App;
  readonly folder: string;
  /** Whether Spoor starts for the first time; else it has an empty database. */
  readonly isFirstStart: boolean;
  /** Of the command, after the ports that are free. */
  readonly args: readonly string[];
}

/**
 * The details of a test that is about the page alone: what it draws of answers, and what it makes of a pointer and of keys that no
 * shell has a use for. It runs in a browser only. In both shells run one test of each screen, and all that is about what a shell
 * brings: how questions and answers travel, first starts, addresses and the way back, the clipboard, downloads, links that lead out,
 * themes, notifications, graphics, keys that zoom.
 */
export const PAGE = { tag: '@page' } as const;

/** `app`: Spoor without a trace, in the shell of the project. */
export const test = base.extend<Fixtures, { chromiumOfWorker: Browser | null }>({
  isFirstStart: [false, { option: true }],
  args: [[], { option: true }],
  chromiumOfWorker: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's names
    async ({}, use, { project }) => {
      const browser = project.name === 'browser' ? await chromium.launch(found('SPOOR_E2E_BROWSER')) : null;
      await use(browser);
      await browser?.close();
    },
    { scope: 'worker' },
  ],
  folder: async ({ isFirstStart }, use) => {
    const { path, remove } = await temporaryFolder();
    if (!isFirstStart) await prepareFolder(path);
    await use(path);
    await remove();
  },
  app: async ({ folder, args, chromiumOfWorker }, use) => {
    const app = await (chromiumOfWorker
      ? openInBrowser(chromiumOfWorker, { dataDir: folder, args })
      : openInElectron({ dataDir: folder, args: [...FREE_PORTS, ...args] }));
    const problems: string[] = [];
    app.page.on('pageerror', (error) => problems.push(error.message));
    await use(app);
    await app.discard();
    if (problems.length > 0) throw new Error(`the page threw: ${problems.join('; ')}`);
  },
});
