/** Agents over many traces: sessions with their turns, which agents ran, what is remarkable about a run, who called whom, scores. */
import { expect } from '@playwright/test';
import { agentRun } from '../../../core/samples/agent-run';
import type { SampleSpan } from '../../../core/samples/otlp-builder';
import { Random } from '../../../core/samples/random';
import { T0, traceIdOf } from '../../fixtures/traces';
import { PAGE, test } from '../app';

const SECOND = 1_000_000_000n;
const said = (role: string, content: string) => JSON.stringify([{ role, parts: [{ type: 'text', content }] }]);

/** @param root false: it has not ended */
function turn(number: number, startNs: bigint, root = true): SampleSpan[] {
  const base = { traceId: traceIdOf(number), service: 'support', startNs, endNs: startNs + 5n * SECOND };
  const spanId = (kind: string) => kind.repeat(2).concat(number.toString(16).padStart(12, '0')).padStart(16, '0');
  const attributes = { 'session.id': 'week-47', 'gen_ai.agent.name': 'support' };
  const agent = {
    ...base,
    spanId: spanId('aa'),
    name: 'invoke_agent support',
    attributes: { ...attributes, 'gen_ai.operation.name': 'invoke_agent' },
  };
  const call = {
    ...base,
    spanId: spanId('bb'),
    parentSpanId: agent.spanId,
    name: 'chat gpt-5-mini',
    attributes: {
      ...attributes,
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5-mini',
      'gen_ai.usage.input_tokens': 1_000,
      'gen_ai.usage.output_tokens': 100,
      'gen_ai.input.messages': said('user', `Where is order ${number}?`),
      'gen_ai.output.messages': said('assistant', `Order ${number} is on its way.`),
    },
  };
  return root ? [agent, call] : [call];
}

test('a session is read turn by turn, with what still runs', async ({ app }) => {
  const { page } = app;
  await app.send(Array.from({ length: 60 }, (_, i) => turn(i + 1, T0 + BigInt(i) * 20n * SECOND)).flat());
  const now = BigInt(Date.now()) * 1_000_000n;
  await app.send(turn(61, now - 10n * SECOND, false));
  await page.getByRole('link', { name: 'Sessions' }).click();
  const row = page.getByRole('row', { name: /week-47/ });
  await expect(row).toContainText('61');
  await expect(row).toContainText('$0.027');
  // By keyboard into the session, to its end, and into the first turn.
  await page.keyboard.press('j');
  await expect(row).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  const turns = page.getByRole('feed', { name: 'Turns' });
  const last = turns.getByRole('article', { name: 'Turn 61' });
  await expect(last).toContainText('Where is order 61?');
  await expect(last).toContainText('still running since');
  await expect(last).toContainText('Order 61 is on its way.');
  await page.keyboard.press('Home');
  await expect(turns.getByRole('article', { name: 'Turn 1', exact: true })).toContainText('Where is order 1?');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('feed', { name: 'Conversation' })).toContainText('Order 1 is on its way.');
  await page.getByRole('link', { name: 'Session', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'week-47' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('textbox', { name: 'Find sessions' }).fill('no such');
  await expect(page.getByText('No session matches the time range, the filter and the name.')).toBeVisible();
});

test('agents lead to their runs', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send([...turn(1, T0), ...agentRun(new Random(7), T0, 'deep-research', true)]);
  await page.getByRole('link', { name: 'Agents' }).click();
  const row = page.getByRole('row', { name: /deep-research/ });
  // Its tool failed once, then worked: the run did not fail.
  await expect(row.getByRole('cell').nth(1)).toHaveText('0');
  await expect(row).toContainText('claude-sonnet-4.5');
  await expect(page.getByRole('table', { name: 'Models' })).toContainText('gpt-5-mini');
  await row.getByRole('button', { name: 'deep-research' }).click();
  await expect(page.getByRole('row', { name: /invoke_agent deep-research/ })).toBeVisible();
  await expect(page.getByRole('row', { name: /invoke_agent support/ })).toHaveCount(0);
});

test('a run says what is remarkable, who called whom, and takes scores', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send(agentRun(new Random(7), T0, 'deep-research', true));
  await page.getByRole('row', { name: /invoke_agent deep-research/ }).click();
  await page.getByRole('tab', { name: /Conversation/ }).click();
  const insights = page.getByRole('list', { name: 'What is remarkable' });
  await expect(insights).toContainText('sql_query failed once, then worked');
  await insights.getByRole('button', { name: /sql_query/ }).click();
  const details = page.getByRole('complementary', { name: 'Span details' });
  await expect(details).toContainText('execute_tool sql_query');
  await page.getByRole('tab', { name: /Graph/ }).click();
  const graph = page.getByRole('region', { name: 'Agent graph' });
  await expect(
    graph.getByRole('button', { name: /tool sql_query, 2 calls, 1 failed, called by agent deep-research/ }),
  ).toBeVisible();
  await graph.getByRole('button', { name: /model claude-sonnet/ }).click();
  await expect(details).toContainText('chat claude-sonnet-4.5');
  // Scores: a thumb for the run, one by hand for the span, and gone again.
  const run = page.getByRole('region', { name: 'Scores of the run' });
  await run.getByRole('button', { name: 'Good' }).click();
  await expect(run).toContainText('feedback1 good');
  const span = page.getByRole('region', { name: 'Scores of the span' });
  await span.getByRole('button', { name: 'Score', exact: true }).click();
  await page.getByLabel('What is scored').fill('correct');
  await page.getByLabel('Number').fill('0.25');
  await page.getByRole('button', { name: 'Save the score' }).click();
  await expect(span).toContainText('correct0.25');
  await span.getByRole('button', { name: 'Delete the score correct' }).click();
  await expect(span).not.toContainText('correct');
  // What is no part of the run is folded away.
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Fold infrastructure' }).click();
  const tree = page.getByRole('tree');
  await expect(tree.getByRole('treeitem', { name: /execute_tool sql_query/ }).first()).toBeVisible();
  await expect(tree.getByRole('treeitem', { name: /SELECT/ })).toHaveCount(0);
});
