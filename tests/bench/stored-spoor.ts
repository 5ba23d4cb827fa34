/** A Spoor with two days of a team's spans stored (stored-load.ts), which takes minutes to make for millions of them. */
import { existsSync } from 'node:fs';
import { type RunningSpoor, startSpoor, temporaryFolder } from '../fixtures/spoor';
import { sendLoad } from './load';
import { storedRequests } from './stored-load';

/** Requests that are made at once. */
const PART = 100;
const CONNECTIONS = 4;

/** Where `--data DIR` says, to be used again; else a folder that goes. */
export async function benchFolder(): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
  const at = process.argv.indexOf('--data');
  const kept = at < 0 ? undefined : process.argv[at + 1];
  return kept ? { path: kept, remove: async () => {} } : temporaryFolder();
}

/** Fills a data folder that is not there yet. */
export async function storeTraces(dataDir: string, traces: number): Promise<void> {
  const untilNs = BigInt(Date.now()) * 1_000_000n;
  await storeRequests(dataDir, [{ path: '/v1/traces', requests: storedRequests(0, traces, traces, untilNs) }]);
}

export interface Load {
  readonly path: '/v1/traces' | '/v1/logs' | '/v1/metrics';
  readonly requests: Iterable<Uint8Array>;
}

/** The same, with one load after the other. @returns seconds that storing took; 0: it was there */
export async function storeRequests(dataDir: string, loads: readonly Load[]): Promise<number> {
  if (existsSync(dataDir)) return 0;
  const spoor = await startSpoor(dataDir);
  const seconds = await sendRequests(spoor, loads);
  await spoor.stop();
  return seconds;
}

/** @returns seconds that it took */
export async function sendRequests({ ready }: RunningSpoor, loads: readonly Load[]): Promise<number> {
  let seconds = 0;
  for (const { path, requests } of loads) {
    for (const some of parts(requests)) {
      seconds += (await sendLoad(ready.otlpHttp, some, CONNECTIONS, () => null, path)).seconds;
    }
  }
  return seconds;
}

function* parts(requests: Iterable<Uint8Array>): Generator<Uint8Array[]> {
  let part: Uint8Array[] = [];
  for (const request of requests) {
    part.push(request);
    if (part.length < PART) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
