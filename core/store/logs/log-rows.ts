/** Rows of log records, and the records decoded from them and from the message that each arrived in. */
import type { LogRecord } from '../../api/telemetry';
import { spanIdFromInt8 } from '../../model/ids';
import { LOG_HAS_TIME, LOG_MESSAGE_IS_BODY, LOG_SEVERITY_FROM_TEXT } from '../../model/log-batch';
import { rfc3339FromNs } from '../../model/time';
import { decodeLogBody, decodeResource, decodeScope } from '../../otlp/proto-to-json';
import { keptTime } from '../../otlp/sent-times';
import type { StoredParts } from '../payloads/part-reader';
import { BOOL, BYTEA, INT4, INT4_ARRAY, INT8, orNull, type RowOf, TEXT } from '../sql/row-spec';

/** A place in the order of records: by time, and by number where times are the same. */
export interface LogPlace {
  readonly timeNs: bigint;
  readonly id: bigint;
}

export const LOG_ROW = {
  id: INT8,
  time_ns: INT8,
  observed_ns: INT8,
  trace_id: orNull(TEXT),
  span_id: orNull(INT8),
  payload_id: INT4,
  payload_index: INT4,
  severity: INT4,
  flags: INT4,
  attributes: INT4_ARRAY,
  event_name: TEXT,
  message: TEXT,
  service_id: INT4,
  resource_id: INT4,
  scope_id: INT4,
  service: TEXT,
  resource: BYTEA,
  resource_schema_url: TEXT,
  scope: BYTEA,
  scope_schema_url: TEXT,
  sure: BOOL,
};
export type LogRow = RowOf<typeof LOG_ROW>;

/** Of `log_record l`. @param sure SQL: whether it is known to match */
export const logColumns = (sure: string): string =>
  `l.id, l.time_ns, l.observed_ns, replace(l.trace_id::text, '-', '') as trace_id, l.span_id, l.payload_id,
   l.payload_index::int4 as payload_index, l.severity::int4 as severity, l.flags::int4 as flags, l.attributes, l.event_name, l.message,
   l.service_id, l.resource_id, l.scope_id, s.name as service, r.message as resource, r.schema_url as resource_schema_url, c.message as scope,
   c.schema_url as scope_schema_url, ${sure} as sure`;

/** What tells records apart where nothing is asked of the rest. */
const LOG_TEXT_ROW = { id: INT8, time_ns: INT8, severity: INT4, event_name: TEXT, message: TEXT, service: TEXT };
export type LogText = RowOf<typeof LOG_TEXT_ROW>;
export const LOG_TEXTS = {
  row: LOG_TEXT_ROW,
  columns: 'l.id, l.time_ns, l.severity::int4 as severity, l.event_name, l.message, s.name as service',
  joins: 'join service s on s.id = l.service_id',
};

export const LOG_JOINS =
  'join service s on s.id = l.service_id join resource r on r.id = l.resource_id join scope c on c.id = l.scope_id';

export function partsOf(row: LogRow): StoredParts {
  return { attributes: row.attributes, payloadId: row.payload_id, payloadIndex: row.payload_index, blockId: null };
}

export function placeOf({ time_ns, id }: Pick<LogRow, 'time_ns' | 'id'>): LogPlace {
  return { timeNs: time_ns, id };
}

/** Names the record to the API; its time finds it again by an index. */
export function logIdOf({ timeNs, id }: LogPlace): string {
  return `${timeNs}-${id}`;
}

/** Null of what is no id of ours. */
export function logPlaceOf(id: string): LogPlace | null {
  const [, time = '', number = ''] = /^(-?\d{1,19})-(\d{1,18})$/.exec(id) ?? [];
  if (time === '') return null;
  const timeNs = BigInt(time);
  return BigInt.asIntN(64, timeNs) === timeNs ? { timeNs, id: BigInt(number) } : null;
}

export function recordOf(row: LogRow, message: Uint8Array): LogRecord {
  const body = decodeLogBody(message);
  const hasTime = (row.flags & LOG_HAS_TIME) !== 0;
  const isDerived = (row.flags & LOG_SEVERITY_FROM_TEXT) !== 0;
  return {
    id: logIdOf(placeOf(row)),
    time: rfc3339FromNs(row.time_ns),
    observedTime: row.observed_ns === 0n ? null : rfc3339FromNs(row.observed_ns),
    severity: row.severity,
    severityNumber: body.severityNumber ?? (isDerived ? 0 : row.severity),
    severityText: body.severityText,
    eventName: body.eventName ?? row.event_name,
    message: row.message,
    body: (row.flags & LOG_MESSAGE_IS_BODY) !== 0 ? { stringValue: row.message } : body.body,
    traceId: row.trace_id,
    spanId: row.span_id === null ? null : spanIdFromInt8(row.span_id),
    flags: body.flags,
    attributes: body.attributes,
    droppedAttributesCount: body.droppedAttributesCount,
    service: row.service,
    resource: { ...decodeResource(row.resource), schemaUrl: row.resource_schema_url },
    scope: { ...decodeScope(row.scope), schemaUrl: row.scope_schema_url },
    timeUnixNano: hasTime ? row.time_ns.toString() : (keptTime(message, 1) ?? 0n).toString(),
    observedTimeUnixNano: (keptTime(message, 11) ?? row.observed_ns).toString(),
  };
}
