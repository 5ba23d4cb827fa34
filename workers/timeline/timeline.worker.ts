import { transferablesOfReply } from '../../core/api/transfer';
import type { StoreService } from '../../core/api/workers';
import { runWorker, WorkerLinks } from '../rpc/worker-port';
import { Timeline } from './timeline-service';

const links = new WorkerLinks();
const timeline = new Timeline(links.to<StoreService>('store'));
runWorker(timeline, links, async () => {}, transferablesOfReply);
