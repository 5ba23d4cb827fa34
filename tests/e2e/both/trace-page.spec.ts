import { expect } from '@playwright/test';
import { agentRun } from '../../../core/samples/agent-run';
import { batchJob } from '../../../core/samples/batch-job';
import { Random } from '../../../core/samples/random';
import { drawnSpans, T0, traceIdOf } from '../../fixtures/traces';
import { PAGE, restingBox, test, typeSearch } from '../app';

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
  await expect(selected).toHaveAccessibleName(/1 error inside$/);
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
  const tree = page.getByRole('tree');
  const shows = (text: string | RegExp) => expect(tree).toHaveAttribute('aria-description', text);
  const early = page.getByRole('treeitem', { name: /^early/ });
  await shows('Shows 0 ns to 1.0 s of 1.0 s');
  await early.click();
  // Around the selected span, which is at 150 ms; known when the details say so.
  await expect(page.getByRole('complementary', { name: 'Span details' })).toContainText('started +100 ms');
  await page.keyboard.press('w');
  await shows('Shows 45 ms to 745 ms of 1.0 s');
  await page.keyboard.press('d');
  await shows('Shows 185 ms to 885 ms of 1.0 s');
  await page.keyboard.press('a');
  await page.keyboard.press('s');
  await shows('Shows 0 ns to 1.0 s of 1.0 s');
  await page.keyboard.press('f');
  await shows('Shows 95 ms to 205 ms of 1.0 s');
  await page.keyboard.press('f');
  await shows('Shows 0 ns to 1.0 s of 1.0 s');
  const box = await restingBox(page.getByTitle('Drag to zoom, click for the whole trace'));
  await page.mouse.move(box.x + box.width * 0.05, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.25, box.y + 20, { steps: 4 });
  await page.mouse.up();
  await shows(/^Shows (49|50|51) ms to (249|250|251) ms/);
  await page.mouse.click(box.x + 10, box.y + 20);
  await shows('Shows 0 ns to 1.0 s of 1.0 s');
  await early.hover();
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -400);
  await page.keyboard.up('Control');
  await shows(/^Shows \d+ ms to \d+ ms of 1.0 s/);
});

test('measures a range and zooms into it', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send(drawnSpans(traceIdOf(1), 'root 0..1000\n  early 100..200'));
  await page.getByRole('row', { name: /root/ }).click();
  const tree = page.getByRole('tree');
  await expect(tree).toHaveAttribute('aria-description', 'Shows 0 ns to 1.0 s of 1.0 s');
  await expect(page.getByRole('treeitem')).toHaveCount(2);
  const box = await restingBox(tree);
  await page.mouse.move(box.x + box.width - 400, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 300, box.y + 60, { steps: 4 });
  await page.mouse.up();
  // Nothing is selected by the drag.
  await expect(page.getByRole('complementary', { name: 'Span details' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Zoom in' }).click();
  await expect(tree).toHaveAttribute('aria-description', /^Shows \d+ ms to \d+ ms of 1.0 s/);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Zoom in' })).toHaveCount(0);
});

test('has the same spans as lanes, flame graph, table and statistics', async ({ app }) => {
  const { page } = app;
  await app.send(
    drawnSpans(
      traceIdOf(1),
      'root 0..1000 web\n  load 100..200 db\n  load 300..500 db !timeout\n  render 600..900 web',
    ),
  );
  await page.getByRole('row', { name: /root/ }).click();
  await expect(page.getByRole('treeitem')).toHaveCount(4);
  await page.keyboard.press('2');
  await expect(page.getByRole('img', { name: 'Lanes: 4 spans of 2 services' })).toBeVisible();
  await expect(page.locator('canvas[data-rects="4"]')).toBeVisible();
  await page.keyboard.press('3');
  await expect(page.locator('canvas[data-rects="3"]')).toBeVisible();
  await page.keyboard.press('4');
  const rows = page.getByRole('table', { name: 'Spans' }).getByRole('row');
  await expect(rows).toHaveCount(5);
  await expect(rows.nth(1)).toContainText('root');
  await page.getByRole('button', { name: 'Name', exact: true }).click();
  await expect(rows.nth(1)).toContainText('load');
  await rows.nth(2).click();
  await expect(page.getByRole('complementary', { name: 'Span details' })).toContainText('load');
  await page.keyboard.press('5');
  const load = page.getByRole('table', { name: 'Statistics' }).getByRole('row', { name: /load/ });
  await expect(load).toContainText('300 ms');
  await load.getByRole('button', { name: 'load' }).click();
  // Leads to those spans and those above them.
  await expect(page.getByRole('treeitem')).toHaveCount(3);
  await expect(page.getByText('2 matches', { exact: true })).toBeVisible();
});

test('finds spans by name, service and duration, and says what it cannot read', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send(drawnSpans(traceIdOf(1), 'root 0..1000 web\n  a 100..200 db\n  b 300..500 db\n  c 600..900 web'));
  await page.getByRole('row', { name: /root/ }).click();
  await expect(page.getByRole('treeitem')).toHaveCount(4);
  await typeSearch(page, 'service:db duration>150ms');
  await expect(page.getByText('1 match', { exact: true })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('treeitem', { selected: true })).toHaveAccessibleName(/^b, db/);
  await page.getByRole('textbox', { name: 'Find in trace' }).fill('duration>fast');
  await expect(page.getByRole('status').filter({ hasText: 'needs a number and a unit' })).toBeVisible();
  await expect(page.getByRole('treeitem')).toHaveCount(4);
});

test('shows everything of a span, and links back to it', PAGE, async ({ app }) => {
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

test('a trace that is not here says so, and appears when it arrives', PAGE, async ({ app }) => {
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
  await typeSearch(page, 'partition 17');
  await expect(page.getByText('1 match', { exact: true })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('treeitem', { selected: true })).toHaveAccessibleName(/^partition 17/);
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
  await expect(page.getByRole('combobox')).toBeFocused();
  await page.keyboard.type('send');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Send traces' })).toBeVisible();
});

test('compares two traces: what came, went, slowed, and which attributes differ', PAGE, async ({ app }) => {
  const { page } = app;
  const first = drawnSpans(traceIdOf(1), 'checkout 0..1000 web\n  load 100..200 db\n  legacy 300..400 web');
  const second = drawnSpans(traceIdOf(2), 'checkout 0..1400 web\n  load 100..900 db\n  cache 950..960 web');
  const withText = (spans: typeof first, text: string) =>
    spans.map((span) => (span.name === 'load' ? { ...span, attributes: { 'db.query.text': text } } : span));
  await app.send(withText(first, 'SELECT a\nFROM t'));
  await app.send(withText(second, 'SELECT a\nFROM u'));
  await page.evaluate((id) => {
    window.location.hash = `#/trace/${id}`;
  }, traceIdOf(1));
  await expect(page.getByRole('treeitem')).toHaveCount(3);
  await page.keyboard.press('c');
  await expect(page.getByText('Open the trace to compare with checkout.')).toBeVisible();
  await page.getByRole('row', { name: /1\.4 s/ }).click();
  await expect(page.getByText('1 added · 1 removed · 2 slower · 0 faster')).toBeVisible();
  const items = page.getByRole('treeitem');
  await expect(items).toHaveCount(4);
  await expect(page.getByRole('treeitem', { name: /^cache, web, added/ })).toBeVisible();
  await expect(page.getByRole('treeitem', { name: /^legacy, web, removed/ })).toBeVisible();
  await page.getByRole('treeitem', { name: /^load, db, slower, \+700 ms/ }).click();
  const details = page.getByRole('complementary', { name: 'Compared attributes' });
  await expect(details).toContainText('- FROM t');
  await expect(details).toContainText('+ FROM u');
  await page.keyboard.press('2');
  await expect(page.getByRole('table', { name: 'Operations' }).getByRole('row').nth(1)).toContainText('load');
});

test('shows servers whose clock is off inside their calls, and as they were sent', PAGE, async ({ app }) => {
  const { page } = app;
  const spans = drawnSpans(traceIdOf(1), 'GET 0..100 web\n  call 10..60 web\n    serve 900..940 shop');
  await app.send(spans.map((span, i) => ({ ...span, kind: [2, 3, 2][i] as number })));
  await page.getByRole('row', { name: /GET/ }).click();
  const tree = page.getByRole('tree');
  await expect(tree).toHaveAttribute('aria-description', 'Shows 0 ns to 100 ms of 100 ms');
  await page.getByRole('button', { name: 'Clocks adjusted' }).click();
  await expect(tree).toHaveAttribute('aria-description', 'Shows 0 ns to 940 ms of 940 ms');
  await page.getByRole('button', { name: 'Clocks as sent' }).click();
  await expect(tree).toHaveAttribute('aria-description', 'Shows 0 ns to 100 ms of 100 ms');
});

test('marks events, keeps bookmarks and notes, and lists the logs of a trace', PAGE, async ({ app }) => {
  const { page } = app;
  const spans = drawnSpans(traceIdOf(1), 'root 0..1000 web\n  load 100..200 db');
  await app.send(spans);
  const log = { traceId: traceIdOf(1), spanId: spans[1]?.spanId, timeUnixNano: String(T0 + 150_000_000n) };
  const logRecords = [{ ...log, severityNumber: 17, body: { stringValue: 'the pool is empty' } }];
  const response = await fetch(`${app.otlpHttp}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }),
  });
  expect(response.status).toBe(200);
  await page.getByRole('row', { name: /root/ }).click();
  await page.getByRole('treeitem', { name: /^load/ }).click();
  const details = page.getByRole('complementary', { name: 'Span details' });
  await expect(details).toContainText('load');
  await page.keyboard.press('b');
  await expect(details.getByRole('button', { name: 'Bookmarked' })).toBeVisible();
  await page.keyboard.press('m');
  await page.getByRole('textbox', { name: 'Note' }).fill('why so slow?');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('region', { name: 'Bookmarks' })).toContainText('why so slow?');
  await page.keyboard.press('6');
  const logRow = page.getByRole('table', { name: 'Logs' }).getByRole('row').nth(1);
  await expect(logRow).toContainText('+150 ms');
  await expect(logRow).toContainText('the pool is empty');
  await page.reload();
  await expect(page.getByRole('region', { name: 'Bookmarks' })).toContainText('why so slow?');
});

test('a deleted trace says so and comes back', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send(drawnSpans(traceIdOf(1), 'precious 0..5'));
  await page.getByRole('row', { name: /precious/ }).click();
  await expect(page.getByRole('treeitem')).toHaveCount(1);
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Delete trace' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Deleted precious' })).toBeVisible();
  await expect(page.getByRole('row', { name: /precious/ })).toHaveCount(0);
  await page.evaluate((id) => {
    window.location.hash = `#/trace/${id}`;
  }, traceIdOf(1));
  await expect(page.getByRole('alert')).toContainText('This trace was deleted at');
  await page.getByRole('button', { name: 'Restore' }).click();
  await expect(page.getByRole('treeitem', { name: /precious/ })).toBeVisible();
});

test('holds its place under the pointer while a trace grows above it', PAGE, async ({ app }) => {
  const { page } = app;
  const child = (n: number, startMs: number) => ({
    traceId: traceIdOf(1),
    spanId: (100 + n).toString(16).padStart(16, '0'),
    parentSpanId: '0000000000000001',
    service: 'web',
    name: `child ${n}`,
    startNs: T0 + BigInt(startMs) * 1_000_000n,
    endNs: T0 + BigInt(startMs + 1) * 1_000_000n,
  });
  await app.send(drawnSpans(traceIdOf(1), 'root 0..100000 web'));
  await app.send(Array.from({ length: 200 }, (_, n) => child(n, 50_000 + n)));
  await page.getByRole('row', { name: /root/ }).click();
  // What is not there yet cannot be scrolled to.
  await expect(page.getByText('201', { exact: true })).toBeVisible();
  await expect(page.getByRole('treeitem', { name: /^child 0,/ })).toBeVisible();
  await page.getByRole('tree').hover();
  await page.mouse.wheel(0, 2_000);
  const row = page.getByRole('treeitem', { name: /^child 90,/ });
  await expect(row).toBeVisible();
  await row.hover();
  const before = await restingBox(row);
  await app.send(Array.from({ length: 50 }, (_, n) => child(1_000 + n, n)));
  await expect(page.getByText('251', { exact: true })).toBeVisible();
  await expect(row).toHaveAttribute('aria-posinset', '142');
  expect(await row.boundingBox()).toEqual(before);
  // Nor sideways, when it lasts longer than before; F shows all of it.
  await app.send([child(2_000, 200_000)]);
  await expect(page.getByText('252', { exact: true })).toBeVisible();
  await expect(page.getByRole('tree')).toHaveAttribute('aria-description', 'Shows 0 ns to 1 m 40 s of 3 m 20 s');
  await page.keyboard.press('f');
  await expect(page.getByRole('tree')).toHaveAttribute('aria-description', 'Shows 0 ns to 3 m 20 s of 3 m 20 s');
});
