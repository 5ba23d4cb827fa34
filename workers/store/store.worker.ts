import { workerData } from 'node:worker_threads';
import { transferablesOfReply } from '../../core/api/transfer';
import type { StoreOptions } from '../../core/api/workers';
import { logToHost, runWorker, tellHost, WorkerLinks } from '../rpc/worker-port';
import { DesktopStore } from './desktop-store';

const store = new DesktopStore(
  workerData as StoreOptions,
  (state) => tellHost({ type: 'store-state', store: state }),
  (error, mayBeDamage) => {
    logToHost('error', 'the database stopped', { error: String(error) });
    if (mayBeDamage) tellHost({ type: 'database-ended' });
    // After the answers have left.
    setTimeout(() => process.exit(1), 20);
  },
  (message, error) => logToHost('error', message, { error: String(error) }),
  () => {
    logToHost('error', 'the disk is full: the database is opened again when there is room');
    process.exit(1);
  },
);
runWorker(store, new WorkerLinks(), () => store.close(), { transfer: transferablesOfReply });
