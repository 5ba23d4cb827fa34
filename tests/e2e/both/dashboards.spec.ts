/** Dashboards of one's own: begun from a starter, filtered, changed panel by panel, kept as a file, and filled from other screens. */
import { readFile } from 'node:fs/promises';
import { expect } from '@playwright/test';
import { keyValues } from '../../../core/samples/otlp-builder';
import { drawnSpans, T0, traceIdOf } from '../../fixtures/traces';
import { type App, PAGE, test } from '../app';

/** A shop: every third order fails in payments, ten seconds apart. */
const orders = Array.from({ length: 12 }, (_, i) => i + 1).flatMap((n) =>
  drawnSpans(
    traceIdOf(n),
    `
    POST /orders/${n % 2}  ${n * 10_000}..${n * 10_000 + 200} web
      charge           ${n * 10_000 + 10}..${n * 10_000 + 90} payments${n % 3 === 0 ? ' !card declined' : ''}`,
  ),
);

async function sendRecords(app: App): Promise<void> {
  const resource = (service: string) => ({ attributes: keyValues({ 'service.name': service }) });
  const timeUnixNano = String(T0 + 30_000_000_000n);
  const logRecord = (text: string) => ({
    timeUnixNano,
    severityNumber: 17,
    severityText: 'ERROR',
    body: { stringValue: text },
  });
  const dataPoints = [{ timeUnixNano, asDouble: 7.5, attributes: keyValues({ till: 'one' }) }];
  const bodies = {
    logs: {
      resourceLogs: [
        { resource: resource('web'), scopeLogs: [{ logRecords: [logRecord('cart lost')] }] },
        { resource: resource('payments'), scopeLogs: [{ logRecords: [logRecord('card declined')] }] },
      ],
    },
    metrics: {
      resourceMetrics: [
        {
          resource: resource('web'),
          scopeMetrics: [{ metrics: [{ name: 'cart.value', unit: '{euro}', gauge: { dataPoints } }] }],
        },
      ],
    },
  };
  for (const [signal, body] of Object.entries(bodies)) {
    const response = await fetch(`${app.otlpHttp}/v1/${signal}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
  }
}

test('a dashboard begins from a starter, is filtered and changed, and leads to traces', async ({ app }) => {
  const { page } = app;
  await app.send(orders);
  await sendRecords(app);
  await expect(page.getByRole('row')).toHaveCount(13);
  await page.getByRole('link', { name: 'Dashboards', exact: true }).click();
  await page.getByRole('button', { name: /^Errors/ }).click();
  await expect(page.getByRole('heading', { name: 'Errors', exact: true })).toBeVisible();
  const failed = page.getByRole('region', { name: 'Failed spans by service', exact: true });
  const series = failed.getByRole('list', { name: 'Series' }).getByRole('listitem');
  await expect(series).toHaveText([/payments/]);
  const newest = page.getByRole('region', { name: 'Newest errors in the logs' });
  await newest.scrollIntoViewIfNeeded();
  await expect(newest.getByRole('row')).toHaveCount(2);

  // One filter for all, which the address keeps; what cannot be read is said and changes nothing.
  const filter = page.getByRole('textbox', { name: 'Filter all panels' });
  await filter.fill('service=web');
  await expect(newest.getByRole('row')).toHaveText([/cart lost/]);
  await expect(failed).toContainText('No span matches in this time range.');
  await page.reload();
  await expect(filter).toHaveValue('service=web');
  await expect(failed).toContainText('No span matches in this time range.');
  await filter.fill('service=');
  await expect(page.getByRole('alert')).toContainText('The filter is not understood');
  await filter.fill('');
  await expect(series).toHaveText([/payments/]);

  // A panel of a metric is added, moved to the top, and changed; all of it is kept.
  await page.getByRole('button', { name: 'Add a panel' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: 'Metric', exact: true }).check();
  await dialog.getByRole('button', { name: 'Add the panel' }).click();
  await expect(dialog.getByRole('alert')).toHaveText('Choose a metric.');
  await dialog.getByRole('combobox', { name: 'Metric' }).fill('cart.value');
  await dialog.getByRole('button', { name: 'Add the panel' }).click();
  await expect(dialog).toHaveCount(0);
  const titles = page.getByRole('heading', { level: 2 });
  await expect(titles).toHaveCount(5);
  const cart = page.getByRole('region', { name: 'cart.value', exact: true });
  await cart.scrollIntoViewIfNeeded();
  await expect(cart.getByRole('img', { name: /Average of cart.value/ })).toBeVisible();
  await cart.getByRole('button', { name: 'Change the panel cart.value' }).press('Enter');
  await page.getByRole('menuitem', { name: 'Move up' }).press('Enter');
  await expect(titles.nth(3)).toHaveText('cart.value');
  await cart.getByRole('button', { name: 'Change the panel cart.value' }).click();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  await dialog.getByRole('textbox', { name: 'Title' }).fill('Carts');
  await dialog.getByRole('combobox', { name: 'Width' }).selectOption('full');
  await dialog.getByRole('button', { name: 'Save the panel' }).click();
  await expect(titles.nth(3)).toHaveText('Carts');
  await expect(page.getByRole('button', { name: 'Change the panel Carts' })).toBeFocused();
  await page.reload();
  await expect(titles.nth(3)).toHaveText('Carts');
  const carts = page.getByRole('region', { name: 'Carts', exact: true });
  await carts.getByRole('button', { name: 'Change the panel Carts' }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await expect(titles).toHaveCount(4);

  // The filter belongs to the dashboard's address alone.
  await filter.fill('service=web');
  await expect(page).toHaveURL(/filter=service/);
  await page.getByRole('link', { name: 'Dashboards', exact: true }).first().click();
  await expect(page).not.toHaveURL(/filter=/);
  await page.goBack();
  await expect(filter).toHaveValue('service=web');
  await filter.fill('');

  await failed.getByRole('button', { name: 'Traces of payments' }).click();
  await expect(page.getByRole('textbox', { name: 'Search traces' })).toHaveText(
    '{ status = error && resource.service.name = "payments" }',
  );
  await expect(page.getByRole('row')).toHaveCount(5);
});

test('a chart is saved as a picture, and a dashboard as a file that comes back', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send(orders);
  await expect(page.getByRole('row')).toHaveCount(13);
  await page.getByRole('link', { name: 'Dashboards', exact: true }).click();
  await page.getByRole('textbox', { name: 'Name of the new dashboard' }).fill('Shop');
  await page.keyboard.press('Enter');
  await expect(page.getByText('No panels yet.')).toBeVisible();
  await page.getByRole('button', { name: 'Add a panel' }).click();
  await page.getByRole('textbox', { name: 'TraceQL metrics query' }).fill('{ status = error }');
  await page.getByRole('button', { name: 'Add the panel' }).click();
  await expect(page.getByRole('alert')).toContainText('gives no numbers over time');
  await page.getByRole('textbox', { name: 'TraceQL metrics query' }).fill('{ } | count_over_time()');
  await page.getByRole('button', { name: 'Add the panel' }).click();
  const panel = page.getByRole('region', { name: 'count_over_time()', exact: true });
  await expect(panel.getByRole('img', { name: /count_over_time/ })).toBeVisible();
  await expect(panel.locator('[aria-busy="false"]').first()).toBeVisible();
  await panel.getByRole('button', { name: 'Table' }).click();
  await expect(panel.getByRole('columnheader', { name: 'From' })).toBeVisible();

  const picture = page.waitForEvent('download');
  await panel.getByRole('button', { name: 'PNG' }).click();
  const png = await picture;
  expect(png.suggestedFilename()).toBe('spoor-count_over_time-.png');
  const bytes = await readFile(await png.path());
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  // Its title, its line and its legend are more than one colour in a frame.
  expect(bytes.length).toBeGreaterThan(4_000);

  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Export as JSON' }).click();
  const file = await saved;
  expect(file.suggestedFilename()).toBe('dashboard-Shop.json');
  const text = (await readFile(await file.path())).toString();
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Delete dashboard' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete dashboard' }).click();
  await expect(page.getByRole('button', { name: /^Services/ })).toBeVisible();

  const choose = async (content: string): Promise<void> =>
    page.getByLabel('A dashboard as JSON').setInputFiles({
      name: 'dashboard.json',
      mimeType: 'application/json',
      buffer: Buffer.from(content),
    });
  await choose(text.replace('"width"', '"colour"'));
  await expect(page.getByRole('alert')).toContainText('panels.0: Unrecognized key: "colour"');
  await choose(text);
  await expect(page.getByRole('heading', { name: 'Shop', exact: true })).toBeVisible();
  await expect(panel.getByRole('img', { name: /count_over_time/ })).toBeVisible();
});

test('what Traces, Metrics and Logs show becomes a panel', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send(orders);
  await sendRecords(app);
  await expect(page.getByRole('row')).toHaveCount(13);
  const add = page.getByRole('button', { name: 'Add to a dashboard' });
  const added = page.getByRole('status').filter({ hasText: 'Added to Shop.' });
  await page.getByRole('textbox', { name: 'Search traces' }).fill('{ status = error } | rate() by (name)');
  await add.click();
  await page.getByRole('textbox', { name: 'Name of a new dashboard' }).fill('Shop');
  await page.keyboard.press('Enter');
  await expect(added).toBeVisible();
  await page.keyboard.press('Escape');

  await page.getByRole('link', { name: 'Metrics', exact: true }).click();
  await page.getByRole('table', { name: 'Metrics' }).getByRole('button', { name: 'cart.value' }).click();
  await page.getByLabel('Group by').selectOption('till');
  await add.click();
  await page.getByRole('button', { name: 'Shop', exact: true }).click();
  await expect(added).toBeVisible();
  await page.keyboard.press('Escape');

  await page.getByRole('link', { name: 'Logs', exact: true }).click();
  await page.getByRole('textbox', { name: 'Search logs' }).fill('declined');
  await expect(page.getByRole('table', { name: 'Logs' }).getByRole('row')).toHaveCount(1);
  await add.click();
  await page.getByRole('button', { name: 'Shop', exact: true }).click();
  await expect(added).toBeVisible();
  await added.getByRole('link', { name: 'Shop' }).click();
  await expect(page.getByRole('heading', { level: 2 })).toHaveText(['rate() by(name)', 'cart.value', 'declined']);
  const cart = page.getByRole('region', { name: 'cart.value', exact: true });
  await expect(cart.getByRole('list', { name: 'Series' }).getByRole('listitem')).toHaveText([/one/]);
  const declined = page.getByRole('region', { name: 'declined', exact: true });
  await expect(declined.getByRole('img', { name: 'Logs over time by level' })).toBeVisible();
  await expect(declined).toContainText('1 log');
});
