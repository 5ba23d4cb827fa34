/** What models took and cost: by model and by agent, over time, as a table, and the way to the traces. */
import { expect } from '@playwright/test';
import type { SampleSpan } from '../../../core/samples/otlp-builder';
import { traceIdOf } from '../../fixtures/traces';
import { test } from '../app';

const MINUTE = 60_000_000_000n;

function call(number: number, startNs: bigint, model: string, agent: string): SampleSpan {
  return {
    traceId: traceIdOf(number),
    spanId: `aa${number.toString(16).padStart(14, '0')}`,
    service: 'support',
    name: `chat ${model}`,
    startNs,
    endNs: startNs + 200_000_000n,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.agent.name': agent,
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': model,
      'gen_ai.usage.input_tokens': 1_000_000,
      'gen_ai.usage.output_tokens': 100_000,
      'gen_ai.usage.cache_read.input_tokens': 400_000,
    },
  };
}

test('says what models took, what caches saved and what nobody knows, and leads to the traces', async ({ app }) => {
  const { page } = app;
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('link', { name: 'Usage' }).click();
  await expect(page.getByText('No model has been called yet.')).toBeVisible();
  const now = BigInt(Date.now()) * 1_000_000n;
  await app.send([
    ...Array.from({ length: 4 }, (_, i) => call(i + 1, now - 20n * MINUTE, 'gpt-5-mini', 'helper')),
    ...Array.from({ length: 2 }, (_, i) => call(i + 5, now - 10n * MINUTE, 'made-at-home', 'painter')),
  ]);
  const table = (name: string) => page.getByRole('table', { name });
  // gpt-5-mini: $0.25 a million in, $0.025 from a cache, $2 out.
  const mini = table('Usage by model').getByRole('row', { name: /gpt-5-mini/ });
  await expect(mini).toContainText('$1.44');
  await expect(mini).toContainText('$0.360');
  await expect(mini).toContainText('40 %');
  await expect(table('Usage by model').getByRole('row', { name: /made-at-home/ })).toContainText('unknown');
  const figure = (label: string) => page.getByRole('term').filter({ hasText: label }).locator('..');
  await expect(figure('Cost')).toContainText('≥ $1.44');
  await expect(figure('Saved by caches')).toContainText('$0.360');
  await expect(page.getByRole('img', { name: 'Cost over time' })).toBeVisible();
  await expect(page.getByText('Bars marked at the foot')).toBeVisible();
  // A title sorts.
  await page.getByRole('columnheader', { name: 'Calls', exact: true }).getByRole('button').click();
  await expect(page.getByRole('columnheader', { name: 'Calls', exact: true })).toHaveAttribute(
    'aria-sort',
    'descending',
  );
  await page.getByRole('button', { name: 'Agent', exact: true }).click();
  await expect(table('Usage by agent').getByRole('rowheader')).toHaveText(['helper', 'painter']);
  await page.getByRole('button', { name: 'Table', exact: true }).click();
  await expect(table('Usage over time').getByRole('row').filter({ hasText: '4,000,000' })).toHaveCount(1);
  if (!app.desktop) {
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as CSV' }).click();
    expect((await download).suggestedFilename()).toBe('spoor-usage-by-agent.csv');
  }
  await table('Usage by agent').getByRole('button', { name: 'painter' }).click();
  await expect(page.getByRole('heading', { name: 'Usage' })).toHaveCount(0);
  await expect(page.getByText('chat made-at-home').first()).toBeVisible();
  await expect(page.getByText('chat gpt-5-mini')).toHaveCount(0);
});
