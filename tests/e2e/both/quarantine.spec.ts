import { join } from 'node:path';
import { expect } from '@playwright/test';
import { traceRequest } from '../../../core/samples/otlp-builder';
import { FREE_PORTS, REPOSITORY, startSpoor } from '../../fixtures/spoor';
import { drawnSpans, traceIdOf } from '../../fixtures/traces';
import { test as base } from '../app';

const IN_2100 = {
  NODE_OPTIONS: `--require ${join(REPOSITORY, 'tests/fixtures/skewed-clock.cjs')}`,
  SPOOR_TEST_SKEW_MS: String(74 * 365 * 86_400_000),
};

/** A folder that was opened with a clock in 2100, which somebody said was right. */
const test = base.extend({
  folder: async ({ folder }, use) => {
    let spoor = await startSpoor(folder, FREE_PORTS);
    await spoor.post('/v1/traces', traceRequest(drawnSpans(traceIdOf(1), 'precious 0..1000\n  child 100..200')));
    await spoor.stop();
    spoor = await startSpoor(folder, FREE_PORTS, IN_2100);
    const { ui, token } = spoor.ready;
    const keeping = async () =>
      (await spoor.get<{ keeping: { clock: { state: string }; quarantine: object | null } }>('/v1/status')).body
        .keeping;
    await expect.poll(async () => (await keeping()).clock.state).toBe('ahead');
    await fetch(`${ui}/v1/retention/actions/trust-clock`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    await expect.poll(async () => (await keeping()).quarantine).not.toBeNull();
    await spoor.stop();
    await use(folder);
  },
});

test('says that nearly everything was pruned, and restores it by keyboard', async ({ app }) => {
  const { page } = app;
  await expect(page.getByText('More data expired than is left.')).toBeVisible();
  await expect(page.getByText(/The system clock jumped from .* 2100/)).toBeVisible();
  await page.getByRole('button', { name: 'The clock is right' }).click();
  await expect(page.getByText(/The system clock jumped/)).toBeHidden();

  // As narrow as a window gets, the way back is there.
  await page.setViewportSize({ width: 800, height: 600 });
  const quarantine = page.getByRole('contentinfo').getByRole('button', { name: '1 trace in quarantine' });
  await expect(quarantine).toBeInViewport({ ratio: 1 });
  await quarantine.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Quarantine' });
  await expect(dialog).toContainText('1 trace, 2 spans');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  // The focus comes back a moment after it has closed.
  await expect(quarantine).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('button', { name: 'Restore' })).toBeFocused();
  await page.keyboard.press('Enter');

  await expect(page.getByRole('row', { name: /precious/ })).toBeVisible();
  await expect(quarantine).toBeHidden();
  await expect(page.getByText('More data expired than is left.')).toBeHidden();
});
