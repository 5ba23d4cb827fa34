/** From an empty workspace to something to look at: the first trace of one's own, or the sample. */
import { expect } from '@playwright/test';
import { drawnSpans, traceIdOf } from '../../fixtures/traces';
import { type App, PAGE, test } from '../app';

test.use({ isFirstStart: true });

/** The sample has 11,000 spans: on a loaded machine that takes a while. */
const SAMPLE = { timeout: 200_000 };

test('what arrives first opens where somebody waits for it, and what is refused is said', async ({ app }) => {
  const { page } = app;
  for (const [number, link] of ['Home', 'Send traces'].entries()) {
    await page.getByRole('link', { name: link }).click();
    await expect(page.getByText(`Waiting for the first span on ${app.otlpHttp}`)).toBeVisible();
    if (number === 0) {
      await fetch(`${app.otlpHttp}/v1/traces`, { method: 'POST', headers: { 'content-type': 'text/css' }, body: 'x' });
      await expect(page.getByRole('alert').filter({ hasText: 'Refused since Spoor started: 1 request' })).toBeVisible();
    }
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    const traceId = traceIdOf(number + 1);
    const spans = drawnSpans(traceId, 'first of all 0..5').map((span) => ({ ...span, startNs: nowNs, endNs: nowNs }));
    await app.send(spans);
    await expect(page.getByRole('heading', { name: 'first of all' })).toBeVisible();
    await expect(page.getByRole('treeitem', { name: /first of all/ })).toBeVisible();
    await remove(app, traceId);
  }
});

test('loads the sample at one click, and removes it', async ({ app }) => {
  test.setTimeout(3 * SAMPLE.timeout);
  const { page } = app;
  await page.getByRole('link', { name: 'Home' }).click();
  await page.getByRole('button', { name: 'Load sample' }).click();
  await expect(page.getByRole('table', { name: 'Services' })).toContainText('checkout', SAMPLE);
  await expect(page.getByRole('link', { name: /^Traces/ })).toContainText('126', SAMPLE);
  await page.getByRole('link', { name: /^Traces/ }).click();
  await expect(page.getByRole('row', { name: /invoke_agent deep-research/ })).toBeVisible();
  // Again: it is here already.
  await page.keyboard.press('Control+k');
  await expect(page.getByPlaceholder('Go to, or paste a trace id')).toBeFocused();
  await page.keyboard.type('remove sample');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Sample data' });
  await dialog.getByRole('button', { name: 'Remove sample' }).click();
  await expect(dialog.getByRole('button', { name: 'Load sample' })).toBeVisible(SAMPLE);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByRole('heading', { name: 'Waiting for the first trace' })).toBeVisible();
});

test('loads the sample beside data of its own once that is confirmed', async ({ app }) => {
  test.setTimeout(2 * SAMPLE.timeout);
  const { page } = app;
  await app.send(drawnSpans(traceIdOf(1), 'of my own 0..5'));
  await expect(page.getByRole('row', { name: /of my own/ })).toBeVisible();
  await page.keyboard.press('Control+k');
  await expect(page.getByPlaceholder('Go to, or paste a trace id')).toBeFocused();
  await page.keyboard.type('load sample');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Sample data' });
  await expect(dialog.getByText('This workspace already has data.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Load it anyway' }).click();
  // Only the sample is listed.
  const search = page.getByRole('textbox', { name: 'Search traces' });
  await expect(search).toHaveText('{ resource.spoor.sample = true }', SAMPLE);
  await expect(page.getByRole('row', { name: /invoke_agent deep-research/ })).toBeVisible();
  await expect(page.getByRole('row', { name: /of my own/ })).toBeHidden();
});

test('leaves no row of a removed sample in a list of several pages', PAGE, async ({ app }) => {
  test.setTimeout(2 * SAMPLE.timeout);
  const { page } = app;
  const own = Array.from({ length: 110 }, (_, n) => drawnSpans(traceIdOf(n + 1), 'of my own 0..5'));
  await app.send(own.flat());
  await expect(page.getByRole('row', { name: /of my own/ }).first()).toBeVisible();
  const headers = { authorization: `Bearer ${app.token}`, 'content-type': 'application/json' };
  await fetch(`${app.ui}/v1/sample`, { method: 'POST', headers, body: '{"beside":true}' });
  await expect(page.getByRole('row', { name: /invoke_agent/ }).first()).toBeVisible(SAMPLE);
  await page.keyboard.press('Control+k');
  await expect(page.getByPlaceholder('Go to, or paste a trace id')).toBeFocused();
  await page.keyboard.type('remove sample');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Sample data' });
  await dialog.getByRole('button', { name: 'Remove sample' }).click(SAMPLE);
  // It goes on without the dialog.
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByRole('row', { name: /of my own/ }).first()).toBeVisible(SAMPLE);
  await expect(page.getByRole('row', { name: /invoke_agent/ })).toHaveCount(0, SAMPLE);
});

async function remove({ ui, token }: App, traceId: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${ui}/v1/traces/${traceId}`, { method: 'DELETE', headers });
  expect(answer.status).toBe(204);
}
