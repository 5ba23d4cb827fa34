/** TraceQL metrics in the search box of the traces: charts that lead to traces, heatmaps, and what sets spans apart. */
import { expect } from '@playwright/test';
import { drawnSpans, traceIdOf } from '../../fixtures/traces';
import { PAGE, restingBox, test } from '../app';

/** A shop: every third order fails in payments, ten seconds apart. */
const orders = Array.from({ length: 12 }, (_, i) => i + 1).flatMap((n) =>
  drawnSpans(
    traceIdOf(n),
    `
    POST /orders/${n % 2}  ${n * 10_000}..${n * 10_000 + 200} web
      charge           ${n * 10_000 + 10}..${n * 10_000 + 90} payments${n % 3 === 0 ? ' !card declined' : ''}
      reserve          ${n * 10_000 + 95}..${n * 10_000 + 150} inventory`,
  ),
);

test('a metric is a chart whose series lead to their traces', async ({ app }) => {
  const { page } = app;
  await app.send(orders);
  await expect(page.getByRole('row')).toHaveCount(13);
  const search = page.getByRole('textbox', { name: 'Search traces' });
  await search.fill('{ } | count_over_time() by (resource.service.name)');
  const region = page.getByRole('region', { name: 'count_over_time() by(resource.service.name)', exact: true });
  const series = region.getByRole('list', { name: 'Series' });
  await expect(series.getByRole('listitem')).toHaveCount(3);
  await expect(region).toContainText('3 series');
  await expect(region).toContainText(/steps of 2.0 s/);
  await expect(page.getByRole('alert')).toHaveCount(0);

  const chart = region.getByRole('img', { name: /count_over_time/ });
  await chart.focus();
  await page.keyboard.press('ArrowRight');
  await expect(chart).toContainText(/payments\d spans?/);
  await region.getByRole('button', { name: 'Table' }).click();
  await expect(region.getByRole('columnheader', { name: 'payments' })).toBeVisible();
  // The desktop asks where to put it, in a dialog of the system.
  if (!app.desktop) {
    const download = page.waitForEvent('download');
    await region.getByRole('button', { name: 'CSV' }).click();
    expect((await download).suggestedFilename()).toBe('spoor-traceql-metric.csv');
  }

  // It is in the address; a facet narrows it, and a series leads to its traces.
  await page.reload();
  await expect(series.getByRole('listitem')).toHaveCount(3);
  await page.getByRole('checkbox', { name: 'error' }).check();
  await expect(series.getByRole('listitem')).toHaveCount(1);
  await series.getByRole('button', { name: 'Traces of payments' }).click();
  await expect(search).toHaveText('{ status = error && resource.service.name = "payments" }');
  await expect(page.getByRole('row')).toHaveCount(5);
});

test('buckets are heatmaps, a drag zooms, and mistakes are said', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send(orders);
  await expect(page.getByRole('row')).toHaveCount(13);
  const search = page.getByRole('textbox', { name: 'Search traces' });
  await search.fill('{ resource.service.name = "web" } | histogram_over_time(duration)');
  const heatmap = page.getByRole('img', { name: /histogram_over_time\(duration\): 1 buckets/ });
  const box = await restingBox(heatmap);
  await page.mouse.move(box.x + box.width * 0.2, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 4 });
  await page.mouse.up();
  await expect(page).toHaveURL(/from=.*to=/);
  await expect(heatmap).toBeVisible();

  await search.fill('({ status = error } | rate()) / ({ } | rate())');
  await expect(page.getByRole('region', { name: /rate\(\)\) \/ / })).toContainText('1 series');
  await search.fill('{ name = "nothing" } | rate()');
  await expect(page.getByText('No span matches in this time range.')).toBeVisible();
  await search.fill('{ } | quantile_over_time(duration)');
  await expect(page.getByRole('alert')).toContainText('quantile_over_time needs a quantile');
});

test('compare() ranks what sets spans apart, and a value narrows the search', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send(orders);
  await expect(page.getByRole('row')).toHaveCount(13);
  const search = page.getByRole('textbox', { name: 'Search traces' });
  await search.fill('{ } | compare({ status = error })');
  const region = page.getByRole('region', { name: /compare/ });
  await expect(region).toContainText('Selected: 4 spans');
  await expect(region).toContainText('Others: 32 spans');
  const service = region.getByRole('region', { name: 'resource.service.name' });
  await expect(service.getByRole('button').first()).toContainText(/payments.*4.*100 %.*8.*25 %.*\+75/);
  await service.getByRole('button').first().click();
  await expect(search).toHaveText('{ resource.service.name = "payments" }');
  await expect(page.getByRole('row')).toHaveCount(13);
});

test('an area of the heatmap, and a group, are compared with the rest', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send(orders);
  await expect(page.getByRole('row')).toHaveCount(13);
  const search = page.getByRole('textbox', { name: 'Search traces' });
  await search.fill('{ duration > 0ns }');
  await page.getByRole('combobox', { name: 'Chart' }).selectOption('heatmap');
  await page.getByRole('button', { name: 'Compare an area' }).click();
  // Until the question about spans is answered, the chart of the one before it is shown.
  const heatmap = page.getByRole('img', { name: 'Spans by time and duration' });
  await expect(heatmap).toBeVisible();
  await expect(page.getByRole('region', { name: 'Traces over time' })).toHaveAttribute('aria-busy', 'false');
  const box = await heatmap.boundingBox();
  if (!box) throw new Error('the heatmap has no place');
  // The upper part: the requests.
  await page.mouse.move(box.x + 1, box.y + 1);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 1, box.y + 0.4 * box.height, { steps: 4 });
  await page.mouse.up();
  const region = page.getByRole('region', { name: /compare/ });
  await expect(region).toContainText('Selected: 12 spans');
  await expect(region).toContainText('Others: 24 spans');
  await expect(region.getByRole('button', { name: /^web/ })).toContainText('+100');

  await search.fill('');
  await page.getByRole('button', { name: 'Group by: nothing' }).click();
  await page.getByRole('option', { name: 'status' }).click();
  await page.getByRole('button', { name: 'What sets error apart' }).click();
  await expect(search).toHaveText('{ } | compare({ status = error }, 30)');
  await expect(region).toContainText('Selected: 4 spans');
});
