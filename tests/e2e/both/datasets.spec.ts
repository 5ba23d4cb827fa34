/** Recorded calls become a dataset; experiments on it are run, seen and compared. */
import { expect } from '@playwright/test';
import type { SampleSpan } from '../../../core/samples/otlp-builder';
import { startOpenAiServer } from '../../fixtures/openai-server';
import { T0, traceIdOf } from '../../fixtures/traces';
import { test } from '../app';

const said = (role: string, content: string) => JSON.stringify([{ role, parts: [{ type: 'text', content }] }]);
const call = (trace: number, asked: string, answered: string): SampleSpan => ({
  traceId: traceIdOf(trace),
  spanId: trace.toString(16).padStart(16, '0'),
  service: 'agent',
  name: `chat about ${asked}`,
  startNs: T0 + BigInt(trace),
  endNs: T0 + 2_000_000_000n,
  attributes: {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-5',
    'gen_ai.input.messages': said('user', asked),
    'gen_ai.output.messages': said('assistant', answered),
  },
});

test('two models are compared on recorded calls', async ({ app }) => {
  const { page } = app;
  const server = await startOpenAiServer();
  const api = async (path: string, body: object): Promise<void> => {
    const headers = { authorization: `Bearer ${app.token}`, 'content-type': 'application/json' };
    await fetch(`${app.ui}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  };
  await api('/v1/endpoints', { name: 'Fake', baseUrl: server.baseUrl, model: 'echo' });
  await app.send([call(1, 'paris', 'PARIS'), call(2, 'rome', 'Milan')]);
  const details = page.getByRole('complementary', { name: 'Span details' });
  for (const [asked, isFirst] of [['paris', true] as const, ['rome', false] as const]) {
    await page
      .getByRole('link', { name: /^Traces/ })
      .first()
      .click();
    await page.getByRole('row', { name: new RegExp(`chat about ${asked}`) }).click();
    await page.getByRole('treeitem').first().click();
    await details.getByRole('tab', { name: 'Messages' }).click();
    await details.getByRole('button', { name: 'Add to a dataset' }).click();
    if (isFirst) {
      await page.getByLabel('Name of a new dataset').fill('Capitals');
      await page.getByLabel('Name of a new dataset').press('Enter');
    } else await page.getByRole('button', { name: 'Capitals' }).click();
    await expect(details.getByText('Added to Capitals')).toBeVisible();
  }
  await details.getByRole('link', { name: 'Capitals' }).click();
  const items = page.getByRole('region', { name: 'Items' });
  for (const city of ['paris', 'rome']) {
    const expected = items.getByRole('article', { name: city }).getByRole('textbox', { name: 'Expected' });
    await expected.fill(city.toUpperCase());
    await expected.blur();
  }
  const experiments = page.getByRole('region', { name: 'Experiments' });
  for (const [target, right] of [['The answers as recorded', '50 %'] as const, ['Fake', '100 %'] as const]) {
    await page.getByRole('button', { name: 'New experiment' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Who answers').selectOption(target);
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.getByLabel('Kind of evaluator').selectOption('Comes within');
    await dialog.getByLabel('What it needs to know').fill('5000');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.getByRole('button', { name: 'Run the experiment' }).click();
    await expect(experiments).toContainText(`exact ${right}`);
  }
  for (const name of ['as recorded', 'echo'])
    await experiments.getByRole('checkbox', { name: `Compare ${name}` }).check();
  await experiments.getByRole('button', { name: 'Compare the two' }).click();
  const results = page.getByRole('table', { name: 'Results' });
  await expect(results.getByRole('row', { name: /rome/ })).toContainText('Milan');
  await expect(results.getByRole('row', { name: /rome/ })).toContainText('ROME');
  await page.getByLabel('Only where they differ').check();
  await expect(results.getByRole('row', { name: /paris/ })).toHaveCount(0);
  await expect(results.getByRole('row', { name: /rome/ })).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'Capitals' })).toBeVisible();
  await server.close();
});
