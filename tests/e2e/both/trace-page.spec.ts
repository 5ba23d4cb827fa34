import { expect } from '@playwright/test';
import { agentRun } from '../../../core/samples/agent-run';
import { batchJob } from '../../../core/samples/batch-job';
import { Random } from '../../../core/samples/random';
import { drawnSpans, T0, traceIdOf } from '../../fixtures/traces';
import { test } from '../app';

test('reads a failed agent run from the keyboard alone', async ({ app }) => {
  const { page } = app;
  await app.send(agentRun(new Random(7), T0, 'deep-research', true));
  await expect(page.getByRole('row', { name: /invoke_agent deep-research/ })).toBeVisible();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('treeitem')).toHaveCount(18);
  const selected = page.getByRole('treeitem', { selected: true });
  // The first error is the tool call, the next the query below it.
  await page.keyboard.press('e');
  await expect(selected).toHaveAccessibleName('execute_tool sql_query, deep-research-agent, 3.0 s, error');
  await page.keyboard.press('e');
  await expect(selected).toHaveAccessibleName(/^SELECT analytics\.events, analytics-db/);
  const details = page.getByRole('complementary', { name: 'Span details' });
  await expect(details).toContainText('perhaps you meant "analytics.events"');
  // Fold the tool call: its child goes, and it says that an error is inside.
  await page.keyboard.press('k');
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('treeitem')).toHaveCount(17);
  await expect(selected).toHaveAttribute('aria-expanded', 'false');
  await expect(selected).toContainText('1 error inside');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('treeitem')).toHaveCount(18);
  await page.keyboard.press('[');
  await expect(page.getByRole('treeitem')).toHaveCount(9);
  await page.keyboard.press(']');
  // Escape closes the details, and then the trace.
  await page.keyboard.press('Escape');
  await expect(details).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('row', { name: /invoke_agent deep-research/ })).toBeVisible();
});

test('zooms, pans and fits', async ({ app }) => {
  const { page } = app;
  await app.send(drawnSpans(traceIdOf(1), 'root 0..1000\n  early 100..200\n  late 800..900'));
  await page.getByRole('row', { name: /root/ }).click();
  const early = page.getByRole('treeitem', { name: /^early/ });
  const width = async () => (await early.locator('div.absolute').boundingBox())?.width ?? 0;
  await early.click();
  const before = await width();
  await page.keyboard.press('w');
  await expect.poll(width).toBeGreaterThan(before * 1.3);
  await page.keyboard.press('s');
  await expect.poll(width).toBeLessThan(before * 1.05);
  await page.keyboard.press('f');
  await expect.poll(width).toBeGreaterThan(before * 5);
  await page.keyboard.press('f');
  await expect.poll(width).toBeLessThan(before * 1.05);
  const box = await page.getByTitle('Drag to zoom, click for the whole trace').boundingBox();
  if (!box) throw new Error('no minimap');
  await page.mouse.move(box.x + box.width * 0.05, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.25, box.y + 20, { steps: 4 });
  await page.mouse.up();
  await expect.poll(width).toBeGreaterThan(before * 3);
  await page.mouse.click(box.x + 10, box.y + 20);
  await expect.poll(width).toBeLessThan(before * 1.05);
  await early.hover();
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -400);
  await page.keyboard.up('Control');
  await expect.poll(width).toBeGreaterThan(before * 1.3);
});

test('shows everything of a span, and links back to it', async ({ app }) => {
  const { page } = app;
  const [span] = drawnSpans(traceIdOf(1), 'GET /a 0..5 web !Boom: it broke');
  await app.send([
    {
      ...span,
      attributes: { zebra: 1, apple: 'red' },
      events: [{ name: 'cache.miss', timeNs: T0 + 2_000_000n, attributes: { key: 'k' } }],
      links: [{ traceId: traceIdOf(2), spanId: '2'.repeat(16) }],
    } as never,
  ]);
  await page.getByRole('row', { name: /GET \/a/ }).click();
  await page.getByRole('treeitem').click();
  const details = page.getByRole('complementary', { name: 'Span details' });
  await expect(details.locator('dt')).toHaveText(['apple', 'zebra']);
  await details.getByRole('tab', { name: /Events/ }).click();
  await expect(details).toContainText('cache.miss');
  await expect(details).toContainText('+2 ms');
  await details.getByRole('tab', { name: /Links/ }).click();
  await expect(details.getByRole('link')).toHaveAttribute('href', `#/trace/${traceIdOf(2)}/${'2'.repeat(16)}`);
  await details.getByRole('tab', { name: 'Resource' }).click();
  await expect(details).toContainText('service.version');
  await details.getByRole('tab', { name: 'Raw' }).click();
  await expect(details).toContainText('"startTimeUnixNano": "1700000000000000000"');
  expect(page.url()).toContain(`#/trace/${traceIdOf(1)}/0000000000000001`);
  await page.reload();
  await expect(details).toContainText('Boom: it broke');
});

test('a trace that is not here says so, and appears when it arrives', async ({ app }) => {
  const { page } = app;
  await page.evaluate((id) => {
    window.location.hash = `#/trace/${id}`;
  }, traceIdOf(5));
  await expect(page.getByRole('alert')).toContainText('is not stored here');
  await app.send(drawnSpans(traceIdOf(5), 'here now 0..5'));
  await expect(page.getByRole('treeitem', { name: /here now/ })).toBeVisible();
  // It grows in place: what was selected stays selected.
  await page.getByRole('treeitem', { name: /here now/ }).click();
  await app.send([
    {
      traceId: traceIdOf(5),
      spanId: '9'.repeat(16),
      parentSpanId: '0000000000000001',
      service: 'late',
      name: 'late child',
      startNs: T0 + 1_000_000n,
      endNs: T0 + 2_000_000n,
    },
  ]);
  await expect(page.getByRole('treeitem', { name: /late child/ })).toBeVisible();
  await expect(page.getByRole('treeitem', { selected: true })).toHaveAccessibleName(/here now/);
});

test('opens 10,000 spans, draws only those on screen, and finds among them', async ({ app }) => {
  const { page } = app;
  const spans = batchJob(new Random(3), T0);
  for (let i = 0; i < spans.length; i += 2_500) await app.send(spans.slice(i, i + 2_500));
  await page.getByRole('row', { name: /nightly-reindex/ }).click();
  await expect(page.getByRole('treeitem', { name: /^nightly-reindex/ })).toBeVisible();
  await expect(page.getByText('10,000', { exact: true })).toBeVisible();
  expect(await page.getByRole('treeitem').count()).toBeLessThan(100);
  await page.keyboard.press('End');
  await expect(page.getByRole('treeitem', { selected: true })).toHaveAttribute('id', 'row-9999');
  await page.keyboard.press('/');
  await page.keyboard.type('partition 17');
  await expect(page.getByText('1 match', { exact: true })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('treeitem', { selected: true })).toHaveAccessibleName(/^partition 17/);
  const frames = await page.evaluate(async () => {
    const tree = document.querySelector('[role="tree"]') as HTMLElement;
    const gaps: number[] = [];
    let last = performance.now();
    for (let i = 0; i < 120; i++) {
      tree.scrollTop += 180;
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const now = performance.now();
      gaps.push(now - last);
      last = now;
    }
    return gaps.sort((a, b) => a - b);
  });
  test.info().annotations.push({
    type: 'frame interval while scrolling',
    description: `p50 ${frames[60]?.toFixed(1)} ms, p95 ${frames[114]?.toFixed(1)} ms`,
  });
});

test('follows the theme, and says its keys', async ({ app }) => {
  const { page } = app;
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  await expect(page.getByRole('heading', { name: 'Waiting for the first trace' })).toBeVisible();
  expect(await theme()).toBe('light');
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByTitle(/^Theme: system/).click();
  await page.getByTitle(/^Theme: light/).click();
  await expect.poll(theme).toBe('dark');
  expect(await background()).not.toBe(light);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toContainText('next error');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('send');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Send traces' })).toBeVisible();
});
