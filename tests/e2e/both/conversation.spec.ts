/** An agent run as a conversation: what was said, what tools did, what it cost; and text that means harm. */
import { expect } from '@playwright/test';
import { agentRun } from '../../../core/samples/agent-run';
import type { SampleSpan } from '../../../core/samples/otlp-builder';
import { Random } from '../../../core/samples/random';
import { drawnSpans, T0, traceIdOf } from '../../fixtures/traces';
import { PAGE, test } from '../app';

test('reads what was said, once, with what the tools did and what each call cost', async ({ app }) => {
  const { page } = app;
  await app.send(agentRun(new Random(7), T0, 'deep-research', true));
  const row = page.getByRole('row', { name: /invoke_agent deep-research/ });
  await expect(row).toContainText('$0.156');
  await row.click();
  await expect(page.getByRole('region', { name: 'Summary' })).toContainText('$0.156');
  await page.keyboard.press('7');
  const feed = page.getByRole('feed', { name: 'Conversation' });
  const first = feed.getByRole('article').first();
  await expect(first).toContainText('deep-research · claude-sonnet-4.5');
  await expect(first).toContainText('What did storing our traces cost');
  await expect(first).toContainText('$0.012');
  await expect(first.getByRole('region', { name: 'Tool web_search' })).toContainText('8 results');
  const second = feed.getByRole('article').nth(1);
  await expect(second).toContainText('2 earlier messages repeated · context +7.7k tokens');
  await expect(second).not.toContainText('What did storing our traces cost');
  const failed = second.getByRole('region', { name: 'Tool sql_query' });
  await expect(failed).toContainText('failed');
  await expect(failed).toContainText('perhaps you meant "analytics.events"');
  await failed.getByRole('button', { name: 'Span' }).click();
  const details = page.getByRole('complementary', { name: 'Span details' });
  await expect(details).toContainText('execute_tool sql_query');
  await details.getByRole('tab', { name: 'Messages' }).click();
  await expect(details.getByRole('region', { name: 'Tool sql_query' })).toContainText('ERROR 42P01');
  // By keyboard from turn to turn, to the answer with its table.
  for (let i = 0; i < 8; i++) await page.keyboard.press('j');
  await expect(feed.getByRole('table')).toContainText('$412');
});

test('shows hostile text, pictures and links as what they are', async ({ app }) => {
  const { page } = app;
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const hostile = [
    '<script>window.hurt = 1</script><img src=x onerror="window.hurt = 1"><svg onload="window.hurt = 1">',
    '[click](javascript:window.hurt=1) [data](data:text/html,<script>1</script>) ![pixel](https://evil.example/pixel.png)',
    '<iframe src="https://evil.example/"></iframe>',
    '```js\nconst x = "</code><script>window.hurt = 1</script>";\n```',
  ].join('\n\n');
  const content = [
    { type: 'text', text: hostile },
    { type: 'image_url', image_url: { url: `data:image/png;base64,${btoa('<svg onload="window.hurt=1">')}` } },
    { type: 'image_url', image_url: { url: 'https://evil.example/other.png' } },
  ];
  const span: SampleSpan = {
    traceId: traceIdOf(1),
    spanId: 'ab'.repeat(8),
    service: 'agent',
    name: 'chat m',
    startNs: T0,
    endNs: T0 + 5_000_000n,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'no-such-model',
      'gen_ai.usage.input_tokens': 5,
      'gen_ai.input.messages': JSON.stringify([{ role: 'user', content }]),
      'gen_ai.output.messages': '[{"role":"assistant","parts":[{"type":"te',
    },
  };
  await app.send([span]);
  await expect(page.getByRole('row', { name: /chat m/ })).toContainText('unknown');
  await page.getByRole('row', { name: /chat m/ }).click();
  await page.getByRole('tab', { name: /Conversation/ }).click();
  const turn = page.getByRole('article').first();
  await expect(turn).toContainText('cost unknown');
  await expect(turn).toContainText('<script>window.hurt = 1</script>');
  await expect(turn).toContainText('[picture: pixel]');
  await expect(turn).toContainText('cut off');
  await expect(turn.locator('.hljs-keyword')).toHaveText('const');
  for (const element of ['img', 'script', 'iframe', 'svg[onload]', 'a[href^="javascript"]', 'a[href^="data"]']) {
    await expect(turn.locator(element)).toHaveCount(0);
  }
  expect(await page.evaluate(() => 'hurt' in window)).toBe(false);
  expect(asked.filter((url) => url.includes('evil.example'))).toEqual([]);
});

test('shows arguments, calls and roles that are called as what every object has', PAGE, async ({ app }) => {
  const { page } = app;
  const words = ['__proto__', 'constructor', 'toString', '$'];
  const chat = (at: bigint, input: unknown, output: unknown): SampleSpan => ({
    traceId: traceIdOf(1),
    spanId: at.toString(16).padStart(16, '0'),
    service: 'agent',
    name: 'chat m',
    startNs: T0 + at,
    endNs: T0 + at + 1_000n,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'm',
      // A trace without tokens or an agent is not taken for a run.
      'gen_ai.usage.input_tokens': 5,
      'gen_ai.input.messages': JSON.stringify(input),
      'gen_ai.output.messages': JSON.stringify(output),
    },
  });
  const calls = words.map((word) => ({
    id: word,
    function: { name: `use ${word}`, arguments: `{"${word}":{"in ${word}":[1]},"text":"a\\ud800b"}` },
  }));
  const asks = { role: 'assistant', content: '', tool_calls: calls };
  await app.send([
    chat(1_000n, [{ role: 'constructor', content: 'said by the constructor' }], [asks]),
    ...words.map(
      (word, i): SampleSpan => ({
        ...chat(3_000n + BigInt(i), [], []),
        name: `execute_tool use ${word}`,
        attributes: {
          'gen_ai.operation.name': 'execute_tool',
          'gen_ai.tool.name': `use ${word}`,
          'gen_ai.tool.call.id': word,
          'gen_ai.tool.call.result': `done by ${word}`,
        },
      }),
    ),
  ]);
  await page.getByRole('row', { name: /chat m/ }).click();
  await page.getByRole('tab', { name: /Conversation/ }).click();
  const turn = page.getByRole('article').first();
  await expect(turn).toContainText('said by the constructor');
  for (const word of words) {
    const tool = turn.getByRole('region', { name: `Tool use ${word}`, exact: true });
    await expect(tool).toContainText(`"${word}"`);
    await expect(tool).toContainText(`"in ${word}"`);
    await expect(tool).toContainText(`done by ${word}`);
  }
});

test('offers no conversation where there is none', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send(drawnSpans(traceIdOf(1), 'GET /a 0..100 web'));
  await page.getByRole('row', { name: /GET \/a/ }).click();
  await expect(page.getByRole('tab', { name: /Logs/ })).toBeVisible();
  await expect(page.getByRole('tab', { name: /Conversation/ })).toHaveCount(0);
});
