/** Services: the table of them, the page of one, the map, and the way from figures to traces. */
import { expect } from '@playwright/test';
import type { SampleSpan } from '../../../core/samples/otlp-builder';
import { traceIdOf } from '../../fixtures/traces';
import { PAGE, test, typeSearch } from '../app';

const MINUTE = 60_000_000_000n;
const MS = 1_000_000n;

/** The shop asks the stock; every fourth answer is an error. */
function order(number: number, startNs: bigint): SampleSpan[] {
  const spanId = (kind: string) => kind + number.toString(16).padStart(14, '0');
  const base = { traceId: traceIdOf(number), startNs, resource: { 'service.version': number > 10 ? '2.0' : '1.0' } };
  const failed = number % 4 === 0;
  return [
    { ...base, service: 'shop', spanId: spanId('aa'), name: 'POST /order', kind: 2, endNs: startNs + 300n * MS },
    {
      ...base,
      service: 'stock',
      spanId: spanId('bb'),
      parentSpanId: spanId('aa'),
      name: 'GET /stock',
      kind: 2,
      endNs: startNs + 100n * MS,
      ...(failed && { error: 'shelf is empty' }),
    },
  ];
}

test('leads from all services to one, and from its figures to traces', async ({ app }) => {
  const { page } = app;
  const now = BigInt(Date.now()) * 1_000_000n;
  const orders = Array.from({ length: 20 }, (_, i) => order(i + 1, now - 20n * MINUTE + BigInt(i) * 10_000n * MS));
  await app.send(orders.flat());
  await expect(page.getByRole('link', { name: /^Traces/ })).toContainText('20');
  await page.getByRole('link', { name: 'Services' }).click();
  const table = page.getByRole('table', { name: 'Services' });
  const stock = table.getByRole('row').filter({ hasText: 'stock' });
  await expect(stock).toContainText('25 %');
  await expect(table.getByRole('row').filter({ hasText: 'shop' })).toContainText(/(29[789]|30[0-3]) ms/);
  await table.getByRole('button', { name: 'Service', exact: true }).click();
  await expect(table.getByRole('row').nth(1)).toContainText('shop');
  await typeSearch(page, 'sto');
  await expect(table.getByRole('row')).toHaveCount(2);
  await page.keyboard.press('Escape');

  await stock.getByRole('link', { name: 'stock' }).click();
  await expect(page.getByRole('heading', { name: 'stock' })).toBeVisible();
  await expect(page.getByRole('table', { name: 'Operations' })).toContainText('GET /stock');
  await expect(page.getByRole('table', { name: 'Operations' })).not.toContainText('POST /order');
  await expect(page.getByRole('table', { name: 'Called by' })).toContainText('shop');
  const errors = page.getByRole('table', { name: 'Errors' });
  await expect(errors.getByRole('row').nth(1)).toContainText('shelf is empty');
  await expect(errors.getByRole('row').nth(1)).toContainText('5');
  const versions = page.getByRole('table', { name: 'Versions and instances' });
  await expect(versions.getByRole('row')).toHaveCount(3);
  await expect(page.getByRole('table', { name: 'Slowest traces' }).getByRole('row')).toHaveCount(11);
  await errors.getByRole('button', { name: 'newest' }).click();
  await expect(page.getByRole('treeitem', { name: /GET \/stock/ })).toBeVisible();
  await page.goBack();
  await errors.getByRole('row').nth(1).getByRole('button', { name: 'shelf is empty' }).click();
  await expect(page.getByRole('row')).toHaveCount(6);
});

test('draws who calls whom', PAGE, async ({ app }) => {
  const { page } = app;
  const now = BigInt(Date.now()) * 1_000_000n;
  await app.send(Array.from({ length: 20 }, (_, i) => order(i + 1, now - MINUTE)).flat());
  await expect(page.getByRole('link', { name: /^Traces/ })).toContainText('20');
  await page.getByRole('link', { name: 'Services' }).click();
  await page.getByRole('link', { name: 'Map' }).click();
  const map = page.getByRole('region', { name: 'Map of services' });
  await expect(map.getByRole('button', { name: /shop calls stock: 20 calls, 5 errors/ })).toContainText('25 %');
  await expect(page.getByRole('table', { name: 'Calls between services' })).toContainText('20');
  await page.getByRole('combobox', { name: 'Around' }).selectOption('stock');
  await expect(map.getByRole('button', { name: 'Focus on stock' })).toHaveAttribute('aria-pressed', 'true');
  await map.getByRole('button', { name: /shop calls stock/ }).click();
  await expect(page.getByRole('row')).toHaveCount(21);
  await page.goBack();
  await map.getByRole('button', { name: 'shop', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'shop' })).toBeVisible();
});
