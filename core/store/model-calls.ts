/** Calls of models as they are stored (migration 009). */
import type { ModelCallFacts } from '../dialects/span-facts';
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

export interface CalledBy {
  /** 32 hex digits. */
  readonly traceId: string;
  /** As SQL stores it. */
  readonly spanId: bigint;
  readonly operationId: number;
  readonly startNs: bigint;
  readonly durationNs: bigint;
  readonly status: number;
  readonly agentName: string | null;
}

/** Rows as binary COPY. */
export class ModelCallRows {
  private copy: CopyWriter | null = null;

  constructor(private readonly workspaceId: number) {}

  add(call: ModelCallFacts, { traceId, spanId, operationId, startNs, durationNs, status, agentName }: CalledBy): void {
    this.copy ??= new CopyWriter(4_096);
    const { copy } = this;
    copy.row(COLUMNS.length);
    copy.int4(this.workspaceId);
    copy.uuid(traceId);
    copy.int8(spanId);
    copy.int4(operationId);
    copy.int8(startNs);
    copy.int8(durationNs);
    copy.int2(status);
    for (const text of [call.provider, call.model, call.serviceTier, agentName]) {
      copy.orNull(text, (value) => copy.text(value.replaceAll('\0', '\u2400')));
    }
    const { input, output, cacheRead, cacheWrite, reasoning, inputAudio, outputAudio } = call;
    for (const tokens of [input, output, cacheRead, cacheWrite, reasoning, inputAudio, outputAudio]) {
      copy.orNull(tokens, (value) => copy.int8(BigInt(value)));
    }
    copy.orNull(call.reportedCost, (value) => copy.float8(value));
  }

  async write(tx: SqlClient): Promise<void> {
    if (this.copy) await tx.copyIn('model_call', COLUMNS, this.copy.finish());
  }
}

/** The calls of a batch. @param rows those of it that are stored now */
export function addCalls(
  calls: ModelCallRows,
  batch: SpanBatch,
  rows: readonly number[],
  traceOf: (row: number) => string,
  interned: InternedBatch,
): void {
  const stored = new Set(rows);
  const spanIds = new DataView(batch.spanId.buffer, batch.spanId.byteOffset);
  for (const { row, call, agentName } of batch.agentFacts) {
    if (!call || !stored.has(row)) continue;
    const startNs = batch.startNs[row] as bigint;
    calls.add(call, {
      traceId: traceOf(row),
      spanId: spanIds.getBigInt64(row * 8),
      operationId: interned.operationIds[batch.operation[row] as number] as number,
      startNs,
      durationNs: BigInt.asIntN(64, (batch.endNs[row] as bigint) - startNs),
      status: batch.status[row] as number,
      agentName,
    });
  }
}
