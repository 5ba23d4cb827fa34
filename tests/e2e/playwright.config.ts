import { defineConfig } from '@playwright/test';

// One project for each shell; `both/` runs in each of them, but for what is about the page alone (PAGE in app.ts). The launcher
// (scripts/e2e.mjs) says which this machine can run.
const shells = (process.env.SPOOR_E2E_SHELLS ?? 'browser,electron').split(',');

export default defineConfig({
  testDir: '.',
  globalSetup: './global-setup.ts',
  outputDir: '../../test-results',
  // An app waits for its page as often as the page for it, so two keep two cores busy.
  workers: 2,
  retries: 0,
  // Long enough for a machine that does much else: no test is about time.
  timeout: 600_000,
  use: { actionTimeout: 120_000 },
  expect: { timeout: 60_000, toPass: { timeout: 120_000 } },
  reporter: [['list']],
  projects: [
    // First, so that the browser's are beside it from the start to the end. Windows of one display take the focus from each other.
    { name: 'electron', testMatch: ['both/*.spec.ts', 'electron/*.spec.ts'], grepInvert: /@page/, workers: 1 },
    { name: 'browser', testMatch: ['both/*.spec.ts', 'browser/*.spec.ts'] },
  ].filter(({ name }) => shells.includes(name)),
});
