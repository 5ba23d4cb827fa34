import { type MessagePort, workerData } from 'node:worker_threads';
import { createLink, serve } from '../../core/api/rpc/service';
import { nsFromMs } from '../../core/model/time';
import { hexOf } from '../../services/ingest/digest';
import { Imports } from '../../services/ingest/import/imports';
import { channelOf, closedOf } from '../rpc/worker-port';
import { type FileTaker, moved, type PieceStore } from './file-reader';

const { files, pieces } = workerData as { readonly files: MessagePort; readonly pieces: MessagePort };
const link = createLink<PieceStore>('receiver');
link.attach(channelOf(pieces), closedOf(pieces));
const imports = new Imports(
  { store: (signal, request) => link.api.store(signal.name, moved(request)) },
  { hexOf, nowNs: () => nsFromMs(Date.now()) },
);
serve<FileTaker>(imports, channelOf(files));
