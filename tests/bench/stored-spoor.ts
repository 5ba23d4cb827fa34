/** A Spoor with two days of a team's spans stored (stored-load.ts), which takes minutes to make for millions of them. */
import { existsSync } from 'node:fs';
import { startSpoor, temporaryFolder } from '../fixtures/spoor';
import { sendLoad } from './load';
import { storedRequests } from './stored-load';

/** Traces of which the requests are made at once. */
const PART = 2_000;

/** Where `--data DIR` says, to be used again; else a folder that goes. */
export async function benchFolder(): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
  const at = process.argv.indexOf('--data');
  const kept = at < 0 ? undefined : process.argv[at + 1];
  return kept ? { path: kept, remove: async () => {} } : temporaryFolder();
}

/** Fills a data folder that is not there yet. */
export async function storeTraces(dataDir: string, traces: number): Promise<void> {
  if (existsSync(dataDir)) return;
  const spoor = await startSpoor(dataDir);
  const untilNs = BigInt(Date.now()) * 1_000_000n;
  for (let first = 0; first < traces; first += PART) {
    const requests = [...storedRequests(first, Math.min(first + PART, traces), traces, untilNs)];
    await sendLoad(spoor.ready.otlpHttp, requests, 4);
  }
  await spoor.stop();
}
