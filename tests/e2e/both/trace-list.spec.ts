import { expect } from '@playwright/test';
import type { SampleSpan } from '../../../core/samples/otlp-builder';
import { T0, traceIdOf } from '../../fixtures/traces';
import { PAGE, test, typeSearch } from '../app';

const named = (n: number, name: string, more: Partial<SampleSpan> = {}): SampleSpan => ({
  traceId: traceIdOf(n),
  spanId: '1'.repeat(16),
  service: 'web',
  name,
  startNs: T0 + BigInt(n) * 1_000_000_000n,
  endNs: T0 + BigInt(n) * 1_000_000_000n + 5_000_000n,
  ...more,
});

test('scrolls through more traces than a page, drawing only those on screen', async ({ app }) => {
  const { page } = app;
  await app.send(Array.from({ length: 450 }, (_, i) => named(i + 1, `trace ${i + 1}`)));
  await expect(page.getByRole('row', { name: /^trace 450/ })).toBeVisible();
  expect(await page.getByRole('row').count()).toBeLessThan(80);
  await page.getByRole('row', { name: /^trace 450/ }).hover();
  await expect(async () => {
    await page.mouse.wheel(0, 4_000);
    await expect(page.getByRole('row', { name: /^trace 1 / })).toBeVisible({ timeout: 300 });
  }).toPass();
});

test('announces new traces instead of moving what is being read', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send(Array.from({ length: 60 }, (_, i) => named(i + 1, `trace ${i + 1}`)));
  await expect(page.getByRole('row', { name: /^trace 60/ })).toBeVisible();
  for (let i = 0; i < 3; i++) await page.keyboard.press('j');
  const third = page.getByRole('row', { selected: true });
  await expect(third).toContainText('trace 58');
  await app.send([named(70, 'newcomer'), named(71, 'another')]);
  await expect(page.getByRole('button', { name: /2 new traces/ })).toBeVisible();
  await expect(third).toContainText('trace 58');
  await expect(page.getByRole('row', { name: /newcomer/ })).toHaveCount(0);
  await page.keyboard.press('n');
  await expect(page.getByRole('row').nth(1)).toContainText('another');
  await expect(third).toContainText('trace 58');
});

test('searches by word, service and status', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send([
    named(1, 'GET /a'),
    named(2, 'POST /b', { service: 'checkout', error: 'no' }),
    named(3, 'GET /c', { service: 'checkout' }),
  ]);
  await expect(page.getByRole('row')).toHaveCount(4);
  await typeSearch(page, 'service:checkout status:error');
  await expect(page.getByRole('row')).toHaveCount(2);
  await expect(page.getByRole('row').nth(1)).toContainText('POST /b');
  await page.getByRole('textbox', { name: 'Search traces' }).fill('nothing like it');
  await expect(page.getByText('No trace matches')).toBeVisible();
  await page.getByRole('button', { name: 'Clear the search', exact: true }).last().click();
  await expect(page.getByRole('row')).toHaveCount(4);
});

test('shows hostile names as text', PAGE, async ({ app }) => {
  const { page } = app;
  const hostile = `<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>`;
  await app.send([
    named(1, hostile, { attributes: { [hostile]: hostile, link: 'javascript:window.pwned=1' } }),
    named(2, 'שלום 🦊'),
    named(3, 'x'.repeat(200_000)),
  ]);
  await expect(page.getByText(hostile, { exact: true })).toBeVisible();
  await page.getByText(hostile, { exact: true }).click();
  await page.getByRole('treeitem').click();
  await expect(page.getByRole('complementary').getByText(hostile).first()).toBeVisible();
  expect(await page.evaluate(() => (window as unknown as { pwned?: number }).pwned)).toBeUndefined();
});

test('comes back to where the reader was', async ({ app }) => {
  const { page } = app;
  await app.send(Array.from({ length: 90 }, (_, i) => named(i + 1, `trace ${i + 1}`)));
  await expect(page.getByRole('row', { name: /^trace 90/ })).toBeVisible();
  for (let i = 0; i < 60; i++) await page.keyboard.press('j');
  const reader = page.getByRole('row', { selected: true });
  await expect(reader).toContainText('trace 31');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('treeitem')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(reader).toContainText('trace 31');
  await expect(reader).toBeInViewport();
});

test('keeps the filters and the navigation in reach where the window is narrow', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send([named(1, 'root')]);
  await page.setViewportSize({ width: 900, height: 700 });
  await expect(page.getByRole('row', { name: /root/ })).toBeVisible();
  const filters = page.getByRole('complementary', { name: 'Narrow the search' });
  await expect(filters).toBeHidden();
  await page.getByRole('button', { name: 'Show filters' }).click();
  await expect(filters).toBeVisible();
  const title = page.getByRole('navigation', { name: 'Main' }).getByText('Settings');
  await expect(title).toBeHidden();
  await page.getByRole('button', { name: 'Open the navigation' }).click();
  await expect(title).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(title).toBeHidden();
  // Whoever goes elsewhere from it and comes back finds the screen, not the navigation above it.
  await page.getByRole('button', { name: 'Open the navigation' }).click();
  await page.getByRole('link', { name: 'Dashboards', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Dashboards', exact: true })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('row', { name: /root/ })).toBeVisible();
  await expect(title).toBeHidden();
  await page.getByRole('button', { name: 'Hide filters' }).click();
  await expect(filters).toBeHidden();
});
