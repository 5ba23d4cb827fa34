/** Sharing with a team from the window: signing in in a browser, a look at what leaves, comments, a file, offline. */
import { expect } from '@playwright/test';
import { testTrace } from '../../../core/samples/test-trace';
import { temporaryFolder } from '../../fixtures/spoor';
import { makeKeys, setUpOwner, startTeamServer } from '../../fixtures/team-server';
import { test } from '../app';

test('a trace is shared after a look at it, talked about, and sync says how it stands', async ({ app }) => {
  const { page } = app;
  const folder = await temporaryFolder();
  const server = await startTeamServer(folder.path);
  try {
    const owner = await setUpOwner(server);
    await makeKeys(owner.client);
    const spans = testTrace(BigInt(Date.now()) * 1_000_000n, 7).map((span) => ({
      ...span,
      attributes: { ...span.attributes, 'app.note': 'Authorization: Bearer abcdefgh12345678' },
    }));
    await app.send(spans);
    const traceId = spans[0]?.traceId ?? '';
    await page.getByRole('link', { name: 'Team sync' }).click();
    await page.getByLabel("Address of your team's server").fill('http://example.com');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alert')).toContainText('Use https://');
    await page.getByLabel("Address of your team's server").fill(server.url);
    await page.keyboard.press('Enter');
    const code = await page.getByText(/^[A-Z]{4}-[A-Z]{4}$/).textContent();
    await owner.client.ask('post', `/v1/auth/device/${code}/actions/allow`);
    await expect(page.getByText('Acme as Ann, owner')).toBeVisible();
    await expect(page.getByRole('link', { name: 'Acme: up to date' })).toBeVisible();
    expect((await owner.client.ask('get', '/v1/traces')).body.data).toEqual([]);

    const dialog = page.getByRole('dialog');
    await page.getByRole('checkbox', { name: 'Everything' }).click();
    await expect(dialog).toContainText('3 spans');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await expect(page.getByRole('checkbox', { name: 'Everything' })).not.toBeChecked();
    expect((await owner.client.ask('get', '/v1/traces')).body.data).toEqual([]);

    await page.getByRole('link', { name: /^Traces/ }).click();
    await page.getByRole('row').filter({ hasText: 'GET /hello' }).first().click();
    await page.getByRole('button', { name: 'Share' }).click();
    await expect(dialog).toContainText('3 spans');
    await dialog.getByText('All of it, as it will be sent').click();
    await expect(dialog.locator('pre')).toContainText('GET /hello');
    await expect(dialog.locator('pre')).not.toContainText('abcdefgh12345678');
    await dialog.getByRole('button', { name: 'Share', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Shared' })).toBeVisible();
    await expect.poll(async () => (await owner.client.ask('get', `/v1/traces/${traceId}`)).status).toBe(200);

    await page.getByRole('tab', { name: /^Comments/ }).click();
    await page.getByLabel(/^Write a comment/).fill('@A');
    await page.getByRole('button', { name: '@Ann' }).click();
    await page.getByLabel(/^Write a comment/).press('End');
    await page.keyboard.type('why twice?');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByRole('article')).toContainText('@Ann why twice?');
    const comments = async () => (await owner.client.ask('get', `/v1/comments?traceId=${traceId}`)).body.data;
    await expect.poll(async () => (await comments())[0]?.text).toBe('@Ann why twice?');
    const [comment] = await comments();
    expect(comment).toMatchObject({ authorName: 'Ann', mentions: [expect.any(String)] });
    await owner.client.ask('post', '/v1/comments', { traceId, parentId: comment.id, text: 'The pool was empty.' });
    await expect(page.getByText('The pool was empty.')).toBeVisible();

    await server.stop();
    await page.getByRole('button', { name: 'Tag' }).click();
    await expect(page.getByLabel('Tag', { exact: true })).toBeFocused();
    await page.keyboard.type('pool');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('link', { name: 'Acme: offline' })).toBeVisible();
    await page.getByRole('link', { name: 'Acme: offline' }).click();
    await expect(page.getByText('1 change to send')).toBeVisible();
    await expect(page.getByRole('row').filter({ hasText: 'yours go here' }).getByRole('cell').first()).toHaveText('1');
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
    await expect(page.getByLabel("Address of your team's server")).toBeVisible();
    await page.getByRole('link', { name: /^Traces/ }).click();
    await expect(page.getByRole('row').filter({ hasText: 'GET /hello' })).toBeVisible();
  } finally {
    await server.stop();
    await folder.remove();
  }
});
