/**
 * `npm run dev`: a Spoor whose interface is served by Vite, with hot reload, in front of a host that is built again and restarted when
 * its code changes. Arguments go to `spoor serve`: `npm run dev -- --data-dir /tmp/dev`.
 */
import { spawn } from 'node:child_process';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { resolveConfig } from 'electron-vite';
import { createServer, build as viteBuild } from 'vite';
import { build } from './build.mjs';
import { root } from './root.mjs';

const HOST_ROOMS = ['core', 'services', 'workers', 'electron', 'resources'];
/** Editors write several files at once. */
const SETTLE_MS = 200;
const say = (line) => process.stdout.write(`${line}\n`);

await build({ ifStale: true });
let host = await startHost();
const server = await serveInterface();
say(`\nSpoor: ${server.resolvedUrls?.local[0]}#token=${host.ready.token}   OTLP: ${host.ready.otlpHttp}\n`);

let settling;
let restarting = Promise.resolve();
server.watcher.add(HOST_ROOMS.map((room) => join(root, room)));
server.watcher.on('all', (event, path) => {
  if (event.endsWith('Dir') || !HOST_ROOMS.includes(relative(root, path).split(/[\\/]/)[0])) return;
  clearTimeout(settling);
  settling = setTimeout(() => {
    restarting = restarting.then(restart);
  }, SETTLE_MS);
});
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await Promise.all([host.stop(), server.close()]);
    process.exit(0);
  });
}

async function restart() {
  const startedAt = Date.now();
  try {
    const { config } = await resolveConfig({ logLevel: 'warn' }, 'build');
    await viteBuild({ ...config.main, configFile: false, logLevel: 'warn' });
  } catch (error) {
    // The old one goes on until the code builds.
    say(`The host does not build: ${error.message}`);
    return;
  }
  await host.stop();
  host = await startHost(new URL(host.ready.ui).host);
  say(`Host restarted in ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`);
}

/** @param ui where the interface expects the host, once it was told. The token is in the data folder, and stays the same. */
async function startHost(ui) {
  const child = spawn(
    process.execPath,
    [join(root, 'out', 'main', 'cli.js'), 'serve', '--json', ...process.argv.slice(2), ...(ui ? ['--ui', ui] : [])],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const lines = createInterface({ input: child.stdout });
  const ready = await Promise.race([
    new Promise((resolve) => lines.once('line', (line) => resolve(JSON.parse(line)))),
    ended.then((code) => {
      throw new Error(`Spoor ended with ${code} before it was ready`);
    }),
  ]);
  lines.on('line', say);
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return { ready, stop };
}

async function serveInterface() {
  const { config } = await resolveConfig({ logLevel: 'warn' }, 'serve');
  const toHost = (ws) => ({
    target: host.ready.ui,
    changeOrigin: true,
    ws,
    // It hears its own pages alone.
    configure: (proxy) => {
      const asOwn = (request) => request.setHeader('origin', host.ready.ui);
      proxy.on('proxyReq', asOwn);
      proxy.on('proxyReqWs', asOwn);
    },
  });
  const server = await createServer({
    ...config.renderer,
    configFile: false,
    server: { host: '127.0.0.1', proxy: { '/v1': toHost(false), '/rpc': toHost(true) } },
  });
  return server.listen();
}
