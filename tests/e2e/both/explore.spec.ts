/** The explore screen: TraceQL, words that become it, time ranges, facets, pausing; all of it in the address. */
import { expect } from '@playwright/test';
import { drawnSpans, traceIdOf } from '../../fixtures/traces';
import { PAGE, restingBox, test, typeSearch } from '../app';

/** A shop: every third order fails in payments, a second apart. */
const order = (n: number) =>
  drawnSpans(
    traceIdOf(n),
    `
    POST /orders/${n}  ${n * 1000}..${n * 1000 + 200} web
      charge           ${n * 1000 + 10}..${n * 1000 + 90} payments${n % 3 === 0 ? ' !card declined' : ''}
      reserve          ${n * 1000 + 95}..${n * 1000 + 150} inventory`,
  );
const orders = Array.from({ length: 12 }, (_, i) => order(i + 1)).flat();

test('finds traces by TraceQL, says how many of their spans match, and why', async ({ app }) => {
  const { page } = app;
  await app.send(orders);
  await expect(page.getByRole('row')).toHaveCount(13);
  const search = page.getByRole('textbox', { name: 'Search traces' });
  await search.fill('{ name =~ "POST.*" } > { resource.service.name = "payments" && status = error }');
  await expect(page.getByRole('row')).toHaveCount(5);
  const first = page.getByRole('row').nth(1);
  await expect(first).toContainText('POST /orders/12');
  await expect(first).toContainText('1/3');
  await expect(first.getByTitle(/1 of 3 spans match\s+payments: charge/)).toBeVisible();

  // In the trace, what it was found by is what its search box says, and leads to the span.
  await first.click();
  const within = page.getByRole('textbox', { name: 'Find in trace' });
  await expect(within).toHaveValue(/^\{ name =~ "POST/);
  await within.press('Enter');
  await expect(page.getByRole('treeitem', { selected: true, name: /^charge/ })).toHaveCount(1);
  await page.getByRole('main').getByRole('link', { name: 'Traces' }).click();

  await search.fill('{ statis = error }');
  await expect(page.getByRole('alert')).toContainText('Column 3');
  await expect(page.getByRole('alert')).toContainText('Did you mean status?');
  await search.fill('{ status = error }');
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(page.getByRole('row')).toHaveCount(5);
});

test('completes fields and values from what is stored', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send(orders);
  await expect(page.getByRole('row')).toHaveCount(13);
  await typeSearch(page, '{ resource.service.n');
  await page
    .getByRole('listbox')
    .getByRole('option', { name: /resource\.service\.name/ })
    .waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.keyboard.type(' = pay');
  await page
    .getByRole('listbox')
    .getByRole('option', { name: /payments/ })
    .waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.type(' && status = err');
  await page.getByRole('listbox').getByRole('option', { name: 'error' }).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.type(' }');
  await expect(page.getByRole('textbox', { name: 'Search traces' })).toHaveText(
    '{ resource.service.name = "payments" && status = error }',
  );
  await expect(page.getByRole('row')).toHaveCount(5);
});

test('searches for what was typed at Enter, and walks through what it finds', async ({ app }) => {
  const { page } = app;
  await app.send(orders);
  await expect(page.getByRole('row')).toHaveCount(13);
  const search = page.getByRole('textbox', { name: 'Search traces' });
  await typeSearch(page, 'status');
  await page.getByRole('listbox').getByRole('option', { name: 'status:' }).waitFor();
  await page.keyboard.press('Enter');
  await expect(search).toHaveText('status');
  await expect(page.getByRole('listbox')).toHaveCount(0);

  await search.fill('declined');
  await search.press('Enter');
  await expect(page.getByRole('row')).toHaveCount(5);
  await expect(search).not.toBeFocused();
  await expect(page.getByRole('grid')).toBeFocused();
  await expect(page.getByRole('row', { selected: true })).toContainText('POST /orders/12');
  await page.keyboard.press('j');
  await expect(page.getByRole('row', { selected: true })).toContainText('POST /orders/9');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('treeitem', { name: /^POST \/orders\/9/ })).toBeVisible();
});

test('marks where a query cannot be read, and dims what it did not find', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send(orders);
  await expect(page.getByRole('row')).toHaveCount(13);
  const search = page.getByRole('textbox', { name: 'Search traces' });
  for (const [typed, marked] of [
    ['status:purple declined', 'status:purple'],
    ['{ status = error && }', '}'],
    ['{ duration > 1s', '1s'],
  ] as const) {
    await search.fill(typed);
    await search.press('Enter');
    await expect(page.getByRole('alert')).toBeVisible();
    await expect(search.locator('.query-wrong').last()).toHaveText(marked);
    await expect(search).toBeFocused();
    await expect(page.getByRole('row')).toHaveCount(13);
    await expect(page.getByRole('grid').locator('.opacity-60')).toHaveCount(1);
  }
  await search.fill('declined');
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(search.locator('.query-wrong')).toHaveCount(0);
  await expect(page.getByRole('row')).toHaveCount(5);
});

test('finds what is pasted: host and port, paths, words in JSON, Chinese', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send([
    ...orders,
    ...drawnSpans(traceIdOf(50), 'connect 50000..50010 web !D:\\bin\\new file at db.internal:5432 is gone'),
    ...drawnSpans(
      traceIdOf(51),
      'chat 51000..51010 web !{"content":"one\\nWorldly \\u5317\\u4eac\\u7684\\u5929\\u6c14"}',
    ),
  ]);
  await expect(page.getByRole('row')).toHaveCount(15);
  const search = page.getByRole('textbox', { name: 'Search traces' });
  for (const [typed, name] of [
    ['db.internal:5432', 'connect'],
    ['D:\\bin\\new', 'connect'],
    ['"D:\\bin\\new file"', 'connect'],
    ['Worldly', 'chat'],
    ['天气', 'chat'],
    ['duration<12 ms connect', 'connect'],
  ] as const) {
    await search.fill(typed);
    await expect(page.getByRole('row')).toHaveCount(2);
    await expect(page.getByRole('row').nth(1)).toContainText(name);
  }
});

test('shows the TraceQL that words become, to go on from', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send(orders);
  await expect(page.getByRole('row')).toHaveCount(13);
  const search = page.getByRole('textbox', { name: 'Search traces' });
  await search.fill('service:payments declined');
  await expect(page.getByRole('row')).toHaveCount(5);
  await page.getByRole('button', { name: 'Edit as TraceQL' }).click();
  await expect(search).toHaveText(/^\{ resource\.service\.name = "payments" \} && \{ text = "declined"/);
  await expect(page.getByRole('row')).toHaveCount(5);
});

test('narrows by a click on what there is, and widens again', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send(orders);
  const search = page.getByRole('textbox', { name: 'Search traces' });
  const facets = page.getByRole('complementary', { name: 'Narrow the search' });
  await facets.getByRole('checkbox', { name: /^payments/ }).check();
  await expect(search).toHaveText('service:payments');
  await expect(page.getByTitle(/^1 of 3 spans match/)).toHaveCount(12);
  await facets.getByRole('checkbox', { name: /^inventory/ }).check();
  await expect(search).toHaveText('service:payments service:inventory');
  await expect(page.getByTitle(/^2 of 3 spans match/)).toHaveCount(12);
  await facets.getByRole('checkbox', { name: /^inventory/ }).uncheck();
  await facets.getByRole('checkbox', { name: /^error/ }).check();
  await expect(search).toHaveText('service:payments status:error');
  await expect(page.getByRole('row')).toHaveCount(5);
  await page.getByRole('button', { name: 'Edit as TraceQL' }).click();
  await facets.getByRole('checkbox', { name: /^payments/ }).uncheck();
  await expect(search).toHaveText('{ status = error }');
  await expect(page.getByRole('row')).toHaveCount(5);
});

test('shows more values of what there is to narrow by', PAGE, async ({ app }) => {
  const { page } = app;
  const services = Array.from({ length: 12 }, (_, n) => drawnSpans(traceIdOf(n + 1), `job 0..${n + 1} service${n}`));
  await app.send(services.flat());
  const choices = page
    .getByRole('complementary', { name: 'Narrow the search' })
    .getByRole('checkbox', { name: /^serv/ });
  await expect(choices).toHaveCount(8);
  await page.getByRole('button', { name: 'More' }).click();
  await expect(choices).toHaveCount(12);
  await page.getByRole('button', { name: 'Fewer' }).click();
  await expect(choices).toHaveCount(8);
});

test('selects a time by a drag over the histogram, and keeps it in the address', async ({ app }) => {
  const { page } = app;
  await app.send(orders);
  await expect(page.getByRole('row')).toHaveCount(13);
  const chart = page.getByRole('region', { name: 'Traces over time' }).locator('.cursor-crosshair');
  await expect(chart).toBeVisible();
  const box = await restingBox(chart);
  // The last quarter of eleven seconds: the orders of the seconds 10 to 12.
  await page.mouse.move(box.x + box.width * 0.76, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width, box.y + 20, { steps: 5 });
  await page.mouse.up();
  await expect(page.getByRole('row', { name: /orders\/9 / })).toHaveCount(0);
  await expect(page.getByRole('row', { name: /orders\/11/ })).toBeVisible();
  await expect(page).toHaveURL(/from=2023-11-14T22%3A13%3A2.*&to=/);
  await page.reload();
  await expect(page.getByRole('row', { name: /orders\/11/ })).toBeVisible();
  await expect(page.getByRole('row', { name: /orders\/9 / })).toHaveCount(0);

  await page.getByRole('button', { name: /^Time range/ }).click();
  await page.getByRole('button', { name: 'Last hour' }).click();
  await expect(page.getByText('No trace of this time range (Last hour).')).toBeVisible();
  await page.getByRole('button', { name: 'Search all time' }).click();
  await expect(page.getByRole('row')).toHaveCount(13);
});

test('offers what was searched for lately', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send(orders);
  await expect(page.getByRole('row')).toHaveCount(13);
  await typeSearch(page, 'declined ');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('row')).toHaveCount(5);
  await page.getByRole('button', { name: 'Clear the search' }).click();
  await expect(page.getByRole('row')).toHaveCount(13);
  await page.keyboard.press('Escape');
  await page.keyboard.press('/');
  await page.getByRole('listbox').getByRole('option', { name: 'declined' }).click();
  await expect(page.getByRole('row')).toHaveCount(5);
});

test('groups spans by a field, and leads from a group to its traces', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send(orders);
  await expect(page.getByRole('row')).toHaveCount(13);
  await page.getByRole('button', { name: 'Group by: nothing' }).click();
  await page.getByRole('combobox', { name: 'Group by: find a field' }).fill('service.n');
  await expect(page.getByRole('option', { name: /^resource\.service\.name/ })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  const payments = page.getByRole('table').getByRole('row', { name: /payments/ });
  await expect(payments).toContainText('12');
  await expect(payments).toContainText('4');
  // Within 2 %.
  await expect(payments).toContainText(/(79|80|81) ms/);
  await expect(page).toHaveURL(/by=resource\.service\.name/);
  await page.getByRole('textbox', { name: 'Search traces' }).fill('{ status = error }');
  await expect(page.getByRole('table').getByRole('row')).toHaveCount(2);
  await page.getByRole('button', { name: 'payments', exact: true }).click();
  await expect(page.getByRole('textbox', { name: 'Search traces' })).toHaveText(
    '{ status = error && resource.service.name = "payments" }',
  );
  await expect(page.getByRole('grid').getByRole('row')).toHaveCount(5);
});

test('lets new traces wait while it is paused', async ({ app }) => {
  const { page } = app;
  await app.send(order(1));
  await expect(page.getByRole('row')).toHaveCount(2);
  await page.getByRole('button', { name: 'Live' }).click();
  await app.send(order(2));
  await expect(page.getByRole('button', { name: /1 new trace/ })).toBeVisible();
  await expect(page.getByRole('row')).toHaveCount(2);
  await page.getByRole('button', { name: 'Paused' }).click();
  await expect(page.getByRole('row')).toHaveCount(3);
});

test('keeps a search under a name', PAGE, async ({ app }) => {
  const { page } = app;
  await page.setViewportSize({ width: 1300, height: 800 });
  await app.send(orders);
  await expect(page.getByRole('row')).toHaveCount(13);
  const search = page.getByRole('textbox', { name: 'Search traces' });
  await search.fill('status:error');
  await expect(page.getByRole('row')).toHaveCount(5);
  await page.getByRole('button', { name: 'Save view' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Failed orders');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  // What closes gives the focus back; only then can something else have it.
  await expect(page.getByRole('button', { name: 'Save view' })).toBeFocused();
  const comments = page.getByRole('button', { name: 'Comments on the view Failed orders' });
  await expect(comments).toBeVisible();
  await search.fill('');
  await expect(page.getByRole('row')).toHaveCount(13);
  await expect(comments).toHaveCount(0);
  const views = page.getByRole('region', { name: 'Saved views' });
  const view = views.getByRole('button', { name: 'Failed orders', exact: true });
  await view.click();
  await expect(search).toHaveText('status:error');
  await expect(page.getByRole('row')).toHaveCount(5);
  await expect(view).toHaveAttribute('aria-current', 'page');
  await comments.click();
  await page.getByLabel(/^Write a comment/).fill('look here first');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('article')).toContainText('look here first');
  await page.keyboard.press('Escape');
  await expect(comments).toHaveAccessibleName('Comments on the view Failed orders, 1');
  await views.getByRole('button', { name: 'Delete the view Failed orders' }).click();
  await expect(views).toHaveCount(0);
});

test('sorts by a column, shows the columns that were chosen, and keeps both in the address', PAGE, async ({ app }) => {
  const { page } = app;
  const lasting = (n: number, ms: number) => drawnSpans(traceIdOf(n), `job ${n}  ${n * 1000}..${n * 1000 + ms} worker`);
  await app.send([...lasting(1, 300), ...lasting(2, 20), ...lasting(3, 900), ...lasting(4, 100)]);
  const names = page.getByRole('row').getByRole('gridcell').getByText(/^job/);
  await expect(names).toHaveText(['job 4', 'job 3', 'job 2', 'job 1']);
  await page.getByRole('button', { name: 'Duration' }).click();
  await expect(names).toHaveText(['job 3', 'job 1', 'job 4', 'job 2']);
  await expect(page.getByRole('columnheader', { name: /Duration/ })).toHaveAttribute('aria-sort', 'descending');
  await page.getByRole('button', { name: /Duration/ }).click();
  await expect(names).toHaveText(['job 2', 'job 4', 'job 1', 'job 3']);

  await page.getByRole('button', { name: 'Choose columns' }).press('Enter');
  await page.getByRole('menuitemcheckbox', { name: 'Tokens' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Cost' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Errors' }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('columnheader')).toHaveText([
    'Trace',
    'Service',
    /Duration/,
    'Spans',
    'Errors',
    'Started',
  ]);

  await page.reload();
  await expect(names).toHaveText(['job 2', 'job 4', 'job 1', 'job 3']);
  await expect(page.getByRole('columnheader', { name: 'Errors' })).toBeVisible();
  // One that comes belongs somewhere in between.
  await app.send(lasting(5, 200));
  await expect(names).toHaveText(['job 2', 'job 4', 'job 5', 'job 1', 'job 3']);
});

test('narrows by an area of the heatmap, and opens a trace from the scatter', PAGE, async ({ app }) => {
  const { page } = app;
  const lasting = (n: number, ms: number) => drawnSpans(traceIdOf(n), `job ${n}  ${n * 1000}..${n * 1000 + ms} worker`);
  await app.send([lasting(1, 10), lasting(2, 11), lasting(3, 2_000), lasting(4, 12)].flat());
  await expect(page.getByRole('row')).toHaveCount(5);
  const chart = page.getByRole('combobox', { name: 'Chart' });
  await chart.selectOption('heatmap');
  const heatmap = page.getByRole('img', { name: 'Traces by time and duration' });
  await expect(page.getByRole('region', { name: 'Traces over time' })).toHaveAttribute('aria-busy', 'false');
  const box = await heatmap.boundingBox();
  if (!box) throw new Error('the heatmap has no box');
  // The slow one is at the top, the others at the bottom.
  await page.mouse.move(box.x + 2, box.y + 1);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 2, box.y + box.height / 3, { steps: 4 });
  await page.mouse.up();
  await expect(page.getByRole('row')).toHaveCount(2);
  await expect(page.getByRole('row').nth(1)).toContainText('job 3');
  await expect(page.getByRole('textbox', { name: 'Search traces' })).toHaveText(
    /^\{ traceDuration >= 268ms && traceDuration < 2150ms \}$/,
  );
  expect(new URL(page.url()).searchParams.get('chart')).toBe('heatmap');

  await page.getByRole('textbox', { name: 'Search traces' }).fill('');
  await page.getByRole('button', { name: /Time range/ }).click();
  await page.getByRole('button', { name: 'All time' }).click();
  await expect(page.getByRole('row')).toHaveCount(5);
  await chart.selectOption('scatter');
  const scatter = page.getByRole('img', { name: '4 traces by time and duration' });
  const points = await scatter.boundingBox();
  if (!points) throw new Error('the scatter has no box');
  // The last to start is at the right end, low down.
  const position = { x: points.width - 3, y: points.height - 6 };
  await scatter.hover({ position });
  await expect(page.getByText('job 4').first()).toBeVisible();
  await scatter.click({ position });
  await expect(page).toHaveURL(new RegExp(traceIdOf(4)));
});
