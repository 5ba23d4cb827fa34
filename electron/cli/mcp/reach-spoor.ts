/** The Spoor that runs on a data folder, or one that is started here, without a window, for as long as this process is needed. */

import { SpoorError } from '../../../core/model/errors';
import type { SpoorApi } from '../../../core/operations/operations';
import { connectRpc, type RpcClient } from '../../../services/net/rpc-client';
import { type RunningInstance, runningInstance } from '../../../services/store/instance-lock';
import { prepareDataFolder, runningToken } from '../../host/data-folder';
import { AlreadyRunningError, Host } from '../../host/host';
import type { HostLog } from '../../host/log';
import type { StartOptions } from '../../host/options';
import type { BuiltPaths } from '../../host/paths';

export interface ReachedSpoor {
  /** Finds or starts Spoor anew where the one it spoke to has ended. */
  readonly api: SpoorApi;
  readonly dataDir: string;
  /** Of its pages. */
  ui(): string;
  close(): Promise<void>;
}

/** @throws StartError */
export async function reachSpoor(options: StartOptions, paths: BuiltPaths, log: HostLog): Promise<ReachedSpoor> {
  const dataDir = await prepareDataFolder(options.dataDir, (message) => log('warn', message));
  let host: Host | null = null;
  let ui = '';

  const started = async (): Promise<Pick<RunningInstance, 'ui'>> => {
    try {
      host = await Host.start({
        ...options,
        ...paths,
        dataDir,
        log,
        desktop: false,
        uiPortMayMove: true,
        leave: (message) => {
          process.stderr.write(`spoor: ${message}\n`);
          process.exit(1);
        },
      });
    } catch (error) {
      // Another was faster.
      if (error instanceof AlreadyRunningError && error.running) return error.running;
      throw error;
    }
    for (const receiver of Object.values(host.receivers)) {
      if (receiver.state === 'failed') log('warn', `OTLP is not received: ${receiver.message}`);
    }
    return { ui: host.ui };
  };
  const connected = async (): Promise<RpcClient> => {
    const running = (await runningInstance(dataDir)) ?? (await started());
    ui = running.ui;
    return connectRpc(ui, options.token ?? (await runningToken(dataDir)));
  };

  let current: Promise<RpcClient> | null = null;
  const client = (): Promise<RpcClient> => {
    if (current) return current;
    const connecting = connected();
    current = connecting;
    const forget = (): void => {
      if (current === connecting) current = null;
    };
    connecting.then((one) => void one.closed.then(forget), forget);
    return connecting;
  };
  await client();

  const api = new Proxy(
    {},
    {
      get:
        (_, name) =>
        async (...args: unknown[]): Promise<unknown> => {
          const reached = await client().catch((error: unknown) => {
            const why = error instanceof Error ? error.message : String(error);
            throw new SpoorError('SERVICE_UNAVAILABLE', `Spoor cannot be reached on ${dataDir}: ${why}`);
          });
          const methods = reached.api as unknown as Readonly<
            Record<PropertyKey, (...given: unknown[]) => Promise<unknown>>
          >;
          return methods[name]?.(...args);
        },
    },
  ) as SpoorApi;
  return {
    api,
    dataDir,
    ui: () => ui,
    async close() {
      (await current?.catch(() => null))?.close();
      await host?.close();
    },
  };
}
