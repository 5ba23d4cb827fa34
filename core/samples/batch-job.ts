/** One trace of 10,000 spans: a nightly job that reads, transforms and writes in parallel, with a few failures deep inside. */
import type { SampleSpan } from './otlp-builder';
import type { Random } from './random';

export const BATCH_JOB_SPANS = 10_000;
const PARTITIONS = 33;
const MS = 1_000_000n;

export function batchJob(random: Random, startNs: bigint): SampleSpan[] {
  const traceId = random.hex(16);
  const rootId = random.hex(8);
  const spans: SampleSpan[] = [];
  let jobEnd = startNs;
  const left = (): number => BATCH_JOB_SPANS - 1 - spans.length;
  for (let partition = 0; partition < PARTITIONS && left() > 0; partition++) {
    const partitionId = random.hex(8);
    const partitionStart =
      startNs + BigInt(random.int(20, 900)) * MS + BigInt(Math.floor(partition / 8)) * 40_000n * MS;
    let at = partitionStart;
    // The last partition takes what is left, so that the trace has exactly its size.
    const budget = partition === PARTITIONS - 1 ? left() : Math.floor(BATCH_JOB_SPANS / PARTITIONS);
    let used = 1;
    while (used < budget) {
      const chunkId = random.hex(8);
      const chunkStart = at;
      const leaves = Math.min(random.int(3, 9), budget - used - 1);
      for (let leaf = 0; leaf < leaves; leaf++) {
        const endNs = at + BigInt(random.int(4, 160)) * MS;
        const write = leaf === leaves - 1;
        const failed = write && random.next() < 0.004;
        spans.push({
          traceId,
          spanId: random.hex(8),
          parentSpanId: chunkId,
          service: write ? 'search-index' : 'worker',
          name: write ? 'PUT /index/_bulk' : random.pick(['read rows', 'transform', 'embed', 'compress']),
          kind: write ? 3 : 1,
          startNs: at,
          endNs,
          attributes: { 'batch.partition': partition, 'batch.rows': random.int(50, 500) },
          ...(failed ? { error: 'TooManyRequests: the index answered 429, retry after 2 s' } : {}),
        });
        at = endNs;
      }
      spans.push({
        traceId,
        spanId: chunkId,
        parentSpanId: partitionId,
        service: 'worker',
        name: 'process chunk',
        startNs: chunkStart,
        endNs: at,
        attributes: { 'batch.partition': partition },
      });
      used += leaves + 1;
      at += BigInt(random.int(1, 12)) * MS;
    }
    spans.push({
      traceId,
      spanId: partitionId,
      parentSpanId: rootId,
      service: 'worker',
      name: `partition ${partition}`,
      startNs: partitionStart,
      endNs: at,
      attributes: { 'batch.partition': partition },
    });
    if (at > jobEnd) jobEnd = at;
  }
  spans.push({
    traceId,
    spanId: rootId,
    service: 'worker',
    name: 'nightly-reindex',
    startNs,
    endNs: jobEnd + 200n * MS,
    attributes: { 'batch.job': 'nightly-reindex', 'batch.partitions': PARTITIONS },
  });
  return spans;
}
