/** Metrics: the list of them, one over time in groups, several on one page, and the way to the traces behind a value. */
import { expect } from '@playwright/test';
import { Random } from '../../../core/samples/random';
import { sampleMetrics } from '../../../core/samples/sample-metrics';
import { shopTrace } from '../../../core/samples/web-shop';
import { PAGE, restingBox, test, typeSearch } from '../app';

const NS_PER_MS = 1_000_000n;

test('metrics are found, drawn in groups, read exactly, and lead to traces', async ({ app }) => {
  const { page } = app;
  const nowNs = BigInt(Date.now()) * NS_PER_MS;
  const spans = shopTrace(new Random(3), nowNs - 60_000n * NS_PER_MS);
  await app.send(spans);
  const send = (body: object) =>
    fetch(`${app.otlpHttp}/v1/metrics`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const { traceId = '', spanId = '' } = spans[0] ?? {};
  const dataPoints = [40, 20, 0].map((secondsAgo, i) => {
    const timeUnixNano = String(nowNs - BigInt(secondsAgo) * 1_000n * NS_PER_MS);
    return { timeUnixNano, asDouble: 12.25 + i, exemplars: [{ timeUnixNano, asDouble: 12.25, traceId, spanId }] };
  });
  const metrics = [{ name: 'cart.value', description: 'Worth of a cart', unit: '{euro}', gauge: { dataPoints } }];
  expect((await send(sampleMetrics(nowNs))).status).toBe(200);
  expect((await send({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] })).status).toBe(200);

  // From the count in the status bar.
  await page.getByRole('link', { name: '703 metric points' }).click();
  const table = page.getByRole('table', { name: 'Metrics' });
  await expect(table.getByRole('row')).toHaveCount(6);
  await expect(table.getByRole('row', { name: /process.memory.usage/ })).toContainText('gauge By');
  await typeSearch(page, 'worth');
  await expect(table.getByRole('row')).toHaveCount(2);
  await page.keyboard.press('Enter');

  const cart = page.getByRole('region', { name: 'cart.value', exact: true });
  const chart = cart.getByRole('img', { name: /Average of cart.value/ });
  await chart.focus();
  await page.keyboard.press('ArrowRight');
  await expect(chart).toContainText('12.25 euros');
  await cart.getByRole('button', { name: 'Table' }).click();
  await expect(cart.getByRole('table').getByRole('row').nth(1)).toContainText('14.25 euros');
  // The desktop asks where to put it, in a dialog of the system.
  if (!app.desktop) {
    const download = page.waitForEvent('download');
    await cart.getByRole('button', { name: 'CSV' }).click();
    expect((await download).suggestedFilename()).toBe('spoor-cart.value.csv');
  }

  // A second metric, in groups; all of it is in the address.
  await page.getByRole('button', { name: 'Add a metric' }).click();
  await page.getByRole('button', { name: 'http.server.requests' }).click();
  const requests = page.getByRole('region', { name: 'http.server.requests', exact: true });
  await requests.getByLabel('Group by').selectOption('http.response.status_code');
  await expect(requests.getByRole('list', { name: 'Series' }).getByRole('listitem')).toHaveCount(2);
  await expect(requests).toContainText('Series restarted 3 times');
  await requests.getByLabel('Filter').fill('http.response.status_code=500');
  await page.keyboard.press('Enter');
  await expect(requests.getByRole('list', { name: 'Series' }).getByRole('listitem')).toHaveCount(1);
  await page.reload();
  await expect(requests.getByLabel('Filter')).toHaveValue('http.response.status_code=500');
  await requests.getByLabel('Filter').fill('nonsense');
  await page.keyboard.press('Enter');
  await expect(requests).toContainText('The filter is not understood at "nonsense"');
  await requests.getByRole('button', { name: 'Close http.server.requests' }).click();
  await expect(requests).toHaveCount(0);

  await cart
    .getByRole('link', { name: /12.25 euros at/ })
    .first()
    .click();
  await expect(page.getByRole('treeitem').first()).toBeVisible();
});

test('histograms are percentiles with bounds, and heatmaps', PAGE, async ({ app }) => {
  const { page } = app;
  await page.getByRole('link', { name: 'Metrics' }).click();
  await expect(page.getByText('No metrics have arrived yet.')).toBeVisible();
  const response = await fetch(`${app.otlpHttp}/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(sampleMetrics(BigInt(Date.now()) * NS_PER_MS)),
  });
  expect(response.status).toBe(200);
  await page.getByRole('button', { name: 'http.server.request.duration' }).click();
  const panel = page.getByRole('region', { name: 'http.server.request.duration', exact: true });
  await expect(panel).toContainText('Estimated from histogram buckets.');
  const chart = panel.getByRole('img', { name: /p95 of/ });
  await chart.focus();
  for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowRight');
  await expect(chart).toContainText(/ms – /);
  await panel.getByLabel('Show').selectOption('heatmap');
  await expect(panel.getByRole('img', { name: /Heatmap of http.server.request.duration: 10 buckets/ })).toBeVisible();
  // A drag zooms, and the range is in the address.
  const box = await restingBox(panel.getByRole('img'));
  await page.mouse.move(box.x + box.width * 0.4, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 4 });
  await page.mouse.up();
  await expect(page).toHaveURL(/from=.*to=/);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('table', { name: 'Metrics' })).toBeVisible();
});
