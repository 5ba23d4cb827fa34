import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import type { IngestOptions } from '../../core/api/workers';
import type { StoreService } from '../../core/operations/store-service';
import { logToHost, runWorker, tellHost, WorkerLinks } from '../rpc/worker-port';
import { FileReader } from './file-reader';
import { Ingest } from './ingest-service';

const links = new WorkerLinks();
const store = links.to<StoreService>('store');
const options = workerData as IngestOptions;
const ingest = new Ingest(
  options,
  store,
  logToHost,
  (protocol, receiver) => tellHost({ type: 'receiver', protocol, receiver }),
  (intake) => new FileReader(intake, join(__dirname, 'file-reader.worker.js'), logToHost),
);
runWorker(ingest, links, () => ingest.close());
void ingest.start();
