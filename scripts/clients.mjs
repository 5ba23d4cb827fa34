/** `npm run clients [-- NAMES] [--update]`: builds, then tries real clients of other projects against a model server of ours (tests/clients). */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.mjs';
import { root } from './root.mjs';

await build({ ifStale: true });
const tsx = join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs');
const { status } = spawnSync(
  process.execPath,
  [tsx, join(root, 'tests', 'clients', 'main.ts'), ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
process.exit(status ?? 1);
