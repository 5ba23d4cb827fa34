import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Each of two at a time has a core, and some wait for what comes in periods. None is about time: a busy machine needs longer.
const TWO_AT_A_TIME = { maxWorkers: 2, testTimeout: 600_000, hookTimeout: 600_000 };

/** Where the product itself has to act within a time, as when it ends or tries again: these run last, and nothing beside them. */
const ALONE = [
  'tests/integration/ending.test.ts',
  'tests/server/ending.test.ts',
  'tests/server/upgrade.test.ts',
  'tests/server/sync.test.ts',
  'tests/server/sync-clocks.test.ts',
  'tests/server/sync-refusals.test.ts',
];

const project = (name: string, include: readonly string[], options: object = {}) => ({
  test: {
    name,
    include: [...include],
    exclude: name === 'alone' ? [] : ALONE,
    environment: 'node',
    env: { TZ: 'UTC', LC_ALL: 'C' },
    // Where nothing else is said: one second is little on a busy machine.
    expect: { poll: { timeout: 60_000 } },
    ...options,
  },
});

/** What is made once for all files of a run. */
const setup = (...names: string[]) => ({ globalSetup: names.map((name) => `tests/fixtures/setup/${name}.ts`) });

export default defineConfig({
  test: {
    projects: [
      // A group of its own. On two cores Vitest would run one file at a time.
      project('unit', ['tests/unit/**/*.test.ts'], {
        testTimeout: 300_000,
        hookTimeout: 300_000,
        maxWorkers: Math.max(2, availableParallelism()),
        sequence: { groupOrder: 2 },
      }),
      project('store', ['tests/store/**/*.test.ts'], { ...TWO_AT_A_TIME, ...setup('pglite', 'postgres') }),
      // Real processes on ports and folders of their own.
      project('integration', ['tests/integration/**/*.test.ts'], { ...TWO_AT_A_TIME, ...setup('prepared-folder') }),
      project('server', ['tests/server/**/*.test.ts'], { ...TWO_AT_A_TIME, ...setup('postgres', 'prepared-folder') }),
      project('alone', ALONE, {
        ...TWO_AT_A_TIME,
        ...setup('postgres', 'prepared-folder'),
        maxWorkers: 1,
        sequence: { groupOrder: 1 },
      }),
    ],
  },
});
