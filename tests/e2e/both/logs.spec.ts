/** Logs: found, narrowed, read in full, followed to their trace and around, as they arrive. */
import { expect } from '@playwright/test';
import { keyValues } from '../../../core/samples/otlp-builder';
import { traceIdOf } from '../../fixtures/traces';
import { type App, PAGE, test, typeSearch } from '../app';

const HOSTILE = '<img src=x onerror="window.hacked = true"> \u001b[31mred\u001b[0m';
const LEVELS: Readonly<Record<number, string>> = { 9: 'INFO', 13: 'WARN', 17: 'ERROR' };

interface Sent {
  readonly service: string;
  readonly severity: number;
  readonly body: string;
  readonly agoMs: number;
  readonly trace?: number;
}

async function log(app: App, logs: readonly Sent[]): Promise<void> {
  const now = BigInt(Date.now()) * 1_000_000n;
  const resourceLogs = logs.map(({ service, severity, body, agoMs, trace }) => {
    const record = {
      timeUnixNano: String(now - BigInt(agoMs) * 1_000_000n),
      severityNumber: severity,
      severityText: LEVELS[severity],
      body: { stringValue: body },
      attributes: keyValues({ 'order.id': `order of ${service}` }),
      ...(trace !== undefined && { traceId: traceIdOf(trace), spanId: 'aa00000000000001' }),
    };
    return { resource: { attributes: keyValues({ 'service.name': service }) }, scopeLogs: [{ logRecords: [record] }] };
  });
  const response = await fetch(`${app.otlpHttp}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceLogs }),
  });
  expect(response.status).toBe(200);
}

test('logs are found, narrowed, read in full, and lead to their span and around', async ({ app }) => {
  const { page } = app;
  const startNs = BigInt(Date.now() - 60_000) * 1_000_000n;
  const span = { traceId: traceIdOf(1), spanId: 'aa00000000000001', service: 'shop', name: 'POST /pay' };
  await app.send([{ ...span, startNs, endNs: startNs + 5_000_000n }]);
  await log(app, [
    { service: 'shop', severity: 17, body: 'card declined by the bank', agoMs: 60_000, trace: 1 },
    { service: 'shop', severity: 9, body: 'cart opened', agoMs: 65_000 },
    { service: 'stock', severity: 13, body: HOSTILE, agoMs: 62_000 },
    { service: 'stock', severity: 9, body: 'long before', agoMs: 3_600_000 },
  ]);
  await page.getByRole('link', { name: 'Logs', exact: true }).click();
  const table = page.getByRole('table', { name: 'Logs' });
  await expect(table.getByRole('row')).toHaveCount(4);
  await expect(table.getByRole('row').first()).toContainText('card declined');
  await expect(page.getByRole('status').filter({ hasText: '4 logs' })).toBeVisible();
  await expect(page.getByRole('img', { name: 'Logs over time by level' })).toBeVisible();
  // A filter, and the same by hand.
  const filters = page.getByRole('navigation', { name: 'Filters' });
  await filters.getByRole('checkbox', { name: /error/ }).check();
  await expect(table.getByRole('row')).toHaveCount(1);
  await expect(page.getByRole('textbox', { name: 'Search logs' })).toHaveValue('level:error');
  await expect.poll(() => page.evaluate(() => window.location.search)).toContain('logs=level%3Aerror');
  await filters.getByRole('checkbox', { name: /error/ }).uncheck();
  await expect(table.getByRole('row')).toHaveCount(4);
  await typeSearch(page, 'severity>=warn');
  await expect(table.getByRole('row')).toHaveCount(2);
  await expect(table.getByRole('row').nth(1)).toContainText('<img src=x');
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
  // By keyboard to one in full.
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  await expect(table.getByRole('row').first()).toBeFocused();
  const panel = page.getByRole('complementary', { name: 'Log' });
  await expect(panel).toContainText('card declined by the bank');
  await expect(panel).toContainText('order of shop');
  await panel.getByRole('button', { name: 'Logs around this' }).click();
  await expect(table.getByRole('row')).toHaveCount(3);
  await expect(table).not.toContainText('long before');
  await panel.getByRole('link', { name: 'Open the span' }).click();
  await expect(page.getByRole('treeitem', { name: /POST \/pay/ })).toBeVisible();
});

test('logs arrive, wait while paused, and a search that cannot be read says why', PAGE, async ({ app }) => {
  const { page } = app;
  await page.getByRole('link', { name: 'Logs', exact: true }).click();
  await expect(page.getByText('No logs yet.')).toBeVisible();
  const table = page.getByRole('table', { name: 'Logs' });
  await log(app, [{ service: 'shop', severity: 9, body: 'the first', agoMs: 1_000 }]);
  await expect(table.getByRole('row')).toHaveCount(1);
  await page.getByRole('button', { name: 'Live' }).click();
  await log(app, [{ service: 'shop', severity: 9, body: 'the second', agoMs: 500 }]);
  await page.getByRole('button', { name: 'Show the newest logs' }).click();
  await expect(table.getByRole('row')).toHaveCount(2);
  await expect(table.getByRole('row').first()).toContainText('the second');
  const search = page.getByRole('textbox', { name: 'Search logs' });
  await search.fill('~"("');
  await expect(page.getByText('The logs could not be read.')).toBeVisible();
  await search.fill('nothing-has-this');
  await expect(page.getByText('No logs match.')).toBeVisible();
});
