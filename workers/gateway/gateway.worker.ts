import { workerData } from 'node:worker_threads';
import { transferablesOfReply } from '../../core/api/transfer';
import type { GatewayOptions, IngestService, KeyService, StoreService, TimelineService } from '../../core/api/workers';
import { Gateway } from '../../services/gateway/gateway-service';
import { listen, PortTakenError } from '../../services/net/listen';
import { logToHost, runWorker, tellHost, WorkerLinks } from '../rpc/worker-port';
import { createUiServer } from './ui-server';

const options = workerData as GatewayOptions;
const links = new WorkerLinks();
const gateway = new Gateway(
  options,
  links.to<StoreService>('store'),
  links.to<IngestService>('ingest'),
  links.to<TimelineService>('timeline'),
  links.to<KeyService>('host'),
  logToHost,
);

async function start(): Promise<void> {
  const { server, close } = await createUiServer(gateway, options, logToHost);
  runWorker(gateway, links, async () => close(), transferablesOfReply);
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
