import { transferablesOfReply } from '../../core/api/transfer';
import type { PowerService, ReplicaService } from '../../core/api/workers';
import { logToHost, runWorker, WorkerLinks } from '../rpc/worker-port';
import { Sync } from './sync-service';

const links = new WorkerLinks();
const sync = new Sync(links.to<ReplicaService>('store'), links.to<PowerService>('host'), logToHost);
runWorker(sync, links, () => sync.close(), { transfer: transferablesOfReply });
