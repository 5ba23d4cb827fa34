/** Patterns of logs: messages grouped by what they have in common, and the way back to the logs of one. */
import { expect } from '@playwright/test';
import { keyValues } from '../../../core/samples/otlp-builder';
import { PAGE, restingBox, test } from '../app';

test('patterns group similar logs, and lead to the logs of one', PAGE, async ({ app }) => {
  const { page } = app;
  const now = BigInt(Date.now()) * 1_000_000n;
  const record = (body: string, i: number, severityNumber: number) => ({
    timeUnixNano: String(now - BigInt(i) * 1_000_000_000n),
    severityNumber,
    body: { stringValue: body },
  });
  const logRecords = [
    ...Array.from({ length: 6 }, (_, i) => record(`user ${i}4 logged in from 10.0.0.${i}`, i, 9)),
    ...Array.from({ length: 3 }, (_, i) => record(`\u001b[31mcard ${i}1 was\u001b[0m declined`, i, 17)),
    record(`stuck <b>here</b> ${'long '.repeat(2_000)}`, 9, 13),
  ];
  const resource = { attributes: keyValues({ 'service.name': 'shop' }) };
  const response = await fetch(`${app.otlpHttp}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] }),
  });
  expect(response.status).toBe(200);
  await page.getByRole('link', { name: 'Logs', exact: true }).click();
  const table = page.getByRole('table', { name: 'Logs' });
  await expect(table.getByRole('row')).toHaveCount(10);
  // Colours of terminals are not in the way of the list.
  await expect(table.getByRole('row', { name: 'card 01 was declined' })).toBeVisible();
  await page.getByRole('button', { name: 'Patterns' }).click();
  const patterns = page.getByRole('table', { name: 'Patterns' });
  await expect(patterns).toContainText('3 patterns in 10 logs.');
  const rows = patterns.getByRole('row');
  await expect(rows.nth(1)).toContainText(/6\s*60 %\s*info\s*shop\s*user <\*> logged in from <\*>/);
  await expect(rows.nth(2)).toContainText(/3\s*30 %\s*error\s*shop\s*card <\*> was declined/);
  await expect(page).toHaveURL(/view=patterns/);
  await page.reload();
  await expect(rows).toHaveCount(4);

  await patterns.getByRole('button', { name: /^card/ }).click();
  await expect(table.getByRole('row')).toHaveCount(3);
  await expect(page.getByRole('textbox', { name: 'Search logs' })).toHaveValue(/body:"declined"/);
  // Wrapped, a long message is there to its end.
  await page.getByRole('textbox', { name: 'Search logs' }).fill('stuck');
  await expect(table.getByRole('row')).toHaveCount(1);
  const before = await restingBox(table.getByRole('row'));
  await page.getByRole('button', { name: 'Wrap' }).click();
  await expect.poll(async () => (await table.getByRole('row').boundingBox())?.height).toBeGreaterThan(before.height);
});
