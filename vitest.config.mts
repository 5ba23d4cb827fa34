import { defineConfig } from 'vitest/config';

const project = (name: string, include: string, options: object = {}) => ({
  test: { name, include: [include], environment: 'node', env: { TZ: 'UTC', LC_ALL: 'C' }, ...options },
});

export default defineConfig({
  test: {
    projects: [
      // Some decode what takes the most; a busy machine needs longer than the usual five seconds.
      project('unit', 'tests/unit/**/*.test.ts', { testTimeout: 60_000 }),
      // Databases of their own for each file, and nothing that waits for the clock.
      project('store', 'tests/store/**/*.test.ts', {
        maxWorkers: 2,
        testTimeout: 120_000,
        hookTimeout: 120_000,
      }),
      // Real processes on real ports and folders, which two cores run best one at a time.
      project('integration', 'tests/integration/**/*.test.ts', {
        fileParallelism: false,
        testTimeout: 120_000,
        hookTimeout: 120_000,
      }),
      project('server', 'tests/server/**/*.test.ts', {
        fileParallelism: false,
        testTimeout: 120_000,
        hookTimeout: 120_000,
      }),
    ],
  },
});
