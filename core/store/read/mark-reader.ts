/** What happened at moments of spans: their events, links and logs, for marks on a timeline. */

import type { StoredMark } from '../../api/stored-mark';
import { SpoorError } from '../../model/errors';
import { int8FromSpanId, parseTraceId, spanIdFromInt8 } from '../../model/ids';
import { readSentTimes } from '../../otlp/sent-times';
import { spanMarks } from '../../otlp/span-marks';
import { PartReader, SPAN_ATTRIBUTES } from '../payloads/part-reader';
import type { PayloadCodec } from '../payloads/payloads';
import { decodeRows, INT4, INT4_ARRAY, INT8, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

const MAX_LOGS = 5_000;
const MAX_LOG_CHARS = 200;
/** SeverityNumber of ERROR; FATAL is above. */
const SEVERITY_ERROR = 17;

/** @param spanIds as unsigned 64-bit numbers, some hundreds at most @throws SpoorError NOT_FOUND for what is no trace id */
export async function readMarks(
  sql: SqlClient,
  codec: PayloadCodec,
  workspaceId: number,
  trace: string,
  spanIds: readonly bigint[],
): Promise<StoredMark[]> {
  const traceId = parseTraceId(trace);
  if (!traceId) throw new SpoorError('NOT_FOUND', 'There is no such trace: a trace id is 32 hex digits.');
  const ids = spanIds.map((id) => int8FromSpanId(spanIdFromInt8(id)));
  const spans = decodeRows(
    { span_id: INT8, attributes: INT4_ARRAY, block_id: INT4, payload_id: INT4, payload_index: INT4 },
    await sql.query(
      `select span_id, attributes, block_id, payload_id, payload_index::int4 as payload_index from span
       where workspace_id = $1 and trace_id = $2::uuid and span_id = any($3::int8[])`,
      [workspaceId, traceId, ids],
    ),
  );
  const stored = spans.map(({ attributes, block_id, payload_id, payload_index }) => ({
    attributes,
    payloadId: payload_id,
    payloadIndex: payload_index,
    blockId: block_id,
  }));
  const messages = await new PartReader(sql, workspaceId, codec).messages(stored, SPAN_ATTRIBUTES);
  const marks: StoredMark[] = spans.flatMap(({ span_id }, i) =>
    spanMarks(messages[i] as Uint8Array).map(
      ({ timeNs, name }): StoredMark => ({
        spanId: BigInt.asUintN(64, span_id),
        kind: timeNs === null ? 'link' : name === 'exception' ? 'exception' : 'event',
        timeNs,
        name,
      }),
    ),
  );
  for (const [i, { span_id }] of spans.entries()) {
    const sent = readSentTimes(messages[i] as Uint8Array);
    if (!sent) continue;
    const name = sent.startNs === 0n ? 'time unknown' : 'clock off';
    marks.push({ spanId: BigInt.asUintN(64, span_id), kind: 'clock', timeNs: null, name });
  }
  const logs = decodeRows(
    { span_id: INT8, time_ns: INT8, severity: INT4, message: TEXT },
    await sql.query(
      `select span_id, time_ns, severity::int4 as severity, left(message, ${MAX_LOG_CHARS}) as message from log_record
       where workspace_id = $1 and trace_id = $2::uuid and span_id = any($3::int8[]) limit ${MAX_LOGS}`,
      [workspaceId, traceId, ids],
    ),
  );
  for (const { span_id, time_ns, severity, message } of logs) {
    const kind = severity >= SEVERITY_ERROR ? 'error log' : 'log';
    marks.push({ spanId: BigInt.asUintN(64, span_id), kind, timeNs: time_ns, name: message });
  }
  return marks;
}
