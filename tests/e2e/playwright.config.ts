import { defineConfig } from '@playwright/test';

// One project for each shell; `both/` runs in each of them. The launcher (scripts/test.mjs) says which this machine can run.
const shells = (process.env.SPOOR_E2E_SHELLS ?? 'browser,electron').split(',');

export default defineConfig({
  testDir: '.',
  globalSetup: './global-setup.ts',
  outputDir: '../../test-results',
  // Two cores: real apps one at a time.
  workers: 1,
  retries: 0,
  // Long enough for a machine that does much else: no test is about time.
  timeout: 300_000,
  expect: { timeout: 30_000 },
  reporter: [['list']],
  projects: [
    { name: 'browser', testMatch: ['both/*.spec.ts', 'browser/*.spec.ts'] },
    { name: 'electron', testMatch: ['both/*.spec.ts', 'electron/*.spec.ts'] },
  ].filter(({ name }) => shells.includes(name)),
});
