import { workerData } from 'node:worker_threads';
import { CONTRACT_METHODS } from '../../core/api/contract-methods';
import { transferablesOfReply } from '../../core/api/transfer';
import type {
  GatewayOptions,
  HostService,
  IngestService,
  StoreService,
  SyncService,
  TimelineService,
} from '../../core/api/workers';
import { startAlertTimer } from '../../services/alerts/alert-timer';
import { checkedApi } from '../../services/gateway/checked-api';
import { Gateway } from '../../services/gateway/gateway-service';
import { unresponsiveByHost } from '../../services/gateway/unresponsive';
import { listen, PortTakenError } from '../../services/net/listen';
import { logToHost, runWorker, tellHost, WorkerLinks } from '../rpc/worker-port';
import { createUiServer } from './ui-server';

const options = workerData as GatewayOptions;
const links = new WorkerLinks();
const store = links.to<StoreService>('store');
const host = links.to<HostService>('host');
const gateway = new Gateway(
  options,
  store,
  links.to<IngestService>('ingest'),
  links.to<TimelineService>('timeline'),
  host,
  logToHost,
  links.to<SyncService>('sync'),
  undefined,
  unresponsiveByHost(host),
);

async function start(): Promise<void> {
  const api = checkedApi(gateway);
  const { server, close } = await createUiServer(api, options, logToHost);
  const endAlerts = startAlertTimer(gateway, store, logToHost);
  const end = async (): Promise<void> => {
    endAlerts();
    await close();
  };
  runWorker(api, links, end, { methods: CONTRACT_METHODS, transfer: transferablesOfReply });
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
