/** The headless shell: the same workers under plain Node, the renderer over HTTP. */
import { spawn } from 'node:child_process';
import type { Options } from '../cli/options';
import { AlreadyRunningError, Host } from '../host/host';
import { loadSample } from '../host/load-sample';
import { jsonLog, plainLog } from '../host/log';
import { builtPaths } from '../host/paths';
import { StartError } from '../host/start-error';

/** Set by the launcher when `start` found no desktop to open. */
const NO_DESKTOP_REASON = process.env.SPOOR_NO_DESKTOP_REASON;

/** Runs until SIGTERM or SIGINT. @throws StartError */
export async function runHeadless(options: Options): Promise<void> {
  const log = (options.json ? jsonLog : plainLog)((line) => process.stderr.write(line));
  const serve = options.command === 'serve';
  if (options.otlpGrpc) log('warn', 'OTLP/gRPC is not received yet; export over HTTP.');
  let host: Host;
  try {
    host = await Host.start({
      ...options,
      ...builtPaths(__dirname),
      log,
      desktop: false,
      uiPortMayMove: !serve,
    });
  } catch (error) {
    if (serve || !(error instanceof AlreadyRunningError) || !error.running) throw error;
    process.stdout.write(`Spoor is already running: ${error.running.ui}\n`);
    if (options.open && !error.running.desktop) openBrowser(error.running.ui);
    return;
  }
  closeOnSignal(host);
  if (serve && host.otlpHttp.state === 'failed') {
    const { message, freePort } = host.otlpHttp;
    await host.close();
    const hint =
      freePort === null
        ? 'Choose another with --otlp-http HOST:PORT.'
        : `Stop it, or start with --otlp-http ${options.otlpHttp.host}:${freePort}.`;
    throw new StartError(`OTLP cannot be received: ${message} ${hint}`);
  }
  announce(host, options);
  if (options.open) openBrowser(signedInUrl(host));
  if (options.sample) await loadSample(host, log);
}

function signedInUrl(host: Host): string {
  return `${host.ui}/#token=${host.token}`;
}

function announce(host: Host, options: Options): void {
  if (options.json) {
    const ready = {
      ready: true,
      ui: host.ui,
      token: host.token,
      otlpHttp: host.otlpHttpUrl,
      // OTLP/gRPC comes with the ingest issue: not listening yet.
      otlpGrpc: null,
      dataDir: host.dataDir,
      pid: process.pid,
    };
    process.stdout.write(`${JSON.stringify(ready)}\n`);
    return;
  }
  const lines = [];
  if (NO_DESKTOP_REASON) lines.push(`Spoor runs in the browser: ${NO_DESKTOP_REASON}.`);
  lines.push(`Open    ${signedInUrl(host)}`);
  if (host.otlpHttp.state === 'failed') {
    const { message, freePort } = host.otlpHttp;
    lines.push(
      `OTLP    not received: ${message}${freePort === null ? '' : ` Port ${freePort} is free: choose it in the page.`}`,
    );
  } else lines.push(`OTLP    ${host.otlpHttpUrl} (HTTP, protobuf and JSON)`);
  lines.push(`Data    ${host.dataDir}`);
  process.stdout.write(`${lines.join('\n')}\n`);
}

function closeOnSignal(host: Host): void {
  let closing = false;
  const close = (): void => {
    if (closing) return;
    closing = true;
    host.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`spoor: could not close cleanly: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', close);
}

function openBrowser(url: string): void {
  const [command, args] =
    process.platform === 'darwin'
      ? ['open', [url]]
      : process.platform === 'win32'
        ? ['cmd', ['/c', 'start', '', url]]
        : ['xdg-open', [url]];
  const child = spawn(command as string, args as string[], { detached: true, stdio: 'ignore' });
  child.on('error', () => process.stderr.write(`spoor: no browser could be opened; go to ${url}\n`));
  child.unref();
}
