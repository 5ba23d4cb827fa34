/** Encodes rows of `span` for binary COPY. */
import { SPAN_ID_BYTES, TRACE_ID_BYTES } from '../../model/ids';
import type { RecordParts } from '../../model/record-parts';
import type { SpanBatch } from '../../model/span-batch';
import type { InternedBatch } from '../dictionary/interned';
import type { CopyWriter } from '../sql/copy-binary';

export const SPAN_COLUMNS = [
  'trace_id',
  'span_id',
  'parent_span_id',
  'start_ns',
  'duration_ns',
  'workspace_id',
  'block_id',
  'resource_id',
  'scope_id',
  'operation_id',
  'payload_id',
  'payload_index',
  'status',
  'attributes',
  'agent_kind',
] as const;

/** Of spans none of which is of an agent run: a column that is null in every row costs, too. */
export const PLAIN_SPAN_COLUMNS = SPAN_COLUMNS.slice(0, -1);

/** A guess that spares growing: the columns with their lengths, and ten attributes. */
export const SPAN_ROW_BYTES = 240;

export interface SpanRowIds {
  readonly interned: InternedBatch;
  readonly partIds: Int32Array;
  readonly blockId: number;
  readonly payloadId: number;
  readonly payloadIndex: number;
}

/** @param isOfAgents whether any of the rows is of an agent run */
export function writeSpanRow(
  copy: CopyWriter,
  workspaceId: number,
  batch: SpanBatch,
  row: number,
  { interned, partIds, blockId, payloadId, payloadIndex }: SpanRowIds,
  isOfAgents = false,
): void {
  const idAt = row * SPAN_ID_BYTES;
  const traceAt = (batch.trace[row] as number) * TRACE_ID_BYTES;
  const startNs = batch.startNs[row] as bigint;
  copy.row(isOfAgents ? SPAN_COLUMNS.length : PLAIN_SPAN_COLUMNS.length);
  copy.data(batch.traceId, traceAt, traceAt + TRACE_ID_BYTES);
  copy.data(batch.spanId, idAt, idAt + SPAN_ID_BYTES);
  copy.idOrNull(batch.parentSpanId, idAt);
  copy.int8(startNs);
  copy.int8((batch.endNs[row] as bigint) - startNs);
  copy.int4(workspaceId);
  copy.int4(blockId);
  copy.int4(interned.resourceIds[batch.resource[row] as number] as number);
  copy.int4(interned.scopeIds[batch.scope[row] as number] as number);
  copy.int4(interned.operationIds[batch.operation[row] as number] as number);
  copy.int4(payloadId);
  copy.int2(payloadIndex);
  copy.int2(batch.status[row] as number);
  writeParts(copy, batch.parts, row, partIds);
  if (isOfAgents) copy.orNull(batch.agentKind[row] || null, (kind) => copy.int2(kind));
}

/** The `attributes` column. */
export function writeParts(copy: CopyWriter, parts: RecordParts, record: number, ids: Int32Array): void {
  const first = record === 0 ? 0 : (parts.partEnd[record - 1] as number);
  const last = parts.partEnd[record] as number;
  copy.int4Array(last - first);
  for (let i = first; i < last; i++) copy.int4(ids[parts.part[i] as number] as number);
}
