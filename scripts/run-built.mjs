/** `npm start` and `npm run spoor`: builds what is stale, then runs Spoor as a window where that can be, else in the browser. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.mjs';
import { missingLibraries, noDisplayReason, resolveElectron } from './electron-binary.mjs';
import { root } from './root.mjs';

const args = process.argv.slice(2);
const command = args.find((arg) => !arg.startsWith('-')) ?? 'start';
const say = (line) => process.stderr.write(`${line}\n`);

await build({ ifStale: true });

const wantsWindow = command === 'start' && !args.some((arg) => ['--help', '-h', '--version', '-v'].includes(arg));
const { electron, reason } = wantsWindow ? findDesktop() : { electron: null, reason: '' };
if (electron) {
  run(electron.path, electron.args, { ...electron.env, SPOOR_ARGV: JSON.stringify(args) });
} else {
  run(
    process.execPath,
    [join(root, 'out', 'main', 'cli.js'), ...args],
    reason ? { SPOOR_NO_DESKTOP_REASON: reason } : {},
  );
}

function findDesktop() {
  const noDisplay = noDisplayReason();
  if (noDisplay) return { electron: null, reason: noDisplay };
  const found = resolveElectron({ download: true, say });
  if (!found) return { electron: null, reason: 'no Electron could be downloaded' };
  const missing = missingLibraries(found.path);
  if (missing.length > 0) return { electron: null, reason: `Electron lacks ${missing.slice(0, 3).join(', ')}` };
  return { electron: found, reason: '' };
}

/** Runs it as if it were us: same terminal, same signals, same exit code. */
function run(file, parameters, extra) {
  const child = spawn(file, parameters, { stdio: 'inherit', env: { ...process.env, ...extra } });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    say(`spoor: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
