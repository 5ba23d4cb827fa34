import { expect, type Page } from '@playwright/test';
import type { SampleSpan } from '../../../core/samples/otlp-builder';
import { T0, traceIdOf } from '../../fixtures/traces';
import { type App, PAGE, test } from '../app';

const YEAR_NS = 31_536_000_000_000_000n;

function span(n: number, parent: number | null, change: Partial<SampleSpan> = {}): SampleSpan {
  return {
    traceId: traceIdOf(1),
    spanId: n.toString(16).padStart(16, '0'),
    ...(parent === null ? {} : { parentSpanId: parent.toString(16).padStart(16, '0') }),
    service: 'web',
    name: `span ${n}`,
    startNs: T0 + BigInt(n),
    endNs: T0 + BigInt(n) + 10n,
    ...change,
  };
}

async function open(app: App, spans: readonly SampleSpan[]): Promise<Page> {
  for (let i = 0; i < spans.length; i += 5_000) await app.send(spans.slice(i, i + 5_000));
  await app.page.evaluate((id) => {
    window.location.hash = `#/trace/${id}`;
  }, traceIdOf(1));
  await expect(app.page.getByRole('treeitem').first()).toBeVisible();
  await expect(app.page.getByText(spans.length.toLocaleString('en-US'), { exact: true }).first()).toBeVisible();
  return app.page;
}

/** Every view comes up with something on it; the page throws nothing (the fixture checks). */
async function lookAtAll(page: Page): Promise<void> {
  await page.keyboard.press('2');
  await expect(page.locator('canvas[data-rects]:not([data-rects="0"])')).toBeVisible();
  await page.keyboard.press('3');
  await expect(page.getByRole('img', { name: /^Flame graph/ })).toBeVisible();
  await page.keyboard.press('4');
  await expect(page.getByRole('table', { name: 'Spans' }).getByRole('row').nth(1)).toBeVisible();
  await page.keyboard.press('5');
  await expect(page.getByRole('table', { name: 'Statistics' }).getByRole('row').nth(1)).toBeVisible();
  await page.keyboard.press('1');
  await expect(page.getByRole('treeitem').first()).toBeVisible();
}

test('a chain of 10,000', PAGE, async ({ app }) => {
  const chain = Array.from({ length: 10_000 }, (_, n) =>
    span(n + 1, n === 0 ? null : n, { startNs: T0 + BigInt(n), endNs: T0 + 40_000n - BigInt(n) }),
  );
  const page = await open(app, chain);
  await page.keyboard.press('End');
  await expect(page.getByRole('treeitem', { selected: true })).toHaveAttribute('aria-level', '10000');
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('treeitem', { selected: true })).toHaveAttribute('aria-level', '9999');
  await page.keyboard.press('[');
  await expect(page.getByRole('treeitem')).toHaveCount(2);
  await page.keyboard.press('e');
  await lookAtAll(page);
});

test('20,000 children of one parent, and as many services', PAGE, async ({ app }) => {
  const children = Array.from({ length: 20_000 }, (_, n) =>
    span(n + 2, 1, { service: `service ${n}`, startNs: T0, endNs: T0 + 1_000_000n, name: 'same' }),
  );
  const page = await open(app, [span(1, null, { endNs: T0 + 2_000_000n }), ...children]);
  await page.keyboard.press('End');
  await expect(page.getByRole('treeitem', { selected: true })).toHaveAttribute('id', 'row-20000');
  await lookAtAll(page);
});

test('no time, time backwards, years by nanoseconds, cycles, no parents, hostile names', PAGE, async ({ app }) => {
  const megabyte = 'x'.repeat(1_000_000);
  const page = await open(app, [
    span(1, null, { name: 'root', endNs: T0 + 3n * YEAR_NS }),
    span(2, 1, { name: 'instant', startNs: T0 + 5n, endNs: T0 + 5n }),
    span(3, 1, { name: 'backwards', startNs: T0 + 9n, endNs: T0 + 1n }),
    span(4, 5, { name: 'chicken' }),
    span(5, 4, { name: 'egg' }),
    span(6, 999, { name: 'orphan' }),
    span(7, 1, { name: megabyte }),
    span(8, 1, { name: 'سلة التسوق', service: 'عربي' }),
    span(9, 1, { name: '\u{1f9d1}\u200d\u{1f680} launch \u{1f680}' }),
    span(10, 1, { name: '<img src=x onerror="document.title=1">\n\u202eevil', error: '<script>throw 1</script>' }),
    span(11, 1, { name: '' }),
  ]);
  await expect(page.getByRole('treeitem')).toHaveCount(11);
  await expect(page.getByRole('treeitem', { name: /^سلة التسوق, عربي/ })).toBeVisible();
  await expect(page.getByRole('treeitem', { name: /^unnamed/ })).toBeVisible();
  await expect(page.getByText('1,095 d 0 h', { exact: true })).toBeVisible();
  await page.getByRole('treeitem', { name: /^x{100}/ }).click();
  await expect(page.getByRole('complementary', { name: 'Span details' })).toContainText('xxxx');
  await page.getByRole('treeitem', { name: /^instant/ }).click();
  await expect(page.getByRole('complementary', { name: 'Span details' })).toContainText('instant');
  await page.keyboard.press('f');
  await expect(page.getByRole('tree')).toHaveAttribute('aria-description', /^Shows \d+ ns to \d+ ns of 1,095 d 0 h/);
  await page.keyboard.press('f');
  await lookAtAll(page);
  expect(await page.title()).toBe('root · Spoor');
});

test('paints lanes with WebGL2, and again after the driver lost everything', async ({ app }) => {
  const { page } = app;
  await page.evaluate(() => localStorage.setItem('spoor.painter', 'webgl2'));
  await open(app, [
    span(1, null, { endNs: T0 + 1_000_000n }),
    span(2, 1, { startNs: T0 + 200_000n, endNs: T0 + 700_000n, service: 'db', error: 'no' }),
  ]);
  await page.keyboard.press('2');
  const canvas = page.locator('canvas[data-painter="webgl2"]');
  await expect(canvas).toHaveAttribute('data-rects', '2');
  let before = await canvas.screenshot();
  const isAtRest = async (): Promise<boolean> => {
    const earlier = before;
    before = await canvas.screenshot();
    return before.equals(earlier);
  };
  await expect.poll(isAtRest).toBe(true);
  await canvas.evaluate(async (element: HTMLCanvasElement) => {
    const lose = element.getContext('webgl2')?.getExtension('WEBGL_lose_context');
    const next = (event: string) => new Promise((resolve) => element.addEventListener(event, resolve, { once: true }));
    const lost = next('webglcontextlost');
    lose?.loseContext();
    await lost;
    // When all who listen have heard of it.
    await new Promise((resolve) => setTimeout(resolve));
    const restored = next('webglcontextrestored');
    lose?.restoreContext();
    await restored;
  });
  await expect.poll(async () => (await canvas.screenshot()).equals(before)).toBe(true);
});
