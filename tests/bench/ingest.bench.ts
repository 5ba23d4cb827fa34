/**
 * Sustained OTLP/HTTP protobuf, durable and in the trace list, against what PGlite alone takes of the same rows by binary COPY
 * in the same run. The load generator shares the machine.
 */
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { pgliteClient } from '../../services/store/pglite-client';
import { startSpoor, temporaryFolder } from '../fixtures/spoor';
import { AGENT_BATCH_SPANS, agentBatch } from './agent-load';
import { copyAlone } from './copy-rows';
import { BATCH_SPANS, loadBatch, sendGrpcLoad, sendLoad } from './load';
import { residentBytes } from './memory';
import { percentile, report, SHORT } from './report';

const SPANS = SHORT ? 200_000 : 1_000_000;
const CONNECTIONS = 4;
const DECODED_BATCHES = 40;
const AGENT_BATCHES = SHORT ? 20 : 200;

async function main(): Promise<void> {
  const batches = Array.from({ length: SPANS / BATCH_SPANS }, (_, n) => loadBatch(n));
  const folder = await temporaryFolder();
  try {
    const copySeconds = await copyOnPglite(join(folder.path, 'reference'), batches);
    const spoor = await startSpoor(join(folder.path, 'spoor'));
    // Opening the database is the startup benchmark's business.
    await spoor.get('/v1/traces');
    const { seconds, latencies } = await sendLoad(spoor.ready.otlpHttp, batches, CONNECTIONS);
    const memory = residentBytes(spoor.ready.pid) ?? 0;
    const { body } = await spoor.get<{ counts: { spans: number }; bytesOnDisk: number }>('/v1/status');
    if (body.counts.spans !== SPANS) throw new Error(`${body.counts.spans} of ${SPANS} spans were stored`);
    await spoor.stop();
    const overGrpc = await startSpoor(join(folder.path, 'grpc'));
    await overGrpc.get('/v1/traces');
    const grpc = await sendGrpcLoad(overGrpc.ready.otlpGrpc, batches.slice(0, batches.length / 2), CONNECTIONS);
    await overGrpc.stop();
    const agents = await agentRates(join(folder.path, 'agents'));
    const reading = decodeSeconds(true) - decodeSeconds(false);
    report(
      'ingest',
      [
        { name: 'ingest', value: SPANS / seconds, unit: 'spans/s' },
        { name: 'PGlite alone, binary COPY', value: SPANS / copySeconds, unit: 'rows/s' },
        { name: 'ratio', value: copySeconds / seconds, unit: 'of COPY' },
        { name: 'acknowledgement p50', value: percentile(latencies, 0.5), unit: 'ms' },
        { name: 'acknowledgement p99', value: percentile(latencies, 0.99), unit: 'ms' },
        { name: 'over gRPC', value: SPANS / 2 / grpc.seconds, unit: 'spans/s' },
        { name: 'gRPC ratio', value: SPANS / 2 / grpc.seconds / (SPANS / seconds), unit: 'of HTTP' },
        { name: 'resident memory at the end', value: memory / 1024 ** 2, unit: 'MiB' },
        { name: 'spans that call models', value: agents.meant, unit: 'spans/s' },
        { name: 'to the same that say nothing of one', value: agents.meant / agents.plain, unit: 'ratio' },
        { name: 'reading what they say, alone', value: reading * agents.meant, unit: 'of the time of a span' },
        { name: 'on disk', value: body.bytesOnDisk / SPANS, unit: 'bytes/span' },
      ],
      { spans: SPANS, connections: CONNECTIONS },
    );
  } finally {
    await folder.remove();
  }
}

/** Of spans that call models, and of the same under other names: the better of two by turns, as the machine has its moods. */
async function agentRates(dataDir: string): Promise<{ meant: number; plain: number }> {
  const spoor = await startSpoor(dataDir);
  await spoor.get('/v1/traces');
  let next = 0;
  const rate = async (meant: boolean): Promise<number> => {
    const batches = Array.from({ length: AGENT_BATCHES }, () => agentBatch(next++, meant));
    const { seconds } = await sendLoad(spoor.ready.otlpHttp, batches, CONNECTIONS);
    return (AGENT_BATCHES * AGENT_BATCH_SPANS) / seconds;
  };
  // What the first batches wait for is the start.
  for (const meant of [false, true]) await rate(meant);
  const best = { meant: 0, plain: 0 };
  for (const _ of [1, 2]) {
    best.plain = Math.max(best.plain, await rate(false));
    best.meant = Math.max(best.meant, await rate(true));
  }
  await spoor.stop();
  return best;
}

/** Of a span, by itself: the best of some. */
function decodeSeconds(meant: boolean): number {
  const batches = Array.from({ length: DECODED_BATCHES }, (_, n) => agentBatch(n, meant));
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 6; round++) {
    const startedAt = performance.now();
    for (const batch of batches) decodeTraces(batch);
    best = Math.min(best, performance.now() - startedAt);
  }
  return best / 1000 / DECODED_BATCHES / AGENT_BATCH_SPANS;
}

/** In a PGlite of its own on disk. */
async function copyOnPglite(directory: string, batches: readonly Uint8Array[]): Promise<number> {
  const db = await PGlite.create(directory);
  const seconds = await copyAlone(pgliteClient(db), [batches]);
  await db.close();
  return seconds;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
