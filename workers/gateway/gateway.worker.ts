import { workerData } from 'node:worker_threads';
import { transferablesOfReply } from '../../core/api/transfer';
import type {
  FollowsSettings,
  GatewayOptions,
  HostService,
  IngestService,
  SyncService,
  TimelineService,
} from '../../core/api/workers';
import { RPC_METHODS } from '../../core/operations/rpc';
import type { StoreService } from '../../core/operations/store-service';
import { startAlertTimer } from '../../services/alerts/alert-timer';

import { createGateway } from '../../services/gateway/gateway';
import { unresponsiveByHost } from '../../services/gateway/unresponsive';
import { listen, PortTakenError } from '../../services/net/listen';
import { logToHost, runWorker, tellHost, WorkerLinks } from '../rpc/worker-port';
import { following, LocalSettings } from './local-settings';
import { createUiServer } from './ui-server';

const options = workerData as GatewayOptions;
const links = new WorkerLinks();
const store = links.to<StoreService & FollowsSettings>('store');
const ingest = links.to<IngestService & FollowsSettings>('ingest');
const host = links.to<HostService>('host');
const settings = new LocalSettings(host, [store, ingest, following(options)]);
const api = createGateway({
  options,
  store,
  ingest,
  timeline: links.to<TimelineService>('timeline'),
  keys: host,
  sync: links.to<SyncService>('sync'),
  settings,
  log: logToHost,
  unresponsive: unresponsiveByHost(host),
});

async function start(): Promise<void> {
  const { server, close } = await createUiServer(api, options, logToHost);
  const endAlerts = startAlertTimer(api, store, logToHost);
  const end = async (): Promise<void> => {
    endAlerts();
    await close();
  };
  const { compat: _, ...service } = api;
  runWorker(service, links, end, { methods: RPC_METHODS, transfer: transferablesOfReply });
  settings
    .handOn()
    .catch((error: unknown) => logToHost('error', 'settings were not handed on', { error: String(error) }));
  try {
    tellHost({ type: 'listening', ...(await listen(server, options.ui)) });
  } catch (error) {
    const taken = error instanceof PortTakenError ? error : null;
    tellHost({
      type: 'listen-failed',
      message: error instanceof Error ? error.message : String(error),
      holder: taken?.holder ?? null,
      freePort: taken?.freePort ?? null,
    });
  }
}

void start();
