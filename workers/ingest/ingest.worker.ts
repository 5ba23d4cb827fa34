import { workerData } from 'node:worker_threads';
import type { OtlpReceiver } from '../../core/api/contract';
import type { IngestOptions, StoreService } from '../../core/api/workers';
import { logToHost, runWorker, tellHost, WorkerLinks } from '../rpc/worker-port';
import { Ingest } from './ingest-service';

function tellState(state: OtlpReceiver): void {
  if (state.state === 'listening') tellHost({ type: 'listening', host: state.host, port: state.port });
  else if (state.state === 'failed') tellHost({ ...state, type: 'listen-failed' });
}

const links = new WorkerLinks();
const ingest = new Ingest(workerData as IngestOptions, links.to<StoreService>('store'), logToHost, tellState);
runWorker(ingest, links, () => ingest.close());
void ingest.start();
