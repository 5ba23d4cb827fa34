/** Reads one span with everything known of it, decoded from the message it arrived in. */
import type { SpanDetail } from '../../api/contract';
import { SpoorError } from '../../model/errors';
import { int8FromSpanId, parseSpanId, parseTraceId, type SpanId, spanIdFromInt8 } from '../../model/ids';
import type { OtlpResource, OtlpScope, SpanBody } from '../../model/json-types';
import { spanKindName, statusCodeName } from '../../model/span-kind';
import { knownDuration, rfc3339FromNs } from '../../model/time';
import { decodeResource, decodeScope, decodeSpanBody } from '../../otlp/proto-to-json';
import { readSentTimes, type SentTimes } from '../../otlp/sent-times';
import { readSides, type TraceSides } from '../blocks/trace-sides';
import { PartReader, SPAN_ATTRIBUTES } from '../payloads/part-reader';
import type { PayloadCodec } from '../payloads/payloads';
import { BYTEA, decodeRows, INT4, INT4_ARRAY, INT8, orNull, type RowOf, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

const SPAN_ROW = {
  parent_span_id: orNull(INT8),
  start_ns: INT8,
  duration_ns: INT8,
  attributes: INT4_ARRAY,
  payload_id: INT4,
  block_id: INT4,
  payload_index: INT4,
  name: TEXT,
  kind: INT4,
  service: TEXT,
  resource: BYTEA,
  resource_schema_url: TEXT,
  scope: BYTEA,
  scope_schema_url: TEXT,
};

/** @throws SpoorError NOT_FOUND */
export async function readSpan(
  sql: SqlClient,
  codec: PayloadCodec,
  workspaceId: number,
  trace: string,
  span: string,
): Promise<SpanDetail> {
  const traceId = parseTraceId(trace);
  const spanId = parseSpanId(span);
  if (!traceId || !spanId) {
    throw new SpoorError('NOT_FOUND', 'There is no such span: a trace id is 32 hex digits, a span id 16.');
  }
  const rows = await sql.query(
    `select sp.parent_span_id, sp.start_ns, sp.duration_ns, sp.attributes, sp.block_id, sp.payload_id,
       sp.payload_index::int4 as payload_index, o.name, o.kind::int4 as kind, s.name as service,
       r.message as resource, r.schema_url as resource_schema_url, c.message as scope, c.schema_url as scope_schema_url
     from span sp join operation o on o.id = sp.operation_id join service s on s.id = o.service_id
       join resource r on r.id = sp.resource_id join scope c on c.id = sp.scope_id
     where sp.workspace_id = $1 and sp.trace_id = $2::uuid and sp.span_id = $3`,
    [workspaceId, traceId, int8FromSpanId(spanId)],
  );
  const row = decodeRows(SPAN_ROW, rows)[0];
  if (!row) throw new SpoorError('NOT_FOUND', `Span ${spanId} of trace ${traceId} is not stored here.`);
  const stored = {
    attributes: row.attributes,
    payloadId: row.payload_id,
    payloadIndex: row.payload_index,
    blockId: row.block_id,
  };
  const [message] = await new PartReader(sql, workspaceId, codec).messages([stored], SPAN_ATTRIBUTES);
  const sides = (await readSides(sql, workspaceId, [traceId])).get(traceId);
  const sent = readSentTimes(message as Uint8Array);
  return detailOf(traceId, spanId, row, decodeSpanBody(message as Uint8Array), sent, sides);
}

function detailOf(
  traceId: string,
  spanId: SpanId,
  row: RowOf<typeof SPAN_ROW>,
  body: SpanBody,
  sent: SentTimes | null,
  sides: TraceSides | undefined,
): SpanDetail {
  const resource = decodeResource(row.resource);
  const scope = decodeScope(row.scope);
  const parentSpanId = row.parent_span_id === null ? null : spanIdFromInt8(row.parent_span_id);
  const endNs = row.start_ns + row.duration_ns;
  return {
    traceId,
    spanId,
    parentSpanId,
    name: body.name ?? row.name,
    kind: spanKindName(row.kind),
    service: serviceOf(resource, row.service),
    startTime: rfc3339FromNs(row.start_ns),
    endTime: endNs === 0n ? null : rfc3339FromNs(endNs),
    durationNs: knownDuration(Number(row.duration_ns)),
    sentTimes: sent && { startTimeUnixNano: sent.startNs.toString(), endTimeUnixNano: sent.endNs.toString() },
    status: { code: statusCodeName(body.status.code), message: body.status.message },
    traceState: body.traceState,
    flags: body.flags,
    attributes: body.attributes,
    events: body.events.map(({ timeUnixNano, name, attributes, droppedAttributesCount }) => ({
      time: rfc3339FromNs(BigInt(timeUnixNano)),
      name,
      attributes,
      droppedAttributesCount,
    })),
    links: body.links.map((link) => ({
      traceId: link.traceId,
      spanId: link.spanId,
      traceState: link.traceState,
      attributes: link.attributes,
      flags: link.flags,
    })),
    resource: { ...resource, schemaUrl: row.resource_schema_url },
    scope: { ...scope, schemaUrl: row.scope_schema_url },
    dropped: {
      attributes: body.droppedAttributesCount,
      events: body.droppedEventsCount,
      links: body.droppedLinksCount,
    },
    raw: rawOf({ traceId, ...sentIds(spanId, row.parent_span_id, sides), row, sent, endNs, body, resource, scope }),
  };
}

/** The ids that it was sent with, where another span of the trace has one of them. */
function sentIds(
  spanId: SpanId,
  parentId: bigint | null,
  sides: TraceSides | undefined,
): { readonly spanId: string; readonly parentSpanId: string | null } {
  const side = sides?.ofStored(int8FromSpanId(spanId));
  const parent = side ? side.sentParentId : (sides?.sentIdOf(parentId) ?? parentId);
  return {
    spanId: side ? spanIdFromInt8(side.sentId) : spanId,
    parentSpanId: parent === null ? null : spanIdFromInt8(parent),
  };
}

/** Whole, where the column has its beginning alone. */
function serviceOf({ attributes }: OtlpResource, name: string): string {
  const value = attributes.findLast(({ key }) => key === 'service.name')?.value;
  return value && 'stringValue' in value ? (value.stringValue as string) : name;
}

interface RawParts {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly row: RowOf<typeof SPAN_ROW>;
  readonly sent: SentTimes | null;
  readonly endNs: bigint;
  readonly body: SpanBody;
  readonly resource: OtlpResource;
  readonly scope: OtlpScope;
}

/** The span as an OTLP/JSON trace request: paste it into a file and any OTLP receiver takes it. */
function rawOf({ traceId, spanId, parentSpanId, row, sent, endNs, body, resource, scope }: RawParts): string {
  const span = {
    traceId,
    spanId,
    ...(parentSpanId === null ? {} : { parentSpanId }),
    ...(body.traceState === '' ? {} : { traceState: body.traceState }),
    ...(body.flags === 0 ? {} : { flags: body.flags }),
    name: body.name ?? row.name,
    kind: row.kind,
    startTimeUnixNano: (sent?.startNs ?? row.start_ns).toString(),
    endTimeUnixNano: (sent?.endNs ?? endNs).toString(),
    attributes: body.attributes,
    ...(body.droppedAttributesCount === 0 ? {} : { droppedAttributesCount: body.droppedAttributesCount }),
    events: body.events,
    ...(body.droppedEventsCount === 0 ? {} : { droppedEventsCount: body.droppedEventsCount }),
    links: body.links,
    ...(body.droppedLinksCount === 0 ? {} : { droppedLinksCount: body.droppedLinksCount }),
    status: body.status,
  };
  const request = {
    resourceSpans: [
      {
        resource,
        schemaUrl: row.resource_schema_url,
        scopeSpans: [{ scope, schemaUrl: row.scope_schema_url, spans: [span] }],
      },
    ],
  };
  return JSON.stringify(request, null, 2);
}
