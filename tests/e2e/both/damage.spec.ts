import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { drawnSpans, traceIdOf } from '../../fixtures/traces';
import { test } from '../app';

/** Of PostgreSQL's own catalogs are smaller numbers. */
const OF_OURS = /^1[6-9]\d{3}$/;

test('says on every screen that the database is damaged, which folder it is and what to do', async ({ app }) => {
  const { page } = app;
  await app.send(drawnSpans(traceIdOf(1), 'before 0..5'));
  await expect(page.getByRole('row', { name: /before/ })).toBeVisible();
  const files = join(app.dataDir, 'db', 'base', '5');
  const ours = (await readdir(files)).find((file) => OF_OURS.test(file));
  await rm(join(files, ours ?? ''));
  const title = page.getByText('The database is damaged. Nothing can be stored or read.');
  await expect(title).toBeVisible();
  for (const link of await page.getByRole('navigation').first().getByRole('link').all()) {
    await link.click();
    await expect(title).toBeVisible();
    await expect(page.getByText(join(app.dataDir, 'db')).first()).toBeVisible();
    // Once: the screen that cannot read anything does not say it again.
    await expect(page.getByText('move the folder aside')).toHaveCount(1);
  }
  await expect(page.getByText('The database is damaged', { exact: true })).toBeVisible();
  // What cannot be read is not said to be nothing.
  await expect(page.getByRole('contentinfo')).not.toContainText(/\d spans/);
});
