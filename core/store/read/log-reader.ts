/** Reads log records: keyset pages, newest first, each decoded from the message it arrived in. */

import type { Page } from '../../api/page';
import type { LogListQuery, LogRecord } from '../../api/telemetry';
import { SpoorError } from '../../model/errors';
import { parseTraceId, spanIdFromInt8 } from '../../model/ids';
import { LOG_HAS_TIME, LOG_MESSAGE_IS_BODY } from '../../model/log-batch';
import { rfc3339FromNs } from '../../model/time';
import { decodeLogBody, decodeResource, decodeScope } from '../../otlp/proto-to-json';
import { parseSimpleSearch } from '../../query/simple-search';
import { LOG_ATTRIBUTES, PartReader } from '../payloads/part-reader';
import type { PayloadCodec } from '../payloads/payloads';
import { decodeCursor, LOG_CURSOR, pageOf } from '../sql/cursor';
import { BYTEA, decodeRows, INT4, INT4_ARRAY, INT8, orNull, type RowOf, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { containing, timeBound, WhereBuilder } from '../sql/where';

const LOG_ROW = {
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
  service: TEXT,
  resource: BYTEA,
  resource_schema_url: TEXT,
  scope: BYTEA,
  scope_schema_url: TEXT,
};
type LogRow = RowOf<typeof LOG_ROW>;

const DEFAULT_LIMIT = 50;
/** SeverityNumber of ERROR; FATAL is above. */
const SEVERITY_ERROR = 17;

export class LogReader {
  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    private readonly codec: PayloadCodec,
  ) {}

  /** Newest first. @throws SpoorError VALIDATION_ERROR */
  async list(query: LogListQuery): Promise<Page<LogRecord>> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const where = logFilter(this.workspaceId, query);
    if (query.cursor) {
      const { at, tie } = decodeCursor(LOG_CURSOR, query.cursor);
      where.and('(l.time_ns, l.id) < (?, ?)', at, BigInt(tie));
    }
    const rows = decodeRows(
      LOG_ROW,
      await this.sql.query(
        `select l.id, l.time_ns, l.observed_ns, replace(l.trace_id::text, '-', '') as trace_id, l.span_id, l.payload_id,
           l.payload_index::int4 as payload_index, l.severity::int4 as severity, l.flags::int4 as flags, l.attributes,
           l.event_name, l.message, s.name as service, r.message as resource, r.schema_url as resource_schema_url,
           c.message as scope, c.schema_url as scope_schema_url
         from log_record l join service s on s.id = l.service_id join resource r on r.id = l.resource_id
           join scope c on c.id = l.scope_id
         where ${where.sql} order by l.time_ns desc, l.id desc limit ${limit + 1}`,
        where.parameters,
      ),
    );
    const stored = rows.map((row) => ({
      attributes: row.attributes,
      payloadId: row.payload_id,
      payloadIndex: row.payload_index,
      blockId: null,
    }));
    const messages = await new PartReader(this.sql, this.workspaceId, this.codec).messages(stored, LOG_ATTRIBUTES);
    const records = rows.map((row, i) => ({ row, message: messages[i] as Uint8Array }));
    return pageOf(
      LOG_CURSOR,
      records,
      limit,
      ({ row }) => ({ at: row.time_ns, tie: row.id.toString() }),
      ({ row, message }) => recordOf(row, message),
    );
  }
}

function logFilter(workspaceId: number, query: LogListQuery): WhereBuilder {
  const where = new WhereBuilder(workspaceId, 'l');
  if (query.traceId !== undefined && query.traceId !== '') {
    const traceId = parseTraceId(query.traceId);
    if (!traceId) {
      throw new SpoorError('VALIDATION_ERROR', 'traceId is not a trace id: it has 32 hex digits.', [
        { field: 'traceId', code: 'invalid', message: 'use 32 hex digits' },
      ]);
    }
    where.and('l.trace_id = ?::uuid', traceId);
  }
  const from = timeBound('from', query.from);
  const to = timeBound('to', query.to);
  if (from !== null) where.and('l.time_ns >= ?', from);
  if (to !== null) where.and('l.time_ns < ?', to);
  const search = parseSimpleSearch((query.query ?? '').replaceAll('\0', ''));
  if (search.status === 'error') where.and(`l.severity >= ${SEVERITY_ERROR}`);
  if (search.status === 'ok') where.and(`l.severity < ${SEVERITY_ERROR}`);
  for (const service of search.services) {
    where.and(
      'l.service_id = any(array(select id from service where workspace_id = $1 and name ilike ?))',
      containing(service),
    );
  }
  for (const word of search.words) {
    where.and('(l.message ilike ? or l.event_name ilike ?)', containing(word), containing(word));
  }
  return where;
}

function recordOf(row: LogRow, message: Uint8Array): LogRecord {
  const body = decodeLogBody(message);
  const hasTime = (row.flags & LOG_HAS_TIME) !== 0;
  return {
    id: row.id.toString(),
    time: rfc3339FromNs(row.time_ns),
    observedTime: row.observed_ns === 0n ? null : rfc3339FromNs(row.observed_ns),
    severityNumber: body.severityNumber ?? row.severity,
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
    timeUnixNano: hasTime ? row.time_ns.toString() : '0',
    observedTimeUnixNano: row.observed_ns.toString(),
  };
}
