/** The figures of a range of time beside the one before, and the way from each to its traces. */
import { expect } from '@playwright/test';
import type { SampleSpan } from '../../../core/samples/otlp-builder';
import { traceIdOf } from '../../fixtures/traces';
import { test } from '../app';

const MINUTE = 60_000_000_000n;

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
  await expect(page.getByText('Nothing has come yet.')).toBeVisible();
  const now = BigInt(Date.now()) * 1_000_000n;
  const before = Array.from({ length: 10 }, (_, i) => request(i + 1, now - 80n * MINUTE, false));
  const lately = Array.from({ length: 20 }, (_, i) => request(i + 11, now - 20n * MINUTE, i < 3));
  await app.send([...before, ...lately].flat());
  await page.setViewportSize({ width: 1300, height: 800 });
  const figure = (label: string) => page.getByRole('term').filter({ hasText: label }).locator('..');
  // Who stays sees it within ten seconds.
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
  await expect(figure('Cost of models')).toContainText('$0.009');
  await expect(page.getByRole('table', { name: 'Models' })).toContainText('gpt-5-mini');
  const failed = page.getByRole('region', { name: 'Failed last' });
  await expect(failed.getByRole('listitem')).toHaveCount(3);
  // The range goes with who looks on, and the address has it.
  await page.getByRole('table', { name: 'Services' }).getByRole('button', { name: '15 %' }).click();
  await expect(page.getByRole('textbox', { name: 'Search traces' })).toHaveText('service:"shop" status:error');
  await expect(page.getByRole('button', { name: 'Last hour' })).toBeVisible();
  await expect(page.getByRole('row')).toHaveCount(4);
  await page.getByRole('link', { name: 'Agents' }).click();
  await expect(page.getByRole('row').filter({ hasText: 'helper' })).toContainText('20');
  await page.getByRole('link', { name: 'Home' }).click();
  await failed.getByRole('link').first().click();
  await expect(page.getByRole('treeitem', { name: /POST \/ask/ })).toBeVisible();
});
