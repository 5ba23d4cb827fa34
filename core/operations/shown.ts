/** Answers of the HTTP API where they differ from the contract: attributes as maps, which is what scripts want; `raw` keeps every type. */
import type { OtlpReceiver, SpanDetail, StatusReport } from '../api/contract';
import type {
  GroupPage,
  LogPageResource,
  LogResource,
  LogsAroundResource,
  MetricPointResource,
  MetricResource,
  PlainAttributes,
  SpanResource,
  StatusResource,
  TraceResource,
} from '../api/http-resources';
import type { LogPage, LogsAround } from '../api/logs';
import { onePage, type Page } from '../api/page';
import type { SpanGroups } from '../api/search';
import type { LogRecord, MetricPoint, MetricSummary } from '../api/telemetry';
import { spanIdFromInt8 } from '../model/ids';
import { plainAttributes, plainValue } from '../model/json-types';
import { type SpanKindName, statusCodeName } from '../model/span-kind';
import { knownDuration, rfc3339FromNs } from '../model/time';
import type { TraceSummary } from '../model/trace-summary';
import type { LoadedColumns } from '../timeline/load-trace';

/** A page of what is shown so. */
export const pageOf =
  <T, Shown>(shown: (item: T) => Shown) =>
  ({ data, pagination }: Page<T>): Page<Shown> => ({ data: data.map(shown), pagination });

export function groupPage({ groups, complete }: SpanGroups): GroupPage {
  return { ...onePage(groups), complete };
}

/** Turns of a session from the one with this number. */
export function sessionPage(data: readonly TraceSummary[], count: number, from: number): Page<TraceSummary> {
  const next = from + data.length;
  const hasMore = data.length > 0 && next < count;
  return { data, pagination: { nextCursor: hasMore ? String(next) : null, hasMore } };
}

export function statusResource(status: StatusReport): StatusResource {
  const portOf = (receiver: OtlpReceiver) => (receiver.state === 'listening' ? receiver.port : null);
  return { ...status, ports: { otlpHttp: portOf(status.otlpHttp), otlpGrpc: portOf(status.otlpGrpc) } };
}

export function traceResource({ summary, columns }: LoadedColumns): TraceResource {
  const originNs = BigInt(columns.originNs);
  const order = Uint32Array.from({ length: columns.length }, (_, i) => i).sort(
    (a, b) => (columns.startNs[a] as number) - (columns.startNs[b] as number) || a - b,
  );
  const spans = Array.from(order, (i) => {
    const parent = columns.parentSpanId[i] as bigint;
    const operation = columns.operations[columns.operation[i] as number];
    return {
      spanId: spanIdFromInt8(columns.spanId[i] as bigint),
      parentSpanId: parent === 0n ? null : spanIdFromInt8(parent),
      name: operation?.name ?? '',
      service: operation?.service ?? '',
      kind: operation?.kind as SpanKindName,
      startTime: rfc3339FromNs(originNs + BigInt(columns.startNs[i] as number)),
      durationNs: knownDuration(columns.durationNs[i] as number),
      status: statusCodeName(columns.status[i] as number),
    };
  });
  return { ...summary, spans };
}

export function spanResource(span: SpanDetail): SpanResource {
  return {
    ...flat(span),
    events: span.events.map(flat),
    links: span.links.map(flat),
    resource: flat(span.resource),
    scope: flat(span.scope),
    raw: JSON.parse(span.raw) as object,
  };
}

export function logResource(record: LogRecord): LogResource {
  const { body, resource, scope, timeUnixNano, observedTimeUnixNano, ...rest } = record;
  const { severityNumber, severityText, eventName, attributes, droppedAttributesCount, flags } = record;
  const raw = {
    timeUnixNano,
    observedTimeUnixNano,
    severityNumber,
    severityText,
    ...(eventName === '' ? {} : { eventName }),
    body,
    attributes,
    droppedAttributesCount,
    flags,
    traceId: record.traceId ?? '',
    spanId: record.spanId ?? '',
  };
  return { ...flat(rest), body: plainValue(body), resource: flat(resource), scope: flat(scope), raw };
}

export function logPage({ data, pagination, search }: LogPage): LogPageResource {
  return { data: data.map(logResource), pagination, search };
}

export function logsAroundPage({ data, complete }: LogsAround): LogsAroundResource {
  return { data: data.map(logResource), complete };
}

export function metricResource(metric: MetricSummary): MetricResource {
  return { ...metric, metadata: plainAttributes(metric.metadata) };
}

export function pointResource({ resource, scope, fields, value, ...point }: MetricPoint): MetricPointResource {
  const { timeUnixNano, startTimeUnixNano, attributes, ...rest } = point;
  const raw = { attributes, startTimeUnixNano, timeUnixNano, ...value, ...fields };
  return {
    ...rest,
    attributes: plainAttributes(attributes),
    value: value && plainNumber(value),
    resource: flat(resource),
    scope: flat(scope),
    raw,
  };
}

function flat<T extends { readonly attributes: SpanDetail['attributes'] }>(
  item: T,
): Omit<T, 'attributes'> & { readonly attributes: PlainAttributes } {
  return { ...item, attributes: plainAttributes(item.attributes) };
}

/** A number where it is exact, else text. */
function plainNumber(value: NonNullable<MetricPoint['value']>): number | string {
  if ('asDouble' in value) return value.asDouble;
  return Number.isSafeInteger(Number(value.asInt)) ? Number(value.asInt) : value.asInt;
}
