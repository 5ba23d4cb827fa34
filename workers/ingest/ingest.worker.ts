import { workerData } from 'node:worker_threads';
import type { IngestOptions } from '../../core/api/workers';
import type { StoreService } from '../../core/operations/store-service';
import { logToHost, runWorker, tellHost, WorkerLinks } from '../rpc/worker-port';
import { Ingest } from './ingest-service';

const links = new WorkerLinks();
const store = links.to<StoreService>('store');
const ingest = new Ingest(workerData as IngestOptions, store, logToHost, (protocol, receiver) =>
  tellHost({ type: 'receiver', protocol, receiver }),
);
runWorker(ingest, links, () => ingest.close());
void ingest.start();
