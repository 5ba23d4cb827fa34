import { join } from 'node:path';
import { expect } from '@playwright/test';
import { fakeBrowser } from '../../fixtures/fake-browser';
import { freePort } from '../../fixtures/free-port';
import { startSpoor } from '../../fixtures/spoor';
import { drawnSpans, traceIdOf } from '../../fixtures/traces';
import { test } from '../app';

test('shows nothing without the token, and takes it by hand', async ({ app }) => {
  const context = await app.page.context().browser()?.newContext();
  const page = await context?.newPage();
  if (!page) throw new Error('no page');
  await app.send(drawnSpans(traceIdOf(1), 'secret 0..5'));
  await page.goto(app.ui);
  await expect(page.getByRole('heading', { name: 'Open Spoor with its link' })).toBeVisible();
  await page.getByLabel('Token').fill('not-the-token');
  await page.getByRole('button', { name: 'Open' }).click();
  await expect(page.getByRole('heading', { name: 'Open Spoor with its link' })).toBeVisible();
  await expect(page.getByText('secret')).toHaveCount(0);
  await page.getByLabel('Token').fill(app.token);
  await page.getByRole('button', { name: 'Open' }).click();
  await expect(page.getByRole('row', { name: /secret/ })).toBeVisible();
});

test('keeps the token out of the address', async ({ app }) => {
  await expect(app.page.getByText('Listening on')).toBeVisible();
  expect(app.page.url()).not.toContain(app.token);
  await app.page.goto(`${app.ui}/?token=${app.token}`);
  await expect(app.page.getByText('Listening on')).toBeVisible();
  expect(app.page.url()).not.toContain(app.token);
});

test('the page that --open opens leads on, signed in', async ({ app, folder }) => {
  const browser = await fakeBrowser(join(folder, 'browser'));
  const spoor = await startSpoor(join(folder, 'opened-too'), ['--open'], browser.environment);
  try {
    await app.page.goto((await browser.opened()).address);
    await expect(app.page.getByText('Listening on')).toBeVisible();
    expect(app.page.url()).toMatch(new RegExp(`^${spoor.ready.ui}/`));
    expect(app.page.url()).not.toContain(spoor.ready.token);
  } finally {
    await browser.quit();
    await spoor.stop();
  }
});

const testOnPorts = test.extend({
  // Such as nothing else takes before Spoor is there again.
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's names
  args: async ({}, use) => {
    const [ui, otlpHttp] = [await freePort(), await freePort()];
    await use(['--ui', `127.0.0.1:${ui}`, '--otlp-http', `127.0.0.1:${otlpHttp}`]);
  },
});

testOnPorts('says that the connection is lost, and takes it up again', async ({ app, args, folder }) => {
  const { page } = app;
  await app.send(drawnSpans(traceIdOf(1), 'before 0..5'));
  await expect(page.getByRole('row', { name: /before/ })).toBeVisible();
  await app.stopServer?.();
  await expect(page.getByText('Connection lost, trying again')).toBeVisible();
  await expect(page.getByRole('row', { name: /before/ })).toBeVisible();
  const again = await startSpoor(folder, args);
  await app.send(drawnSpans(traceIdOf(2), 'after 0..5'));
  await expect(page.getByRole('row', { name: /after/ })).toBeVisible();
  await again.stop();
});
