/** The link that the team server's first start prints: a page that makes the owner and says where to send traces. */
import { chromium, expect, test } from '@playwright/test';
import { temporaryFolder } from '../../fixtures/spoor';
import { startTeamServer, TeamClient } from '../../fixtures/team-server';
import { found } from '../app';

test('makes the first owner, by keyboard, and a key that works', async () => {
  const folder = await temporaryFolder();
  const server = await startTeamServer(folder.path);
  const browser = await chromium.launch(found<{ executablePath: string; args: string[] }>('SPOOR_E2E_BROWSER'));
  try {
    const page = await browser.newPage();
    const fill = async (): Promise<void> => {
      await page.getByLabel('Your name').fill('Ann');
      await page.getByLabel('E-mail').fill('ann@example.com');
      await page.getByLabel(/Password/).fill('correct horse battery');
      await page.getByLabel(/Workspace/).fill('Acme');
      await page.keyboard.press('Enter');
    };
    await page.goto(`${server.url}/setup#token=setup_invented`);
    await fill();
    await expect(page.getByRole('alert')).toContainText('not valid any more');
    await page.goto('about:blank');
    await page.goto(`${server.url}/setup#token=${server.setupSecret}`);
    await expect(page.getByLabel('Your name')).toBeFocused();
    expect(page.url()).not.toContain('setup_');
    await fill();
    await expect(page.getByRole('heading', { name: 'Ready' })).toBeFocused();
    const key = /Bearer (spoor_[\w-]+)/.exec((await page.locator('#lines').textContent()) ?? '')?.[1] ?? '';
    expect(await new TeamClient(server.url, key).export([])).toBe(200);
  } finally {
    await browser.close();
    await server.stop();
    await folder.remove();
  }
});
