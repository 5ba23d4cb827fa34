/** Whole messages of some spans of a trace, with what calls of models among them cost. */

import type { StoredSpanMessage } from '../../api/stored-mark';
import { SpoorError } from '../../model/errors';
import { int8FromSpanId, parseTraceId, spanIdFromInt8 } from '../../model/ids';
import { decodeScope } from '../../otlp/proto-to-json';
import type { PriceBook } from '../../pricing/price-book';
import { callCosts } from '../calls/trace-costs';
import { PartReader, SPAN_ATTRIBUTES } from '../payloads/part-reader';
import type { PayloadCodec } from '../payloads/payloads';
import { BYTEA, decodeRows, INT4, INT4_ARRAY, INT8 } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

/** @param spanIds as unsigned 64-bit numbers, some hundreds at most @throws SpoorError NOT_FOUND for what is no trace id */
export async function readSpanMessages(
  sql: SqlClient,
  codec: PayloadCodec,
  workspaceId: number,
  book: PriceBook,
  trace: string,
  spanIds: readonly bigint[],
): Promise<StoredSpanMessage[]> {
  const traceId = parseTraceId(trace);
  if (!traceId) throw new SpoorError('NOT_FOUND', 'There is no such trace: a trace id is 32 hex digits.');
  const ids = spanIds.map((id) => int8FromSpanId(spanIdFromInt8(id)));
  const rows = decodeRows(
    { span_id: INT8, attributes: INT4_ARRAY, block_id: INT4, payload_id: INT4, payload_index: INT4, scope: BYTEA },
    await sql.query(
      `select s.span_id, s.attributes, s.block_id, s.payload_id, s.payload_index::int4 as payload_index, c.message as scope
       from span s join scope c on c.id = s.scope_id
       where s.workspace_id = $1 and s.trace_id = $2::uuid and s.span_id = any($3::int8[])`,
      [workspaceId, traceId, ids],
    ),
  );
  const stored = rows.map(({ attributes, block_id, payload_id, payload_index }) => ({
    attributes,
    payloadId: payload_id,
    payloadIndex: payload_index,
    blockId: block_id,
  }));
  const messages = await new PartReader(sql, workspaceId, codec).messages(stored, SPAN_ATTRIBUTES);
  const costs = await callCosts(sql, workspaceId, book, traceId, ids);
  return rows.map(({ span_id, scope }, i) => {
    return {
      spanId: BigInt.asUintN(64, span_id),
      scope: decodeScope(scope).name,
      message: messages[i] as Uint8Array<ArrayBuffer>,
      costUsd: costs.get(span_id) ?? null,
    };
  });
}
