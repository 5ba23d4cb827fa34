/** The headless shell: the same workers under plain Node, the renderer over HTTP. */
import type { ListenAddress } from '../../core/api/workers';
import { StartError } from '../../services/store/start-error';
import { AlreadyRunningError, Host } from '../host/host';
import { closeAtLast } from '../host/last-resort';
import { loadSample } from '../host/load-sample';
import { jsonLog, plainLog } from '../host/log';
import type { StartOptions } from '../host/options';
import { builtPaths } from '../host/paths';
import { readyLine } from '../host/ready-line';
import { openBrowser, openSignedIn } from './open-browser';

/** Set by the launcher when `start` found no desktop to open. */
const NO_DESKTOP_REASON = process.env.SPOOR_NO_DESKTOP_REASON;

interface Options extends StartOptions {
  readonly command: 'start' | 'serve';
}

/** Runs until SIGTERM or SIGINT. @throws StartError */
export async function runHeadless(options: Options): Promise<void> {
  const log = (options.json ? jsonLog : plainLog)((line) => process.stderr.write(line));
  for (const warning of options.warnings) log('warn', warning);
  const serve = options.command === 'serve';
  let host: Host | null = null;
  closeAtLast(
    log,
    () => host,
    (code) => process.exit(code),
  );
  try {
    host = await Host.start({
      ...options,
      ...builtPaths(__dirname),
      log,
      desktop: false,
      uiPortMayMove: !serve,
      leave: (message) => {
        process.stderr.write(`spoor: ${message}\n`);
        process.exit(1);
      },
    });
  } catch (error) {
    if (serve || !(error instanceof AlreadyRunningError) || !error.running) throw error;
    process.stdout.write(`Spoor is already running: ${error.running.ui}\n`);
    if (options.open && !error.running.desktop) openBrowser(error.running.ui);
    return;
  }
  closeOnSignal(host);
  const missing = serve ? missingReceiver(host, options) : null;
  if (missing !== null) {
    await host.close();
    throw new StartError(missing);
  }
  if (host.receivers.grpc.state === 'failed') log('warn', `OTLP/gRPC is not received: ${host.receivers.grpc.message}`);
  announce(host, options);
  if (options.open) await openSignedIn(signedInUrl(host), host.dataDir);
  if (options.sample) await loadSample(host, log);
}

function signedInUrl(host: Host): string {
  return `${host.ui}/#token=${host.token}`;
}

function announce(host: Host, options: Options): void {
  if (options.json) {
    process.stdout.write(readyLine(host));
    return;
  }
  const lines = [];
  if (NO_DESKTOP_REASON) lines.push(`Spoor runs in the browser: ${NO_DESKTOP_REASON}.`);
  lines.push(`Open    ${signedInUrl(host)}`);
  const { http, grpc } = host.receivers;
  if (http.state === 'failed')
    lines.push(`OTLP    not received over HTTP: ${http.message} Choose a free port in the page.`);
  else lines.push(`OTLP    ${host.otlpHttpUrl} (HTTP, protobuf and JSON)`);
  if (grpc.state === 'listening') lines.push(`        ${host.otlpGrpcTarget} (gRPC)`);
  lines.push(`Data    ${host.dataDir}`);
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Why `serve` may not go on: HTTP must be received, and gRPC where the user named its port. Null when all is well. */
function missingReceiver(host: Host, options: Options): string | null {
  const { http, grpc } = host.receivers;
  const say = (failed: typeof http, flag: string, address: ListenAddress): string | null => {
    if (failed.state !== 'failed') return null;
    const { message, freePort } = failed;
    const hint =
      freePort === null
        ? `Choose another with ${flag} HOST:PORT.`
        : `Stop it, or start with ${flag} ${address.host}:${freePort}.`;
    return `OTLP cannot be received: ${message} ${hint}`;
  };
  return (
    say(http, '--otlp-http', options.otlpHttp) ??
    (options.otlpGrpcNamed ? say(grpc, '--otlp-grpc', options.otlpGrpc) : null)
  );
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
