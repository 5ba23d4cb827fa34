import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { openToOthers } from '../../fixtures/modes';
import { eventually, FREE_PORTS } from '../../fixtures/spoor';
import { drawnSpans, traceIdOf } from '../../fixtures/traces';
import { type App, electronCommand, openInElectron, test } from '../app';

test('the page has no Node, no Electron, and one narrow object', async ({ app }) => {
  await expect(app.page.getByText('Listening on')).toBeVisible();
  const seen = await app.page.evaluate(() => {
    const global = window as unknown as Record<string, unknown>;
    return {
      require: typeof global.require,
      process: typeof global.process,
      electron: typeof global.electron,
      desktop: Object.keys(global.spoorDesktop as object),
      origin: window.location.origin,
    };
  });
  expect(seen).toEqual({
    require: 'undefined',
    process: 'undefined',
    electron: 'undefined',
    desktop: ['connect'],
    origin: 'spoor-app://app',
  });
});

test('the page may tell of alerts, and asks for nothing else', async ({ app }) => {
  await expect(app.page.getByText('Listening on')).toBeVisible();
  const answers = await app.page.evaluate(async () => [
    Notification.permission,
    await Notification.requestPermission(),
    await navigator.mediaDevices?.getUserMedia({ audio: true }).catch((error: Error) => error.name),
  ]);
  expect(answers.slice(0, 2)).toEqual(['granted', 'granted']);
  expect(['NotAllowedError', 'NotFoundError', undefined]).toContain(answers[2]);
});

test('a page that asks what it may do hears no for all but notices and the clipboard', async ({ app }) => {
  await expect(app.page.getByText('Listening on')).toBeVisible();
  const states = await app.page.evaluate(async () => {
    const names = [
      'notifications',
      'geolocation',
      'camera',
      'microphone',
      'midi',
      'clipboard-read',
      'persistent-storage',
    ];
    const asked = names.map(async (name) => {
      const { state } = await navigator.permissions.query({ name: name as PermissionName });
      return [name, state];
    });
    return Object.fromEntries(await Promise.all(asked));
  });
  const { notifications, ...others } = states;
  expect(notifications).toBe('granted');
  expect(Object.values(others)).not.toContain('granted');
});

test('about:blank leads back to our page', async ({ app }) => {
  const { page } = app;
  await expect(page.getByText('Listening on')).toBeVisible();
  await page.evaluate(() => {
    window.location.href = 'about:blank';
  });
  await expect.poll(() => page.url()).toMatch(/^spoor-app:\/\/app\//);
  await expect(page.getByText('Listening on')).toBeVisible();
});

test('links that no program opens, and pages asked for at once, do not end the app', async ({ app }) => {
  const { page } = app;
  await expect(page.getByText('Listening on')).toBeVisible();
  // As a machine answers that has neither a browser nor an editor for it.
  await app.desktop?.evaluate(({ shell }) => {
    shell.openExternal = () => Promise.reject(new Error('no application is registered'));
  });
  await page.evaluate(() => {
    window.open('vscode://file/nowhere');
    window.open('https://127.0.0.1:9/');
  });
  await app.desktop?.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    window?.webContents.executeJavaScript("location.href = 'about:blank'").catch(() => {});
    for (let i = 0; i < 5; i++) window?.webContents.emit('did-navigate', {}, 'about:blank');
  });
  await expect(page.getByText('Listening on')).toBeVisible();
  await app.send(drawnSpans(traceIdOf(1), 'still here 0..5'));
  await expect(page.getByRole('row', { name: /still here/ })).toBeVisible();
});

test('the window never leaves our pages', async ({ app }) => {
  const { page } = app;
  await expect(page.getByText('Listening on')).toBeVisible();
  await page.evaluate(() => {
    window.location.href = 'http://127.0.0.1:9/';
  });
  await page.evaluate(() => window.open('file:///etc/passwd'));
  await page.evaluate(() => {
    window.location.href = 'file:///etc/passwd';
  });
  await page.waitForTimeout(300);
  expect(page.url()).toMatch(/^spoor-app:\/\/app\//);
  expect(page.context().pages()).toHaveLength(1);
  const refused = await page.evaluate(async () => {
    const inline = document.createElement('script');
    inline.textContent = 'window.inlineRan = true';
    document.body.append(inline);
    const outside = await fetch('http://127.0.0.1:9/').then(
      () => 'reached',
      () => 'refused',
    );
    return [(window as unknown as { inlineRan?: boolean }).inlineRan, outside];
  });
  expect(refused).toEqual([undefined, 'refused']);
});

test('a second start shows the first window and opens nothing', async ({ app, folder }) => {
  await expect(app.page.getByText('Listening on')).toBeVisible();
  await app.send(drawnSpans(traceIdOf(1), 'still here 0..5'));
  const shown = () =>
    app.desktop?.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => window.isVisible()));
  await app.desktop?.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
  await expect.poll(shown).toEqual([false]);
  // Not through Playwright, which attaches to it while it ends.
  const { executablePath, args, env } = electronCommand(folder, FREE_PORTS);
  const second = spawn(executablePath, args, { env, stdio: 'ignore' });
  expect(await once(second, 'exit')).toEqual([0, null]);
  await expect.poll(shown).toEqual([true]);
  await expect(app.page.getByRole('row', { name: /still here/ })).toBeVisible();
});

test('a link of ours opens in the first window, whatever started for it', async ({ app, folder }) => {
  const { page } = app;
  await app.send([...drawnSpans(traceIdOf(1), 'wanted 0..5 web'), ...drawnSpans(traceIdOf(2), 'other 0..5 web')]);
  await expect(page.getByRole('row')).toHaveCount(3);
  const { executablePath, args, env } = electronCommand(folder, FREE_PORTS);
  const open = async (link: string): Promise<void> => {
    const second = spawn(executablePath, [...args, link], { env, stdio: 'ignore' });
    expect(await once(second, 'exit')).toEqual([0, null]);
  };
  await open(`spoor://app/?q=${encodeURIComponent('{ name = "wanted" }')}&sort=-durationNs`);
  await expect(page.getByRole('textbox', { name: 'Search traces' })).toHaveText('{ name = "wanted" }');
  await expect(page.getByRole('row')).toHaveCount(2);
  await open(`spoor://app/#/trace/${traceIdOf(2)}`);
  await expect(page.getByRole('treeitem', { name: /^other/ })).toBeVisible();
  // What is no link of ours only shows the window.
  await open('spoor://evil/#/trace/1');
  await expect(page.getByRole('treeitem', { name: /^other/ })).toBeVisible();

  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Copy link' }).click();
  await expect
    .poll(() => app.desktop?.evaluate(({ clipboard }) => clipboard.readText()))
    .toMatch(new RegExp(`^spoor://app/.*#/trace/${traceIdOf(2)}`));
});

test('a data folder that cannot be written is named, and nothing opens', async ({ folder }) => {
  await writeFile(join(folder, 'file'), '');
  const electron = JSON.parse(process.env.SPOOR_E2E_ELECTRON ?? '{}') as { path: string; args: string[]; env: object };
  const child = spawn(electron.path, electron.args, {
    env: {
      ...process.env,
      ...electron.env,
      SPOOR_NO_DIALOGS: '1',
      SPOOR_ARGV: JSON.stringify(['start', '--data-dir', join(folder, 'file', 'below')]),
    },
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1);
  expect(errors).toContain(`The data folder ${join(folder, 'file', 'below')} cannot be written`);
});

test('a taken OTLP port is named with its holder, and a free one is a click away', async ({ folder }) => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  const { port } = holder.address() as { port: number };
  const app = await openInElectron({
    dataDir: folder,
    args: [...FREE_PORTS, '--otlp-http', `127.0.0.1:${port}`],
  });
  try {
    const { page } = app;
    await expect(page.getByRole('alert')).toContainText(`Port ${port} is taken by`);
    await expect(page.getByRole('alert')).toContainText(`(pid ${process.pid})`);
    await expect(page.getByText('Not listening for OTLP')).toBeVisible();
    await page.getByRole('button', { name: /^Listen on \d+ instead$/ }).click();
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(page.getByText(/^Listening on 127\.0\.0\.1:/)).toBeVisible();
    await page.getByRole('button', { name: 'Send a test trace' }).click();
    await expect(page.getByRole('treeitem')).toHaveCount(3);
  } finally {
    await app.close();
    holder.close();
  }
});

test('what was stored is there after the window was closed', async ({ folder }) => {
  const first = await openInElectron({ dataDir: folder });
  await first.send(drawnSpans(traceIdOf(1), 'kept 0..5'));
  expect(await openToOthers(folder)).toEqual([]);
  await first.close();
  // What Chromium keeps there as well.
  expect(await openToOthers(folder)).toEqual([]);
  const second = await openInElectron({ dataDir: folder });
  await expect(second.page.getByRole('row', { name: /kept/ })).toBeVisible();
  // The HTTP API answers beside the window.
  const status = await eventually(
    async () =>
      (await fetch(`${second.ui}/v1/status`, { headers: { authorization: `Bearer ${second.token}` } })).status,
  );
  expect(status).toBe(200);
  await second.close();
});

test('the window opens where it was and as large', async ({ folder }) => {
  const bounds = (app: App) =>
    app.desktop?.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());
  const first = await openInElectron({ dataDir: folder });
  await first.desktop?.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.setBounds({ x: 40, y: 50, width: 800, height: 600 });
  });
  await expect.poll(() => bounds(first)).toMatchObject({ width: 800, height: 600 });
  await first.desktop?.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  await first.close();
  const kept = await readFile(join(folder, 'window', 'window-state.json'), 'utf8');
  expect(JSON.parse(kept)).toMatchObject({ bounds: { x: 40, y: 50, width: 800, height: 600 }, maximized: false });
  const second = await openInElectron({ dataDir: folder, size: null });
  await expect.poll(() => bounds(second)).toMatchObject({ width: 800, height: 600 });
  await second.close();
});

test('a page whose process ends comes back', async ({ app }) => {
  await app.send(drawnSpans(traceIdOf(1), 'kept 0..5'));
  await expect(app.page.getByRole('row', { name: /kept/ })).toBeVisible();
  // Nothing is asked of the page before it is there again: a question to a process that ended is never answered.
  await app.desktop?.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    return new Promise<void>((resolve) => {
      contents?.once('did-finish-load', () => resolve());
      contents?.forcefullyCrashRenderer();
    });
  });
  // The test's hold on the page ended with its process: the app is asked for what its new one shows.
  const shown = () =>
    app.desktop?.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript('document.body.innerText'),
    );
  await expect.poll(shown, { timeout: 60_000 }).toContain('kept');
});
