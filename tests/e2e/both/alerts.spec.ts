/** Alerts: one that is added says what it measures, begins, is seen everywhere, and leads to its traces. */
import { expect } from '@playwright/test';
import { traceIdOf } from '../../fixtures/traces';
import { test } from '../app';

test('an alert begins, is seen wherever one is, and leads to what it looked at', async ({ app }) => {
  const { page } = app;
  const endNs = BigInt(Date.now()) * 1_000_000n;
  const spans = Array.from({ length: 5 }, (_, i) => ({
    traceId: traceIdOf(i + 1),
    spanId: (i + 1).toString(16).padStart(16, '0'),
    service: 'shop',
    name: i < 3 ? 'pay' : 'browse',
    startNs: endNs - 2_000_000_000n,
    endNs,
  }));
  await app.send(spans);
  // The system's notices cannot be seen from here: those that the page makes are.
  await page.evaluate(() => {
    const made: string[] = [];
    class Recorded extends EventTarget {
      static readonly permission = 'granted';
      onclick: (() => void) | null = null;
      constructor(title: string, { body }: { body: string }) {
        super();
        made.push(`${title}: ${body}`);
      }
    }
    Object.assign(window, { Notification: Recorded, made });
    document.hasFocus = () => false;
  });
  await page.getByRole('link', { name: /^Alerts/ }).click();
  await expect(page.getByText('No alerts yet')).toBeVisible();
  await page.getByRole('button', { name: 'Add an alert' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^TraceQL/).fill('{ name = ');
  await expect(dialog.getByRole('alert')).toContainText('the query ends');
  await dialog.getByLabel(/^TraceQL/).fill('{ name = "pay" }');
  await expect(dialog.getByText('Now: 3')).toBeVisible();
  await dialog.getByLabel('Name').fill('Many payments');
  await dialog.getByLabel(/^Threshold/).fill('2');
  // What it would have done, before it is kept.
  await expect(dialog.getByText('It would have fired 1 time')).toBeVisible();
  await dialog.getByLabel('Severity').selectOption('critical');
  await dialog.getByLabel('Resolve at').fill('3');
  await expect(dialog.getByRole('button', { name: 'Add the alert' })).toBeDisabled();
  await dialog.getByLabel('Resolve at').fill('1');
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('list', { name: 'Alert rules' })).toContainText('Critical');
  await expect(page.getByRole('list', { name: 'Alert rules' })).toContainText('began');
  await expect.poll(() => page.evaluate('made')).toEqual(['Many payments: 3, above 2']);
  await page.getByRole('link', { name: /^Sessions/ }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Many payments: 3, above 2' })).toBeVisible();
  await page.getByRole('link', { name: 'Look' }).click();
  await page.getByRole('button', { name: 'Traces of Many payments' }).click();
  await expect(page.getByText(/^3 (matching )?(traces|spans)/)).toBeVisible();
  await page.getByRole('link', { name: /^Alerts/ }).click();
  // Muted, it goes on, and the bar is gone everywhere.
  await page.getByRole('button', { name: 'Mute the alert Many payments' }).press('Enter');
  await page.getByRole('menuitem', { name: 'for an hour' }).press('Enter');
  await expect(page.getByRole('list', { name: 'Alert rules' })).toContainText('muted');
  await page.getByRole('link', { name: /^Sessions/ }).click();
  await expect(page.getByRole('heading', { name: 'Sessions' })).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'Many payments' })).toHaveCount(0);
  await page.getByRole('link', { name: /^Alerts/ }).click();
  await page.getByRole('button', { name: 'Unmute the alert Many payments' }).click();
  await expect(page.getByRole('list', { name: 'Alert rules' })).not.toContainText('muted');
  await page.getByRole('checkbox', { name: 'Watch Many payments' }).press(' ');
  await expect(page.getByRole('list', { name: 'Alert rules' })).toContainText('off');
  await expect(page.getByText('goes on')).toBeHidden();
});
