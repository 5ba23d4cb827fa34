/** The team server's pages: signing in, seeing traces, inviting somebody who joins, keys, and signing out. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, expect, type Page, test, type WebSocket } from '@playwright/test';
import { testTrace } from '../../../core/samples/test-trace';
import { freePort } from '../../fixtures/free-port';
import { OIDC_CLIENT, type OpenIdProvider, startOpenIdProvider } from '../../fixtures/openid-provider';
import { temporaryFolder } from '../../fixtures/spoor';
import {
  makeKeys,
  type Owner,
  PASSWORD,
  setUpOwner,
  startTeamServer,
  TeamClient,
  type TeamServer,
} from '../../fixtures/team-server';
import { found } from '../app';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: TeamServer;
let provider: OpenIdProvider;
let ann: Owner;
let browser: Browser;

test.beforeAll(async () => {
  folder = await temporaryFolder();
  provider = await startOpenIdProvider();
  const port = await freePort();
  server = await startTeamServer(
    folder.path,
    {
      ...OIDC_CLIENT,
      SPOOR_OIDC_ISSUER: provider.issuer,
      SPOOR_OIDC_NAME: 'Acme',
      SPOOR_PRIVATE_ADDRESSES: '1',
      SPOOR_PUBLIC_URL: `http://127.0.0.1:${port}`,
    },
    port,
  );
  ann = await setUpOwner(server);
  browser = await chromium.launch(found<{ executablePath: string; args: string[] }>('SPOOR_E2E_BROWSER'));
});
test.afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await provider?.stop();
  await folder?.remove();
});

async function signedIn(): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${server.url}/#/sessions`);
  await page.getByLabel('E-mail').fill(ann.email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('link', { name: /^Traces/ })).toBeVisible();
  return page;
}

test('lets in who has a password, to what was asked for, and keeps nothing that a script could steal', async () => {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${server.url}/#/sessions`);
  await expect(page.getByLabel('E-mail')).toBeFocused();
  await page.keyboard.type(ann.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type('not the password');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('not right');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Sessions' })).toBeVisible();
  const kept = await page.evaluate(() => JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }]));
  expect(kept).not.toMatch(/refresh_|eyJ/);
  // Another tab, at the same time: both renew, and neither ends the session of the other.
  const other = await page.context().newPage();
  await Promise.all([page.reload(), other.goto(server.url)]);
  for (const tab of [page, other]) await expect(tab.getByRole('link', { name: /^Traces/ })).toBeVisible();
  await page.context().close();
});

test('shows what arrives, in the trace too', async () => {
  const page = await signedIn();
  const keys = await makeKeys(ann.client, 'live');
  await page.getByRole('link', { name: /^Traces/ }).click();
  await expect(page.getByText('Waiting for the first trace')).toBeVisible();
  expect(await keys.ingest.export(testTrace(BigInt(Date.now()) * 1_000_000n, 7))).toBe(200);
  await page.getByRole('link', { name: 'Team' }).click();
  await page.getByRole('tab', { name: 'Projects and keys' }).click();
  await page.getByRole('button', { name: 'Traces of live' }).click();
  await page.getByText('GET /hello').first().click();
  await expect(page.getByRole('heading', { name: /GET \/hello/ })).toBeVisible();
  await expect(page.getByText('spoor-test').first()).toBeVisible();
  await page.context().close();
});

test('goes on when its token ends', async () => {
  const page = await (await browser.newContext()).newPage();
  await page.clock.install();
  const sockets: string[] = [];
  page.on('websocket', (socket) => sockets.push(socket.url()));
  await page.goto(server.url);
  await page.getByLabel('E-mail').fill(ann.email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('link', { name: /^Traces/ })).toBeVisible();
  await expect.poll(() => sockets.length).toBe(1);
  await page.clock.fastForward('14:10');
  await expect.poll(() => sockets.length).toBeGreaterThan(1);
  await page.getByRole('link', { name: 'Sessions' }).click();
  await expect(page.getByRole('heading', { name: 'Sessions' })).toBeVisible();
  await expect(page.getByText('Connection lost')).toHaveCount(0);
  await page.context().close();
});

test('invites somebody, who joins and reads, and may not invite', async () => {
  const page = await signedIn();
  await page.getByRole('link', { name: 'Team' }).click();
  await page.getByLabel('E-mail address to invite').fill('bob@example.com');
  await page.getByLabel('Role', { exact: true }).selectOption('viewer');
  await page.getByRole('button', { name: 'Invite' }).press('Enter');
  const link = await page
    .getByRole('region', { name: 'Invitation link for bob@example.com' })
    .locator('code')
    .textContent();
  const bob = await (await browser.newContext()).newPage();
  await bob.goto(link ?? '');
  await bob.getByLabel('Your name').fill('Bob');
  await bob.getByLabel(/^Password/).fill(PASSWORD);
  await bob.keyboard.press('Enter');
  await bob.getByRole('link', { name: 'Team' }).click();
  await expect(bob.getByText('Bob (you)')).toBeVisible();
  await expect(bob.getByLabel('E-mail address to invite')).toHaveCount(0);
  await expect(bob.getByRole('tab', { name: 'Audit log' })).toHaveCount(0);
  // What he may not do is not offered.
  const isOffered = async (who: Page, offered: boolean): Promise<void> => {
    for (const [link, button, shown] of [
      ['Alerts', 'Add an alert', who.getByRole('heading', { name: 'Alerts', level: 1 })],
      ['Guardrails', 'Add a rule', who.getByRole('heading', { name: 'Guardrails', level: 1 })],
      ['Playground', /^Run/, who.getByRole('heading', { name: 'Playground', level: 1 })],
      ['Traces', 'Save view', who.getByLabel('Search traces')],
    ] as const) {
      await who.getByRole('link', { name: new RegExp(`^${link}`) }).click();
      await expect(shown).toBeVisible();
      const buttons = who.getByRole('button', { name: button });
      if (offered) await expect(buttons.first()).toBeVisible();
      else await expect(buttons).toHaveCount(0);
    }
  };
  await isOffered(bob, false);
  await isOffered(page, true);
  await page.getByRole('link', { name: 'Team' }).click();
  await bob.getByRole('link', { name: 'Team' }).click();
  await page.reload();
  await page.getByLabel('Role of Bob').selectOption('admin');
  await expect(page.getByLabel('Role of Bob')).toHaveValue('admin');
  await bob.reload();
  await expect(bob.getByRole('tab', { name: 'Audit log' })).toBeVisible();
  await bob.context().close();
  await page.context().close();
});

test('makes a key that works, rotates and revokes it, and tells of it in the audit log', async () => {
  const page = await signedIn();
  await page.goto(`${server.url}/#/team/keys`);
  await page.getByLabel('Name of a project').fill('checkout');
  await page.keyboard.press('Enter');
  await page.getByLabel('Name of a key for checkout').fill('collector');
  await page.keyboard.press('Enter');
  const key = (await page.getByRole('region', { name: 'The key collector' }).locator('code').textContent()) ?? '';
  expect(await ann.client.as(key).export([])).toBe(200);
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('region', { name: 'checkout' }).getByRole('button', { name: 'Revoke collector' }).click();
  await expect(page.getByRole('region', { name: 'checkout' }).getByText('revoked')).toBeVisible();
  await page.getByRole('tab', { name: 'Audit log' }).click();
  await expect(page.getByRole('list', { name: 'Changes' })).toContainText('api-key.revoke');
  await page.context().close();
});

test('signs out, from the workspace menu by keyboard', async () => {
  const page = await signedIn();
  await page.getByRole('button', { name: /Acme/ }).focus();
  await page.keyboard.press('Enter');
  // A menu takes the focus when it opens.
  await expect(page.getByRole('menuitem').first()).toBeFocused();
  await page.getByRole('menuitem', { name: 'Sign out' }).press('Enter');
  await expect(page.getByLabel('E-mail')).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('E-mail')).toBeVisible();
  await page.context().close();
});

test('signs in a program that shows a code', async () => {
  const nobody = new TeamClient(server.url);
  const { body: code } = await nobody.ask('post', '/v1/auth/device', { clientName: 'Spoor on a laptop' });
  const page = await signedIn();
  await page.goto(`${server.url}/#/device`);
  await page.getByLabel('Code').fill('nothing');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('not good any more');
  await page.getByLabel('Code').fill(code.userCode.toLowerCase());
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Sign in Spoor on a laptop?' })).toBeVisible();
  await page.getByRole('button', { name: 'Allow', exact: true }).click();
  await expect(page.getByRole('status').getByText('Signed in')).toBeVisible();
  const { body } = await nobody.ask('post', '/v1/auth/device/token', { deviceCode: code.deviceCode });
  expect(body.state).toBe('signed-in');
  await page.context().close();
});

test('signs in at an OpenID provider, and says why it does not', async () => {
  const page = await (await browser.newContext()).newPage();
  await page.goto(server.url);
  provider.person = { sub: 'eve', email: 'eve@example.com', email_verified: true };
  await page.getByRole('link', { name: 'Continue with Acme' }).click();
  await expect(page.getByRole('alert')).toContainText('This e-mail address has no invitation');
  provider.person = { sub: 'ann', email: ann.email, email_verified: true };
  await page.getByRole('link', { name: 'Continue with Acme' }).click();
  await expect(page.getByRole('button', { name: /Acme/ })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('link', { name: /^Traces/ })).toBeVisible();
  await page.context().close();
});

test('is there again after a night without a network, and asks who was removed to sign in', async () => {
  const path = `/v1/workspaces/${ann.workspace}/invitations`;
  const invited = await ann.client.ask('post', path, { email: 'vic@example.com', role: 'viewer' });
  const page = await (await browser.newContext()).newPage();
  await page.clock.install();
  const sockets: WebSocket[] = [];
  page.on('websocket', (socket) => sockets.push(socket));
  await page.goto(`${server.url}/#/invitation/${invited.body.token}`);
  await page.getByLabel('Your name').fill('Vic');
  await page.getByLabel(/^Password/).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('link', { name: /^Traces/ })).toBeVisible();
  await expect.poll(() => sockets.length).toBe(1);
  await page.context().setOffline(true);
  await page.clock.fastForward('08:00:00');
  await page.context().setOffline(false);
  await page.clock.runFor(10_000);
  await expect.poll(() => sockets.length).toBeGreaterThan(1);
  await page.getByRole('link', { name: 'Team' }).click();
  await expect(page.getByText('Vic (you)')).toBeVisible();
  const { body } = await ann.client.ask('get', `/v1/workspaces/${ann.workspace}/members`);
  const { accountId } = body.data.find(({ name }: { name: string }) => name === 'Vic');
  await ann.client.ask('delete', `/v1/workspaces/${ann.workspace}/members/${accountId}`);
  await page.clock.fastForward('15:00');
  await page.clock.runFor(10_000);
  await expect(page.getByRole('heading', { name: 'Sign in to Spoor' })).toBeVisible();
  await page.context().close();
});

test('tells a webhook what happens, says what it did not take, and lists who did what', async () => {
  let answer = 500;
  const receiver = createServer((_, response) => response.writeHead(answer).end());
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  const page = await signedIn();
  await page.goto(`${server.url}/#/team/webhooks`);
  await page.getByLabel('Webhook address').fill('https://10.0.0.7/hook');
  await page.getByLabel('Projects and members').check();
  await page.keyboard.press('Enter');
  // Here the server's own network is allowed (SPOOR_PRIVATE_ADDRESSES): a form that is not is refused all the same.
  await page.getByRole('button', { name: 'Delete https://10.0.0.7/hook' }).click();
  await page.getByLabel('Webhook address').fill('https://ann:secret@example.com/');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('must not hold a user or password');
  await page.getByLabel('Webhook address').fill(url);
  await page.keyboard.press('Enter');
  await expect(page.locator('code').first()).toContainText('whsec_');
  await page.getByRole('button', { name: 'Done' }).click();
  await ann.client.ask('post', '/v1/projects', { name: 'payments' });
  await expect(page.getByRole('list', { name: 'Not delivered' })).toContainText('The address answered 500.');
  answer = 204;
  await page.getByRole('button', { name: `Send a test to ${url}` }).click();
  await expect(page.getByRole('list', { name: 'Webhooks' })).toContainText('took the last');
  await page.getByRole('tab', { name: 'Activity' }).click();
  await expect(page.getByRole('list', { name: 'Activity' }).getByRole('listitem').first()).toContainText(
    /Ann.*added the project payments/,
  );
  await page.context().close();
  receiver.close();
});
