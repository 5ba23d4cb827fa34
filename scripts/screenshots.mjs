/** `npm run screenshots`: starts the real app on the sample workspace and takes the pictures of the README and the gallery (docs/images). */
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
const VIEWS = [
  ['2', 'lanes'],
  ['3', 'flame'],
  ['4', 'table'],
  ['5', 'statistics'],
];

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
    const { isStored, activity } = await (await fetch(`${ui}/v1/sample`, { headers })).json();
    if (isStored && activity === 'none') break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  for (const theme of ['light', 'dark']) {
    const page = await browser.newPage({ viewport: SIZE, colorScheme: theme });
    await page.goto(`${ui}/#token=${token}`);
    const run = page.getByRole('row', { name: /invoke_agent deep-research/ });
    await run.waitFor();
    await page.waitForTimeout(600);
    await page.screenshot({ path: join(images, `traces-${theme}.png`) });
    await page.getByLabel('Chart').selectOption('heatmap');
    await page.getByRole('button', { name: 'Duration' }).click();
    await page.waitForTimeout(1_200);
    await page.screenshot({ path: join(images, `heatmap-${theme}.png`) });
    await page.goto(`${ui}/?chart=histogram#/traces`);
    await run.waitFor();
    await run.click();
    await page.getByRole('treeitem').first().waitFor();
    await page.keyboard.press('e');
    await page.keyboard.press('e');
    await page.getByText('perhaps you meant').first().waitFor();
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(images, `trace-${theme}.png`) });
    await page.keyboard.press('Escape');
    await page.keyboard.press('7');
    await page.getByRole('article').first().waitFor();
    await page.waitForTimeout(400);
    await page.screenshot({ path: join(images, `conversation-${theme}.png`) });
    await page.keyboard.press('8');
    await page.getByRole('region', { name: 'Agent graph' }).waitFor();
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(images, `graph-${theme}.png`) });
    await page.goto(`${ui}/#/agents`);
    await page.getByRole('table', { name: 'Models' }).waitFor();
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(images, `agents-${theme}.png`) });
    await page.goto(`${ui}/#/traces`);
    const job = page.getByRole('row', { name: /nightly-reindex/ });
    await job.waitFor();
    await job.click();
    await page.getByRole('treeitem').first().waitFor();
    for (const [key, view] of VIEWS) {
      await page.keyboard.press(key);
      await page.waitForTimeout(700);
      await page.screenshot({ path: join(images, `${view}-${theme}.png`) });
    }
    await page.keyboard.press('1');
    const [first, second] = await runsOf(ui, headers);
    await page.goto(`${ui}/#/compare/${first}/${second}`);
    await page.getByRole('treeitem').first().waitFor();
    await page.getByRole('treeitem').nth(1).click();
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(images, `compare-${theme}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
  rmSync(folder, { recursive: true, force: true });
}

/** Two requests of the shop to compare. */
async function runsOf(ui, headers) {
  const { data } = await (await fetch(`${ui}/v1/traces?query=checkout&limit=2`, { headers })).json();
  return data.map(({ traceId }) => traceId);
}
