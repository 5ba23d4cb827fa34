import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import type { IngestOptions } from '../../core/api/workers';
import type { StoreService } from '../../core/operations/store-service';
import { BodyThread } from '../../services/ingest/bodies/body-reader';
import { logToHost, runWorker, tellHost, WorkerLinks } from '../rpc/worker-port';
import { FileReader } from './file-reader';
import { Ingest } from './ingest-service';

const links = new WorkerLinks();
const store = links.to<StoreService>('store');
const options = workerData as IngestOptions;
const bodies = new BodyThread({ file: join(__dirname, 'body-reader.worker.js'), log: logToHost });
const ingest = new Ingest(
  options,
  store,
  logToHost,
  (protocol, receiver) => tellHost({ type: 'receiver', protocol, receiver }),
  bodies,
  (intake) => new FileReader(intake, join(__dirname, 'file-reader.worker.js'), logToHost),
);
runWorker(ingest, links, () => ingest.close());
void ingest.start();
