/** A batch of any signal: what crosses from ingest to the store. */
import { type LogBatch, logTransferables } from './log-batch';
import { type MetricBatch, metricTransferables } from './metric-batch';
import { type SpanBatch, spanTransferables } from './span-batch';

export type SignalBatch = SpanBatch | LogBatch | MetricBatch;

/** The buffers to transfer with a batch. */
export function transferablesOf(batch: SignalBatch): ArrayBuffer[] {
  if (batch.signal === 'traces') return spanTransferables(batch);
  return batch.signal === 'logs' ? logTransferables(batch) : metricTransferables(batch);
}
