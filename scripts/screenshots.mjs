/** `npm run screenshots`: starts the real app on the sample workspace and takes the pictures of the README (docs/images). */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { resolveBrowser } from './browser-binary.mjs';
import { build } from './build.mjs';
import { root } from './root.mjs';

const SIZE = { width: 1440, height: 900 };
const images = join(root, 'docs', 'images');

await build({ ifStale: true });
const binary = await resolveBrowser();
if (!binary) throw new Error('there is no browser on this machine');
mkdirSync(images, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), 'spoor-screenshots-'));
const child = spawn(
  process.execPath,
  [join(root, 'out', 'main', 'cli.js'), 'serve', '--json', '--sample', '--data-dir', folder, '--ui', '127.0.0.1:0'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const browser = await chromium.launch(binary);
try {
  const { ui, token } = JSON.parse(String(await new Promise((resolve) => child.stdout.once('data', resolve))));
  const headers = { authorization: `Bearer ${token}` };
  for (;;) {
    const { counts } = await (await fetch(`${ui}/v1/status`, { headers })).json();
    if (counts.traces === 123) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  for (const theme of ['light', 'dark']) {
    const page = await browser.newPage({ viewport: SIZE, colorScheme: theme });
    await page.goto(`${ui}/#token=${token}`);
    const run = page.getByRole('row', { name: /invoke_agent deep-research/ });
    await run.waitFor();
    await page.waitForTimeout(600);
    await page.screenshot({ path: join(images, `traces-${theme}.png`) });
    await run.click();
    await page.getByRole('treeitem').first().waitFor();
    await page.keyboard.press('e');
    await page.keyboard.press('e');
    await page.getByText('perhaps you meant').first().waitFor();
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(images, `trace-${theme}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
  rmSync(folder, { recursive: true, force: true });
}
