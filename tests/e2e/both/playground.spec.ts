/** A recorded call taken to the playground, changed, and asked again; guardrails from rule to alert. */
import { expect } from '@playwright/test';
import { agentRun } from '../../../core/samples/agent-run';
import { Random } from '../../../core/samples/random';
import { startOpenAiServer } from '../../fixtures/openai-server';
import { T0, traceIdOf } from '../../fixtures/traces';
import { PAGE, test } from '../app';

test('a recorded call is changed and asked again, of two models', async ({ app }) => {
  const { page } = app;
  const server = await startOpenAiServer();
  await app.send(agentRun(new Random(7), T0, 'deep-research', true));
  await page.getByRole('row', { name: /invoke_agent deep-research/ }).click();
  await page
    .getByRole('treeitem', { name: /chat claude-sonnet/ })
    .first()
    .click();
  const details = page.getByRole('complementary', { name: 'Span details' });
  await details.getByRole('tab', { name: 'Messages' }).click();
  await details.getByRole('button', { name: 'Try in the playground' }).click();
  await expect(page.getByRole('textbox', { name: 'Text of message 2' })).toHaveValue(
    /What did storing our traces cost/,
  );
  // Without an endpoint it says what to do.
  await page.getByRole('button', { name: /^Run/ }).click();
  await expect(page.getByRole('alert')).toContainText('Add an endpoint first');
  await page.getByRole('button', { name: 'Add an endpoint' }).click();
  await page.getByLabel('Base URL of an OpenAI-compatible API').fill(server.baseUrl);
  await page.getByLabel('Name', { exact: true }).fill('Fake');
  await page.getByLabel('API key, if required').fill('secret-key');
  await page.getByRole('dialog').getByRole('button', { name: 'Add the endpoint' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.getByRole('textbox', { name: 'Text of message 2' }).fill('and now?');
  await page.getByRole('button', { name: 'Compare' }).click();
  const columns = page.getByRole('region', { name: /^Model/ });
  await columns.nth(1).getByRole('textbox', { name: 'Model' }).fill('broken');
  await page.keyboard.press('Control+Enter');
  await expect(columns.nth(0)).toContainText('AND NOW?');
  await expect(columns.nth(0)).toContainText('1.0k → 20');
  await expect(columns.nth(1)).toContainText('the model has no more memory');
  expect(server.asked.map(({ authorization, body }) => [authorization, body.model]).sort()).toEqual([
    ['Bearer secret-key', 'broken'],
    ['Bearer secret-key', 'claude-sonnet-4.5'],
  ]);
  // The page never has the key.
  await page.getByRole('button', { name: 'Change Fake' }).first().click();
  await expect(page.getByLabel('API key, if required')).toHaveValue('');
  await expect(page.getByRole('dialog')).toContainText(/The key is/);
  await server.close();
});

test('a guardrail says what it found, wherever the reader is', PAGE, async ({ app }) => {
  const { page } = app;
  await page.getByRole('link', { name: 'Guardrails' }).click();
  await page.getByRole('button', { name: 'Add a rule' }).click();
  await page.getByLabel('Regular expression').fill('bluebird');
  await page.getByLabel('Name').fill('Project names');
  await page.getByRole('button', { name: 'Add the rule' }).click();
  await expect(page.getByRole('list', { name: 'Rules' })).toContainText('Project names');
  await page.getByRole('link', { name: /^Traces/ }).click();
  const call = (trace: number) => ({
    traceId: traceIdOf(trace),
    spanId: trace.toString(16).padStart(16, '0'),
    service: 'agent',
    name: 'chat gpt-5',
    startNs: T0,
    endNs: T0 + 5n,
    attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm', 'gen_ai.prompt': 'About Bluebird' },
  });
  // A rule holds for what comes a second after it was made.
  let sent = 0;
  const alert = page.getByRole('status').filter({ hasText: 'Project names' });
  await expect(async () => {
    await app.send([call(++sent)]);
    await expect(alert).toBeVisible({ timeout: 4_000 });
  }).toPass();
  await expect(alert).toContainText('Bluebird');
  await alert.getByRole('link', { name: 'Look' }).click();
  await page.getByRole('region', { name: 'Marked' }).getByRole('link').first().click();
  const details = page.getByRole('complementary', { name: 'Span details' });
  await expect(details.getByRole('list', { name: 'Guardrails' })).toContainText('Project names');
  await expect(alert).toHaveCount(0);
});
