import { defineConfig } from '@playwright/test';

// One project for each shell; `both/` runs in each of them. The launcher (scripts/test.mjs) says which this machine can run.
const shells = (process.env.SPOOR_E2E_SHELLS ?? 'browser,electron').split(',');

export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results',
  // Two cores: real apps one at a time.
  workers: 1,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  projects: [
    { name: 'browser', testMatch: ['both/*.spec.ts', 'browser/*.spec.ts'] },
    { name: 'electron', testMatch: ['both/*.spec.ts', 'electron/*.spec.ts'] },
  ].filter(({ name }) => shells.includes(name)),
});
