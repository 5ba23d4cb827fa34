/** Grows the columns of a SpanBatch row by row. A row is begun, its parts are kept, and it is committed or cancelled. */

import { ByteTable, copyBytes } from '../model/byte-table';
import type { SentEvaluation } from '../model/evaluation';
import { grown } from '../model/growing';
import { SPAN_ID_BYTES, TRACE_ID_BYTES } from '../model/ids';
import { RecordPartsBuilder } from '../model/record-parts';
import type { BatchOperation, SpanBatch } from '../model/span-batch';

/** Where the parts of one span lie, and its scalars. */
export interface SpanRow {
  /** The buffer that the three positions below point into. */
  readonly ids: Uint8Array;
  readonly traceIdAt: number;
  readonly spanIdAt: number;
  /** -1: no parent. */
  readonly parentAt: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly status: number;
  readonly resource: number;
  readonly scope: number;
  readonly operation: number;
}

/** A guess from real exporters; columns double when a request holds more. */
const BYTES_PER_SPAN = 200;

export class SpanBatchBuilder {
  /** Rows that are committed. */
  length = 0;
  private capacity: number;
  private trace: Uint32Array;
  private readonly traceIds: ByteTable;
  private spanId: Uint8Array;
  private parentSpanId: Uint8Array;
  private startNs: BigInt64Array;
  private endNs: BigInt64Array;
  private status: Uint8Array;
  private resourceOf: Uint32Array;
  private scopeOf: Uint32Array;
  private operationOf: Uint32Array;
  readonly parts: RecordPartsBuilder;
  private readonly operations: BatchOperation[] = [];
  private readonly operationIndex = new Map<string, number>();

  constructor(requestBytes: number) {
    const capacity = Math.max(16, Math.ceil(requestBytes / BYTES_PER_SPAN));
    this.capacity = capacity;
    this.trace = new Uint32Array(capacity);
    this.traceIds = new ByteTable(16, 64 * TRACE_ID_BYTES);
    this.spanId = new Uint8Array(capacity * SPAN_ID_BYTES);
    this.parentSpanId = new Uint8Array(capacity * SPAN_ID_BYTES);
    this.startNs = new BigInt64Array(capacity);
    this.endNs = new BigInt64Array(capacity);
    this.status = new Uint8Array(capacity);
    this.resourceOf = new Uint32Array(capacity);
    this.scopeOf = new Uint32Array(capacity);
    this.operationOf = new Uint32Array(capacity);
    this.parts = new RecordPartsBuilder(capacity, requestBytes);
  }

  operation(serviceName: string, name: string, kind: number): number {
    const key = `${kind}\0${serviceName}\0${name}`;
    let index = this.operationIndex.get(key);
    if (index === undefined) {
      index = this.operations.push({ serviceName, name, kind }) - 1;
      this.operationIndex.set(key, index);
    }
    return index;
  }

  /** Starts a row and returns its number. */
  begin(): number {
    if (this.length === this.capacity) this.grow();
    return this.length;
  }

  cancel(): void {
    this.parts.cancel();
  }

  /** @returns the trace of the row: an index into the batch's */
  commit(row: SpanRow): number {
    const i = this.length++;
    const traceEnd = row.traceIdAt + TRACE_ID_BYTES;
    const known = this.traceIds.find(row.ids, row.traceIdAt, traceEnd);
    const trace = known >= 0 ? known : this.traceIds.add(row.ids, row.traceIdAt, traceEnd);
    this.trace[i] = trace;
    copyBytes(row.ids, row.spanIdAt, row.spanIdAt + SPAN_ID_BYTES, this.spanId, i * SPAN_ID_BYTES);
    if (row.parentAt >= 0) {
      copyBytes(row.ids, row.parentAt, row.parentAt + SPAN_ID_BYTES, this.parentSpanId, i * SPAN_ID_BYTES);
    }
    this.startNs[i] = row.startNs;
    this.endNs[i] = row.endNs;
    this.status[i] = row.status;
    this.resourceOf[i] = row.resource;
    this.scopeOf[i] = row.scope;
    this.operationOf[i] = row.operation;
    this.parts.commit();
    return trace;
  }

  /** The batch, in buffers of exactly its size. The builder is spent afterwards. */
  finish(
    { resources, scopes }: Pick<SpanBatch, 'resources' | 'scopes'>,
    agents: Pick<SpanBatch, 'calls' | 'traceFacts' | 'agentKind'>,
    evaluations: readonly SentEvaluation[],
  ): SpanBatch {
    const n = this.length;
    return {
      signal: 'traces',
      length: n,
      trace: this.trace.slice(0, n),
      traceId: this.traceIds.bytes.slice(0, this.traceIds.count * TRACE_ID_BYTES),
      spanId: this.spanId.slice(0, n * SPAN_ID_BYTES),
      parentSpanId: this.parentSpanId.slice(0, n * SPAN_ID_BYTES),
      startNs: this.startNs.slice(0, n),
      endNs: this.endNs.slice(0, n),
      status: this.status.slice(0, n),
      resource: this.resourceOf.slice(0, n),
      scope: this.scopeOf.slice(0, n),
      operation: this.operationOf.slice(0, n),
      parts: this.parts.finish(),
      resources,
      scopes,
      operations: this.operations,
      ...agents,
      evaluations,
      marks: [],
    };
  }

  private grow(): void {
    this.capacity *= 2;
    this.trace = grown(this.trace, this.capacity);
    this.spanId = grown(this.spanId, this.capacity * SPAN_ID_BYTES);
    this.parentSpanId = grown(this.parentSpanId, this.capacity * SPAN_ID_BYTES);
    this.startNs = grown(this.startNs, this.capacity);
    this.endNs = grown(this.endNs, this.capacity);
    this.status = grown(this.status, this.capacity);
    this.resourceOf = grown(this.resourceOf, this.capacity);
    this.scopeOf = grown(this.scopeOf, this.capacity);
    this.operationOf = grown(this.operationOf, this.capacity);
  }
}
