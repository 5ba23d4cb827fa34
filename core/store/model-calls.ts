/** Calls of models as they are stored (migration 009). */
import type { SpanBatch } from '../model/span-batch';
import { CopyWriter } from './copy-binary';
import type { InternedBatch } from './interned';
import type { SqlClient } from './sql-client';

const COLUMNS = [
  'workspace_id',
  'trace_id',
  'span_id',
  'operation_id',
  'start_ns',
  'duration_ns',
  'status',
  'provider',
  'model',
  'service_tier',
  'agent_name',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'input_audio_tokens',
  'output_audio_tokens',
  'reported_cost',
];

/** The calls of one append, as binary COPY. */
export class ModelCallWriter {
  private copy: CopyWriter | null = null;

  constructor(private readonly workspaceId: number) {}

  /** @param rows those of the batch that are stored now */
  add(batch: SpanBatch, rows: readonly number[], traceOf: (row: number) => string, interned: InternedBatch): void {
    const calls = batch.agentFacts.filter(({ call }) => call !== null);
    if (calls.length === 0) return;
    const stored = new Set(rows);
    const spanIds = new DataView(batch.spanId.buffer, batch.spanId.byteOffset);
    for (const { row, call, agentName } of calls) {
      if (!call || !stored.has(row)) continue;
      this.copy ??= new CopyWriter(calls.length * 240);
      const { copy } = this;
      const startNs = batch.startNs[row] as bigint;
      copy.row(COLUMNS.length);
      copy.int4(this.workspaceId);
      copy.uuid(traceOf(row));
      copy.int8(spanIds.getBigInt64(row * 8));
      copy.int4(interned.operationIds[batch.operation[row] as number] as number);
      copy.int8(startNs);
      copy.int8(BigInt.asIntN(64, (batch.endNs[row] as bigint) - startNs));
      copy.int2(batch.status[row] as number);
      for (const text of [call.provider, call.model, call.serviceTier, agentName]) {
        copy.orNull(text, (value) => copy.text(value.replaceAll('\0', '\u2400')));
      }
      const { input, output, cacheRead, cacheWrite, reasoning, inputAudio, outputAudio } = call;
      for (const tokens of [input, output, cacheRead, cacheWrite, reasoning, inputAudio, outputAudio]) {
        copy.orNull(tokens, (value) => copy.int8(BigInt(value)));
      }
      copy.orNull(call.reportedCost, (value) => copy.float8(value));
    }
  }

  async write(tx: SqlClient): Promise<void> {
    if (this.copy) await tx.copyIn('model_call', COLUMNS, this.copy.finish());
  }
}
