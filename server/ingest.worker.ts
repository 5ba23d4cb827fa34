import { workerData } from 'node:worker_threads';
import { openPostgres } from './adapters/postgresql';
import { Ingest } from './modules/traces/service/ingest';
import { runIngestThread } from './modules/traces/service/ingest-thread';

const { url, lanes, connections } = workerData as { url: string; lanes: number; connections: number };

void runIngestThread(async ({ log, onSpans }) => {
  const database = openPostgres({ url, connections });
  const ingest = new Ingest({ database, lanes, log, onSpans });
  await ingest.start();
  return {
    store: (...asked) => ingest.store(...asked),
    async close() {
      await ingest.close();
      await database.close();
    },
  };
});
