/** Stores a batch of log records. */
import { hexFromBytes, SPAN_ID_BYTES, TRACE_ID_BYTES } from '../../model/ids';
import { type LogBatch, NO_TRACE } from '../../model/log-batch';
import { PayloadWriter } from '../payloads/payloads';
import { CopyWriter } from '../sql/copy-binary';
import type { SqlClient } from '../sql/sql-client';
import { type SenderScore, writeSenderScores } from './sender-scores';
import { writeParts } from './span-rows';
import type { WriterState } from './writer-state';

const COLUMNS = [
  'time_ns',
  'observed_ns',
  'trace_id',
  'span_id',
  'workspace_id',
  'service_id',
  'resource_id',
  'scope_id',
  'payload_id',
  'payload_index',
  'severity',
  'flags',
  'attributes',
  'event_name',
  'message',
  'partition_id',
];
const ROW_BYTES = 300;

export class LogWriter {
  constructor(private readonly shared: WriterState) {}

  async append(tx: SqlClient, batch: LogBatch): Promise<void> {
    const { workspaceId, codec, interned, partIds, payloadNumbers, partitions, logBlocks } = this.shared;
    const { resourceIds, scopeIds, serviceIds } = await interned.owners(tx, batch);
    const ids = await partIds.resolve(tx, batch.parts);
    const partition = await partitions.of(tx, 'logs');
    const payloads = new PayloadWriter(codec);
    payloads.moveTo(partition);
    const refs = Array.from({ length: batch.length }, (_, row) => payloads.add(batch.parts, row, ids));
    const payloadIds = await payloads.write(tx, workspaceId, payloadNumbers, 'payload');
    const copy = new CopyWriter(batch.length * ROW_BYTES + batch.message.length);
    for (const [row, { payload, index }] of refs.entries()) {
      const resource = batch.resource[row] as number;
      const trace = batch.trace[row] as number;
      copy.row(COLUMNS.length);
      copy.int8(batch.timeNs[row] as bigint);
      copy.int8(batch.observedNs[row] as bigint);
      if (trace === NO_TRACE) copy.null();
      else copy.data(batch.traceId, trace * TRACE_ID_BYTES, (trace + 1) * TRACE_ID_BYTES);
      copy.idOrNull(batch.spanId, row * SPAN_ID_BYTES);
      copy.int4(workspaceId);
      copy.int4(serviceIds[resource] as number);
      copy.int4(resourceIds[resource] as number);
      copy.int4(scopeIds[batch.scope[row] as number] as number);
      copy.int4(payloadIds[payload] as number);
      copy.int2(index);
      copy.int2(batch.severity[row] as number);
      copy.int2(batch.flags[row] as number);
      writeParts(copy, batch.parts, row, ids);
      copy.text(batch.eventNames[batch.eventName[row] as number] as string);
      copy.data(batch.message, row === 0 ? 0 : (batch.messageEnd[row - 1] as number), batch.messageEnd[row] as number);
      copy.int4(partition);
    }
    await tx.copyIn('log_record', COLUMNS, copy.finish());
    await logBlocks.add(tx, batch, partition);
    await writeSenderScores(tx, workspaceId, scoresOf(batch));
    await partitions.count(tx, 'logs', partition, batch.length);
  }
}

function scoresOf(batch: LogBatch): SenderScore[] {
  const spanIds = new DataView(batch.spanId.buffer, batch.spanId.byteOffset);
  return batch.evaluations.map((evaluation) => {
    const trace = batch.trace[evaluation.row] as number;
    const spanId = spanIds.getBigInt64(evaluation.row * SPAN_ID_BYTES);
    return {
      ...evaluation,
      traceId: hexFromBytes(batch.traceId, trace * TRACE_ID_BYTES, TRACE_ID_BYTES),
      spanId: spanId === 0n ? null : spanId,
    };
  });
}
