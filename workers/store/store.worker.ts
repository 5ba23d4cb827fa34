import { workerData } from 'node:worker_threads';
import { transferablesOfReply } from '../../core/api/transfer';
import type { StoreOptions } from '../../core/api/workers';
import { runWorker, tellHost, WorkerLinks } from '../rpc/worker-port';
import { Store } from './store-service';

const store = new Store(workerData as StoreOptions, (state) => tellHost({ type: 'store-state', store: state }));
runWorker(store, new WorkerLinks(), () => store.close(), transferablesOfReply);
