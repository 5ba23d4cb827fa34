/** The settings: each section, what is saved into settings.json, and what somebody else writes there. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { drawnSpans, traceIdOf } from '../../fixtures/traces';
import { PAGE, test } from '../app';

const file = (dataDir: string): string => join(dataDir, 'settings.json');

test('saves how much is kept into settings.json, by the keyboard alone', async ({ app }) => {
  const { page, dataDir } = app;
  await writeFile(file(dataDir), '{\n  // kept\n  "agents": { "write": false }\n}\n');
  await app.send(drawnSpans(traceIdOf(1), 'root 0..5'));
  await page.keyboard.press('Control+k');
  await expect(page.getByPlaceholder('Go to, or paste a trace id')).toBeFocused();
  await page.keyboard.type('settings: retention');
  await page.keyboard.press('Enter');
  const section = page.getByRole('form', { name: 'Retention' });
  const age = section.getByRole('textbox', { name: 'Age' });
  await expect(age).toHaveValue('14');
  await age.focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('-3');
  await expect(section.getByText('A number above 0, or empty for no limit.')).toBeVisible();
  await expect(section.getByRole('button', { name: 'Save' })).toBeDisabled();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('7');
  await expect(section.getByText('Saving prunes what arrived more than 7 days ago.')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(section.getByRole('status')).toHaveText('Saved');
  const text = await readFile(file(dataDir), 'utf8');
  expect(text).toContain('// kept');
  expect(text).toMatch(/"days": 7/);
  await expect(page.getByRole('contentinfo').getByText('Kept 7 days or 5 GiB')).toBeVisible();
  await section.getByRole('button', { name: 'Use the default for Age' }).click();
  await section.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => readFile(file(dataDir), 'utf8')).not.toContain('days');
  await expect(section.getByRole('status')).toHaveText('Saved');
});

test(
  'says where the file is wrong, applies what was written into it, and overwrites nothing',
  PAGE,
  async ({ app }) => {
    const { page, dataDir } = app;
    await page.getByRole('link', { name: 'Settings', exact: true }).click();
    const age = page.getByRole('textbox', { name: 'Age' });
    await expect(age).toHaveValue('14');
    await writeFile(file(dataDir), '{\n  "retention": { "dys": 3 }\n}\n');
    await expect(page.getByRole('alert')).toContainText('Line 2: retention has no setting dys. Did you mean days?');
    await expect(age).toBeDisabled();
    await writeFile(file(dataDir), '{\n  "retention": { "days": 3 }\n}\n');
    await expect(page.getByText('The file was changed: retention.days.')).toBeVisible();
    await expect(age).toHaveValue('3');
    // Changed here, then there.
    await age.fill('5');
    await writeFile(file(dataDir), '{ "retention": { "days": 4 } }');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('alert')).toContainText('was changed meanwhile. Nothing was overwritten');
    expect(await readFile(file(dataDir), 'utf8')).toBe('{ "retention": { "days": 4 } }');
    await page.getByRole('button', { name: 'Discard' }).click();
    await expect(age).toHaveValue('4');
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect(page.getByRole('contentinfo').getByText('Kept 4 days or 5 GiB')).toBeVisible();
  },
);

test('forgets a limit that is written wrongly, where it is discarded or the default is used', PAGE, async ({ app }) => {
  const { page, dataDir } = app;
  await writeFile(file(dataDir), '{ "retention": { "days": 3 } }');
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  const section = page.getByRole('form', { name: 'Retention' });
  const age = section.getByRole('textbox', { name: 'Age' });
  const wrong = section.getByText('A number above 0, or empty for no limit.');
  const save = section.getByRole('button', { name: 'Save' });
  await expect(age).toHaveValue('3');
  await age.fill('0');
  await expect(wrong).toBeVisible();
  await section.getByRole('button', { name: 'Discard' }).click();
  await expect(age).toHaveValue('3');
  await expect(wrong).toBeHidden();
  await age.fill('x');
  await expect(save).toBeDisabled();
  await section.getByRole('button', { name: 'Use the default for Age' }).click();
  await expect(age).toHaveValue('14');
  await expect(wrong).toBeHidden();
  // A number that is not written as it is shown stays as it is being written.
  await age.fill('1,0.5');
  await expect(age).toHaveValue('1,0.5');
  await save.click();
  await expect(section.getByRole('status')).toHaveText('Saved');
  await expect(age).toHaveValue('10.5');
});

test('keeps each header while the name of another is written', async ({ app }) => {
  const { page, dataDir } = app;
  const forward = { url: 'http://127.0.0.1:9', headers: { x: 'hush' } };
  await writeFile(file(dataDir), JSON.stringify({ forward }));
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByRole('link', { name: 'Forwarding' }).click();
  // What is written here goes on from the file as the page has read it.
  await expect(page.getByRole('textbox', { name: 'Header name' })).toHaveValue('x');
  await page.getByRole('button', { name: 'Add a header' }).click();
  const name = page.getByRole('textbox', { name: 'Header name' }).last();
  await name.pressSequentially('X');
  await expect(page.getByText('Two headers have the same name.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Save' })).toBeDisabled();
  await name.pressSequentially('-api');
  await page.getByLabel('Value of X-api').fill('hush too');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('main').getByRole('status')).toHaveText('Saved');
  expect(JSON.parse(await readFile(file(dataDir), 'utf8'))).toEqual({
    forward: { ...forward, headers: { x: 'hush', 'X-api': 'hush too' } },
  });
  await page.getByRole('button', { name: 'Remove the header x', exact: true }).click();
  await page.getByRole('button', { name: 'Discard' }).click();
  await expect(page.getByRole('textbox', { name: 'Header name' })).toHaveCount(2);
});

test('shows ports, forwarding without its secrets, and what leaves this machine', PAGE, async ({ app }) => {
  const { page, dataDir } = app;
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByRole('link', { name: 'Receivers and ports' }).click();
  const http = page.getByRole('textbox', { name: 'OTLP over HTTP' });
  await expect(http).toBeDisabled();
  await expect(page.getByText('Set by the command line, which overrides the file.').first()).toBeVisible();
  await page.getByRole('textbox', { name: 'Web pages that can export' }).fill('not an origin');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('alert')).toContainText('is not an origin such as https://app.example.com');
  await page.getByRole('link', { name: 'Forwarding' }).click();
  await page.getByRole('textbox', { name: 'Endpoint' }).fill('http://127.0.0.1:9');
  await page.getByRole('button', { name: 'Add a header' }).click();
  await page.getByRole('textbox', { name: 'Header name' }).fill('x-key');
  await page.getByLabel('Value of x-key').fill('hush');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('main').getByRole('status')).toHaveText('Saved');
  await expect(page.getByLabel('Value of x-key')).toHaveAttribute('placeholder', 'set, not shown');
  expect(await readFile(file(dataDir), 'utf8')).toContain('hush');
  await page.getByRole('link', { name: 'What leaves this machine' }).click();
  await expect(page.getByText('Everything received, unredacted, to http://127.0.0.1:9')).toBeVisible();
  await page.getByRole('link', { name: 'Diagnostics' }).click();
  await page.getByRole('button', { name: 'Copy as text' }).click();
  const read = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
  await expect.poll(read).toContain('Settings that are set: ');
  const copied = await read();
  for (const secret of ['hush', app.token, dataDir]) expect(copied).not.toContain(secret);
});

test('shows times in UTC where that is chosen, and keeps the theme', PAGE, async ({ app }) => {
  const { page } = app;
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByRole('link', { name: 'Appearance' }).click();
  await page.getByRole('radio', { name: 'UTC' }).check();
  await expect(page.getByText(/^Now: .* UTC$/)).toBeVisible();
  await page.getByRole('radio', { name: 'Dark' }).check();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.reload();
  await expect(page.getByRole('radio', { name: 'UTC' })).toBeChecked();
});
