/** `npm run bench -- NAME [--short]`: builds, then runs a program of tests/bench in a process of its own. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { resolveBrowser } from './browser-binary.mjs';
import { build } from './build.mjs';
import { missingLibraries, resolveElectron } from './electron-binary.mjs';
import { root } from './root.mjs';

const folder = join(root, 'tests', 'bench');
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.bench.ts'))
  .map((name) => name.replace('.bench.ts', ''));
const [name, ...rest] = process.argv.slice(2);
if (!names.includes(name)) {
  process.stderr.write(`Usage: npm run bench -- NAME [--short], with NAME one of ${names.join(', ')}\n`);
  process.exit(2);
}
await build({ ifStale: true });
const tsx = join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs');
const command = [process.execPath, tsx, join(folder, `${name}.bench.ts`), ...rest];
const electron = name === 'timeline' ? usableElectron() : null;
const onDisplay = electron && process.platform === 'linux' && !process.env.DISPLAY;
const [file, ...args] = onDisplay ? ['xvfb-run', '-a', '-s', '-screen 0 1600x1000x24', ...command] : command;
const { status } = spawnSync(file, args, {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    SPOOR_E2E_BROWSER: JSON.stringify(await resolveBrowser()),
    SPOOR_E2E_ELECTRON: JSON.stringify(electron),
  },
});
process.exit(status ?? 1);

/** An Electron that this machine can start, or null. */
function usableElectron() {
  const found = resolveElectron({ download: true, say: () => {} });
  if (!found || missingLibraries(found.path).length > 0) return null;
  const display = process.platform !== 'linux' || process.env.DISPLAY || spawnSync('which', ['xvfb-run']).status === 0;
  return display ? found : null;
}
