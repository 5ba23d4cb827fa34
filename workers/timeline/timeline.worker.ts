import { transferablesOfReply } from '../../core/api/transfer';
import type { StoreService } from '../../core/operations/store-service';
import { Timeline } from '../../services/timeline/timeline-service';
import { runWorker, WorkerLinks } from '../rpc/worker-port';

const links = new WorkerLinks();
const timeline = new Timeline(links.to<StoreService>('store'));
runWorker(timeline, links, async () => {}, { transfer: transferablesOfReply });
