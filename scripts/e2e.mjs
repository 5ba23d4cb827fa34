/**
 * End-to-end tests in a browser and in Electron. `npm run e2e -- -g NAME` runs those alone whose titles match; other arguments of
 * Playwright work as well.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveBrowser } from './browser-binary.mjs';
import { build } from './build.mjs';
import { missingLibraries, resolveElectron } from './electron-binary.mjs';
import { root } from './root.mjs';

const DESKTOP_PACKAGES = 'xvfb xauth libgtk-3-0 libnss3 libasound2 libgbm1 libxss1 libatk-bridge2.0-0 fonts-liberation';

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await build({ ifStale: true });
  const say = (line) => process.stdout.write(`${line}\n`);
  const endToEnd = await endToEndTests({
    say,
    skip: (what, reason, command) => say(`SKIPPED ${what}: ${reason}. To run them: ${command}`),
    args: process.argv.slice(2),
  });
  if (!endToEnd) process.exit(1);
  const [file, ...args] = endToEnd.command;
  const env = { ...process.env, ...endToEnd.environment };
  process.exit(spawnSync(file, args, { cwd: root, stdio: 'inherit', env }).status ?? 1);
}

/** @returns the command that runs what this machine can; null: it can run none of it */
export async function endToEndTests({ say, skip, args }) {
  const browser = await resolveBrowser();
  if (!browser) skip('browser tests', 'there is no Chromium', 'apt-get install chromium');
  const electron = findElectron(say, skip);
  const shells = [browser && 'browser', electron && 'electron'].filter(Boolean);
  if (shells.length === 0) return null;
  const cli = join(root, 'node_modules', '@playwright', 'test', 'cli.js');
  const command = [process.execPath, cli, 'test', '-c', join(root, 'tests', 'e2e'), ...args];
  const needsDisplay = electron && process.platform === 'linux' && !process.env.DISPLAY;
  return {
    command: needsDisplay ? ['xvfb-run', '-a', '-s', '-screen 0 1600x1000x24', ...command] : command,
    environment: {
      SPOOR_E2E_SHELLS: shells.join(','),
      SPOOR_E2E_BROWSER: JSON.stringify(browser),
      SPOOR_E2E_ELECTRON: JSON.stringify(electron),
    },
  };
}

function findElectron(say, skip) {
  const found = resolveElectron({ download: true, say });
  if (!found) {
    const command = 'node scripts/electron-binary.mjs, with access to its releases';
    skip('desktop tests', 'no Electron could be downloaded for this platform', command);
    return null;
  }
  const missing = missingLibraries(found.path);
  if (missing.length > 0) {
    skip('desktop tests', `Electron lacks ${missing.slice(0, 3).join(', ')}`, `apt-get install ${DESKTOP_PACKAGES}`);
    return null;
  }
  if (process.platform === 'linux' && !process.env.DISPLAY && spawnSync('which', ['xvfb-run']).status !== 0) {
    skip('desktop tests', 'there is no display and no Xvfb', `apt-get install ${DESKTOP_PACKAGES}`);
    return null;
  }
  return found;
}
