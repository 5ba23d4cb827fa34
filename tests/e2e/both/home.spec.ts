/** The figures of a range of time beside the one before, and the way from each to its traces. */
import { expect } from '@playwright/test';
import type { SampleSpan } from '../../../core/samples/otlp-builder';
import { traceIdOf } from '../../fixtures/traces';
import { PAGE, test } from '../app';

const MINUTE = 60_000_000_000n;
const HANDLED = 25;

function request(number: number, startNs: bigint, failed: boolean): SampleSpan[] {
  const base = { traceId: traceIdOf(number), startNs, endNs: startNs + 200_000_000n };
  const spanId = (kind: string) => kind + number.toString(16).padStart(14, '0');
  const root: SampleSpan = {
    ...base,
    service: 'shop',
    spanId: spanId('aa'),
    name: 'POST /ask',
    kind: 2,
    ...(failed && { error: 'no answer' }),
  };
  const call: SampleSpan = {
    ...base,
    service: 'shop',
    spanId: spanId('bb'),
    parentSpanId: root.spanId,
    name: 'chat gpt-5-mini',
    kind: 3,
    // The request went on without it.
    ...(number === HANDLED && { error: 'no answer' }),
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.agent.name': 'helper',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5-mini',
      'gen_ai.usage.input_tokens': 1_000,
      'gen_ai.usage.output_tokens': 100,
    },
  };
  return [root, call];
}

test('says how it goes, how that moved, and leads to what failed', async ({ app }) => {
  const { page } = app;
  await page.getByRole('link', { name: 'Home' }).click();
  await expect(page.getByRole('heading', { name: 'Waiting for the first trace' })).toBeVisible();
  const now = BigInt(Date.now()) * 1_000_000n;
  const before = Array.from({ length: 10 }, (_, i) => request(i + 1, now - 80n * MINUTE, false));
  const lately = Array.from({ length: 20 }, (_, i) => request(i + 11, now - 20n * MINUTE, i < 3));
  await app.send([...before, ...lately].flat());
  await page.setViewportSize({ width: 1300, height: 800 });
  const figure = (label: string) => page.getByRole('term').filter({ hasText: label }).locator('..');
  // The first of them opens.
  await expect(page.getByRole('treeitem', { name: /POST \/ask/ })).toBeVisible();
  await page.getByRole('link', { name: 'Sessions' }).click();
  await page.getByRole('link', { name: 'Home' }).click();
  await expect(figure('Requests')).toContainText('30');
  await expect(figure('Success rate')).toContainText('90 %');
  await page.getByRole('button', { name: 'All time' }).click();
  await page.getByRole('button', { name: 'Last hour' }).click();
  await expect(figure('Requests')).toContainText('20');
  await expect(figure('Requests')).toContainText('+100 %');
  await expect(figure('Success rate')).toContainText('85 %');
  await expect(figure('Success rate')).toContainText('−15.0 points');
  await expect(figure('Tokens')).toContainText('22');
  await expect(figure('Active agents')).toContainText('no change');
  await expect(figure('Model cost')).toContainText('$0.009');
  await expect(page.getByRole('table', { name: 'Models' })).toContainText('gpt-5-mini');
  const failed = page.getByRole('region', { name: 'Recent failures' });
  await expect(failed.getByRole('listitem')).toHaveCount(3);
  // The range goes with who looks on, and the address has it.
  await page.getByRole('table', { name: 'Services' }).getByRole('button', { name: '15 %' }).click();
  await expect(page.getByRole('textbox', { name: 'Search traces' })).toHaveText('service:"shop" status:failed');
  await expect(page.getByRole('button', { name: 'Last hour' })).toBeVisible();
  await expect(page.getByRole('row')).toHaveCount(4);
  await page.getByRole('link', { name: 'Agents' }).click();
  await expect(page.getByRole('row').filter({ hasText: 'helper' })).toContainText('20');
  await page.getByRole('link', { name: 'Home' }).click();
  await failed.getByRole('link').first().click();
  await expect(page.getByRole('treeitem', { name: /POST \/ask/ })).toBeVisible();
});

test('is about one environment, version and team, as the other screens then are', PAGE, async ({ app }) => {
  const { page } = app;
  const now = BigInt(Date.now()) * 1_000_000n;
  const from = (number: number, environment: string, version: string, team: string): SampleSpan[] =>
    request(number, now - MINUTE, version === '2.0').map((span) => ({
      ...span,
      resource: { 'deployment.environment.name': environment, 'service.version': version, team },
      attributes: { ...span.attributes, 'session.id': `session of ${environment}` },
    }));
  await app.send(
    [
      from(1, 'staging', '2.0', 'search'),
      from(2, 'production', '1.0', 'shop'),
      from(3, 'production', '2.0', 'shop'),
    ].flat(),
  );
  await expect(page.getByRole('link', { name: /^Traces/ })).toContainText('3');
  await page.getByRole('link', { name: 'Home' }).click();
  const figure = (label: string) => page.getByRole('term').filter({ hasText: label }).locator('..');
  await expect(figure('Requests')).toContainText('3');
  await page.getByRole('button', { name: 'Filter: none' }).click();
  const choice = (name: string) => page.getByRole('combobox', { name, exact: true });
  await choice('Environment').selectOption('production');
  await expect(figure('Requests')).toContainText('2');
  await expect(figure('Tokens')).toContainText('2.2k');
  await expect(choice('Team').getByRole('option')).toHaveText(['All', 'shop']);
  await choice('Version').selectOption('2.0');
  await expect(figure('Requests')).toContainText('1');
  await expect(page.getByRole('region', { name: 'Recent failures' }).getByRole('listitem')).toHaveCount(1);
  await expect.poll(() => new URL(page.url()).search).toBe('?environment=production&version=2.0');
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: /^Traces/ }).click();
  await expect(page.getByRole('row')).toHaveCount(2);
  await page.getByRole('link', { name: 'Sessions' }).click();
  await expect(page.getByText('session of production')).toBeVisible();
  await expect(page.getByText('session of staging')).toBeHidden();
  await page.getByRole('link', { name: 'Agents' }).click();
  await expect(page.getByRole('row').filter({ hasText: 'helper' }).getByRole('cell').first()).toHaveText('1');
  // A view keeps it, and so does the address.
  await page.getByRole('link', { name: /^Traces/ }).click();
  await page.getByRole('button', { name: 'Save view' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Production, 2.0');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  // When it closes, the focus goes back, which would close the next one.
  await expect(page.getByRole('button', { name: 'Production, 2.0', exact: true })).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Name' })).toBeHidden();
  await page.getByRole('button', { name: 'Filter: production, 2.0' }).click();
  await page.getByRole('button', { name: 'Clear the filter' }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('row')).toHaveCount(4);
  await page.getByRole('button', { name: 'Production, 2.0', exact: true }).click();
  await expect(page.getByRole('row')).toHaveCount(2);
  await page.reload();
  await expect(page.getByRole('button', { name: 'Filter: production, 2.0' })).toBeVisible();
  await expect(page.getByRole('row')).toHaveCount(2);
});
