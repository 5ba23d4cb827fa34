import { expect } from '@playwright/test';
import { drawnSpans, traceIdOf } from '../../fixtures/traces';
import { PAGE, test } from '../app';

test('goes from span to span by the address, by keys and back, without a loop', async ({ app }) => {
  const { page } = app;
  const [first, second] = [traceIdOf(1), traceIdOf(2)];
  await app.send(drawnSpans(first, 'root 0..1000\n  early 100..200\n  late 800..900'));
  await app.send(drawnSpans(second, 'other 0..1000'));
  await page.getByRole('row', { name: /root/ }).click();
  const details = page.getByRole('complementary', { name: 'Span details' });
  const hash = () => page.evaluate(() => window.location.hash);
  const go = (address: string) =>
    page.evaluate((to) => {
      window.location.hash = to;
    }, address);
  await page.getByRole('treeitem', { name: /^early/ }).click();
  await expect(details).toContainText('early');
  await expect.poll(hash).toMatch(new RegExp(`${first}/[0-9a-f]{16}$`));
  const early = await hash();
  await page.getByRole('treeitem', { name: /^late/ }).click();
  await expect(details).toContainText('late');
  await expect.poll(hash).not.toBe(early);
  const late = await hash();
  // Both ways, then a span that is not there, the trace alone, another trace, and back by history.
  for (const address of [early, late, early]) {
    await go(address);
    await expect(details).toContainText(address === early ? 'early' : 'late');
    await expect.poll(hash).toBe(address);
  }
  await go(`#/trace/${first}/00000000000000ff`);
  await expect(details).toContainText('The span could not be read.');
  await go(`#/trace/${first}`);
  await expect(details).toHaveCount(0);
  await go(`#/trace/${second}/not-an-id`);
  await expect(page.getByRole('treeitem', { name: /^other/ })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('treeitem', { name: /^late/ })).toBeVisible();
  await page.keyboard.press('j');
  await expect(details).toContainText('root');
  await page.keyboard.press('j');
  await expect(details).toContainText('early');
  await expect.poll(hash).toBe(early);
});

test('a screen that fails to draw is left by going elsewhere', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send(drawnSpans(traceIdOf(1), 'root 0..1000'));
  await expect(page.getByRole('row', { name: /root/ })).toBeVisible();
  // A browser without canvases: the waterfall cannot be drawn, everything else can.
  await page.evaluate(() => {
    const { getContext } = HTMLCanvasElement.prototype;
    HTMLCanvasElement.prototype.getContext = () => {
      throw new Error('no canvas here');
    };
    window.addEventListener('mend', () => {
      HTMLCanvasElement.prototype.getContext = getContext;
    });
  });
  await page.getByRole('row', { name: /root/ }).click();
  await expect(page.getByText('This screen could not be displayed.')).toBeVisible();
  await expect(page.getByText(/no canvas here/)).toBeVisible();
  await page.getByRole('link', { name: 'Agents' }).click();
  await expect(page.getByRole('heading', { name: 'Agents' })).toBeVisible();
  await expect(page.getByText('This screen could not be displayed.')).toHaveCount(0);
  await page.evaluate(() => window.dispatchEvent(new Event('mend')));
  await page.goBack();
  await expect(page.getByRole('treeitem', { name: /^root/ })).toBeVisible();
});

test('says that the duration of a span without an end is unknown, in the list, on its row and in its details', async ({
  app,
}) => {
  const { page } = app;
  const [whole, alone] = drawnSpans(traceIdOf(1), 'whole 0..50\n  open 10..20');
  if (!whole || !alone) throw new Error('two spans are drawn');
  await app.send([whole, { ...alone, endNs: 0n }, { ...alone, traceId: traceIdOf(2), endNs: 0n, name: 'apart' }]);
  const apart = page.getByRole('row', { name: /apart/ });
  await expect(apart).toContainText('\u2014');
  await page.getByRole('row', { name: /whole/ }).click();
  await page.getByRole('treeitem', { name: /^open, .*, \u2014/ }).click();
  const details = page.getByRole('complementary', { name: 'Span details' });
  await expect(details).toContainText('duration unknown');
  await expect(details).not.toContainText('of trace');
});
