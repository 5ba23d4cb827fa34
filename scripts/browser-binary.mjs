/** Finds a Chromium for tests and screenshots: the system's, else the one that ships inside an npm package. */
import { existsSync } from 'node:fs';

const SYSTEM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** As root Chromium has no sandbox; the rest keeps it from calling home. */
const ARGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @returns {Promise<{ executablePath: string, args: string[] } | null>} */
export async function resolveBrowser() {
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const wanted = process.env.SPOOR_TEST_BROWSER;
  const system = wanted ? [wanted] : SYSTEM;
  const found = system.find((path) => existsSync(path));
  if (found) return { executablePath: found, args: [...ARGS, ...asRoot] };
  if (process.platform !== 'linux') return null;
  try {
    const { default: bundled } = await import('@sparticuz/chromium');
    return { executablePath: await bundled.executablePath(), args: [...bundled.args, ...ARGS, '--no-sandbox'] };
  } catch {
    return null;
  }
}
