/**
 * Bytes a span on disk, all included, and how much the rate of ingest suffers from what is stored: the same load from an empty
 * database up to 10 million spans (300,000 in short form).
 */
import { join } from 'node:path';
import { startSpoor, temporaryFolder } from '../fixtures/spoor';
import { BATCH_SPANS, loadBatch, sendLoad } from './load';
import { MemoryWatch } from './memory';
import { report, SHORT } from './report';

const SPANS = SHORT ? 300_000 : 10_000_000;
/** Made, then sent: making a load costs as much as storing it, and is not measured. */
const STAGE_SPANS = SHORT ? 100_000 : 1_000_000;
const CONNECTIONS = 4;

async function main(): Promise<void> {
  const folder = await temporaryFolder();
  try {
    const spoor = await startSpoor(join(folder.path, 'spoor'));
    await spoor.get('/v1/traces');
    const bytesOnDisk = async (): Promise<number> => {
      // The figure is looked up again after five seconds.
      await new Promise((resolve) => setTimeout(resolve, 5_500));
      return (await spoor.get<{ bytesOnDisk: number }>('/v1/status')).body.bytesOnDisk;
    };
    const emptyBytes = await bytesOnDisk();
    const memory = new MemoryWatch(spoor.ready.pid);
    const rates: number[] = [];
    for (let stage = 0; stage < SPANS / STAGE_SPANS; stage++) {
      const first = (stage * STAGE_SPANS) / BATCH_SPANS;
      const batches = Array.from({ length: STAGE_SPANS / BATCH_SPANS }, (_, n) => loadBatch(first + n));
      const { seconds } = await sendLoad(spoor.ready.otlpHttp, batches, CONNECTIONS);
      rates.push(STAGE_SPANS / seconds);
      process.stderr.write(
        `${(stage + 1) * STAGE_SPANS} spans stored, ${Math.round(rates.at(-1) as number)} spans/s\n`,
      );
    }
    memory.stop();
    const bytes = await bytesOnDisk();
    const startedAt = performance.now();
    await spoor.get('/v1/traces');
    const listMs = performance.now() - startedAt;
    await spoor.stop();
    const [empty = 0, full = 0] = [rates[0], rates.at(-1)];
    report(
      'storage',
      [
        { name: 'on disk, all included', value: bytes / SPANS, unit: 'bytes/span' },
        { name: 'of that, what spans added', value: (bytes - emptyBytes) / SPANS, unit: 'bytes/span' },
        { name: 'rate on an empty database', value: empty, unit: 'spans/s' },
        { name: 'rate at the end', value: full, unit: 'spans/s' },
        { name: 'ratio', value: full / empty, unit: 'of empty' },
        { name: 'first page of the list at the end', value: listMs, unit: 'ms' },
        { name: 'resident memory, highest', value: memory.peakBytes / 1024 ** 2, unit: 'MiB' },
        { name: 'resident memory, at the end', value: memory.lastBytes / 1024 ** 2, unit: 'MiB' },
      ],
      { spans: SPANS, connections: CONNECTIONS },
    );
  } finally {
    await folder.remove();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
