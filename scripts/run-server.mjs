/** `npm run server`: builds what is stale, then runs the team server in this terminal. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.mjs';
import { root } from './root.mjs';

await build({ ifStale: true });
const child = spawn(process.execPath, [join(root, 'out', 'main', 'server.js'), ...process.argv.slice(2)], {
  stdio: 'inherit',
});
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
