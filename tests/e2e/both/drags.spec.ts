/** Drags that select: they end where the pointer does, however fast it was, and outlive what arrives meanwhile. */
import { expect, type Locator } from '@playwright/test';
import { drawnSpans, T0, traceIdOf } from '../../fixtures/traces';
import { PAGE, restingBox, test } from '../app';

const jobs = Array.from({ length: 12 }, (_, i) => i + 1).flatMap((n) =>
  drawnSpans(traceIdOf(n), `job ${n}  ${n * 1_000}..${n * 1_000 + 200} worker`),
);

/** As on a machine that is behind with drawing: the button goes up before the move is drawn. */
async function dragAtOnce(surface: Locator, from: number, to: number): Promise<void> {
  await restingBox(surface);
  await surface.hover();
  await surface.evaluate(
    async (element, [from, to]) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      for (const [type, share] of [
        ['pointerdown', from],
        ['pointermove', to],
        ['pointerup', to],
      ] as const) {
        const place = { clientX: left + share * width, clientY: top + height / 2 };
        element.dispatchEvent(new PointerEvent(type, { ...place, pointerId: 1, bubbles: true }));
        // What a press changes is drawn at once, what a move changes is not.
        await new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(resolve)));
      }
    },
    [from, to] as const,
  );
}

test('a fast drag over the histogram selects the time it went over', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send(jobs);
  await expect(page.getByRole('row')).toHaveCount(13);
  const histogram = page.getByRole('region', { name: 'Traces over time' }).locator('.cursor-crosshair');
  await expect(histogram).toBeVisible();
  await dragAtOnce(histogram, 0.76, 1);
  await expect(page.getByRole('row', { name: /job 9 / })).toHaveCount(0);
  await expect(page.getByRole('row', { name: /job 11 / })).toBeVisible();
});

test('a fast drag over a heatmap zooms to the steps it went over', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send(jobs);
  await expect(page.getByRole('row')).toHaveCount(13);
  await page.getByRole('textbox', { name: 'Search traces' }).fill('{ } | histogram_over_time(duration)');
  const heatmap = page.getByRole('img', { name: /histogram_over_time\(duration\): \d+ buckets/ });
  await expect(heatmap).toBeVisible();
  await dragAtOnce(heatmap, 0.1, 0.9);
  await expect(page).toHaveURL(/from=.*to=/);
});

test('a drag over the minimap goes on while the trace grows', PAGE, async ({ app }) => {
  const { page } = app;
  await app.send(drawnSpans(traceIdOf(1), 'root 0..1000 web'));
  await page.getByRole('row', { name: /root/ }).click();
  await expect(page.getByRole('tree')).toHaveAttribute('aria-description', 'Shows 0 ns to 1.0 s of 1.0 s');
  const box = await restingBox(page.getByTitle('Drag to zoom, click for the whole trace'));
  await page.mouse.move(box.x + box.width * 0.25, box.y + 20);
  await page.mouse.down();
  const child = { traceId: traceIdOf(1), spanId: '9'.repeat(16), parentSpanId: '0000000000000001', service: 'web' };
  await app.send([{ ...child, name: 'late', startNs: T0 + 1_000_000n, endNs: T0 + 2_000_000_000n }]);
  await expect(page.getByRole('treeitem', { name: /^late/ })).toBeVisible();
  await page.mouse.move(box.x + box.width * 0.75, box.y + 20, { steps: 4 });
  await page.mouse.up();
  await expect(page.getByRole('tree')).toHaveAttribute(
    'aria-description',
    /^Shows (499|500|501) ms to 1\.5 s of 2\.0 s/,
  );
});
