/** What the oracle makes of a request, in the terms of `ours`: records that break the data model left out and counted. */
import type protobuf from 'protobufjs';
import { doubleJson } from '../../core/otlp/proto-to-json';
import { ORACLES, type SignalName, type View } from './oracle';

// biome-ignore lint/suspicious/noExplicitAny: protobufjs gives plain objects of whatever the schema says.
type Any = any;

const KINDS = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'];
const PRESENT = { longs: String, oneofs: true, arrays: true } as const;

/** @throws Error when the oracle cannot read `bytes` */
export function oracleView(signal: SignalName, bytes: Uint8Array): View {
  const type = ORACLES[signal];
  const data = toObject(type, type.decode(bytes));
  if (signal === 'traces') return viewOf(recordsOf(data, 'Spans', 'spans'), spanView);
  if (signal === 'logs') return viewOf(recordsOf(data, 'Logs', 'logRecords'), logView);
  return { records: recordsOf(data, 'Metrics', 'metrics').flatMap(({ record }) => pointViews(record)), rejected: 0 };
}

function toObject(type: protobuf.Type, message: protobuf.Message): Any {
  return type.toObject(message, PRESENT);
}

function recordsOf(data: Any, signal: string, list: string): { record: Any; resource: Any; scope: Any }[] {
  return data[`resource${signal}`].flatMap((owner: Any) =>
    owner[`scope${signal}`].flatMap((inner: Any) =>
      inner[list].map((record: Any) => ({ record, resource: owner.resource, scope: inner.scope })),
    ),
  );
}

function viewOf(all: readonly { record: Any; resource: Any; scope: Any }[], view: (one: Any) => object | null): View {
  const views = all.map(view);
  return { records: views.filter((one) => one !== null), rejected: views.filter((one) => one === null).length };
}

function spanView({ record: span, resource, scope }: Any): object | null {
  const [traceId, spanId, parentSpanId] = [hex(span.traceId), hex(span.spanId), hex(span.parentSpanId)];
  if (!isId(traceId, 32) || !isId(spanId, 16)) return null;
  return {
    traceId,
    spanId,
    parentSpanId: idOrNone(parentSpanId, 16),
    name: span.name ?? '',
    kind: span.kind ?? 0,
    startTimeUnixNano: span.startTimeUnixNano ?? '0',
    endTimeUnixNano: span.endTimeUnixNano ?? '0',
    traceState: span.traceState ?? '',
    flags: span.flags ?? 0,
    attributes: span.attributes.map(keyValue),
    droppedAttributesCount: span.droppedAttributesCount ?? 0,
    events: span.events.map((event: Any) => ({
      timeUnixNano: event.timeUnixNano ?? '0',
      name: event.name ?? '',
      attributes: event.attributes.map(keyValue),
      droppedAttributesCount: event.droppedAttributesCount ?? 0,
    })),
    droppedEventsCount: span.droppedEventsCount ?? 0,
    links: span.links.map((link: Any) => ({
      traceId: idOrNone(hex(link.traceId), 32),
      spanId: idOrNone(hex(link.spanId), 16),
      traceState: link.traceState ?? '',
      attributes: link.attributes.map(keyValue),
      droppedAttributesCount: link.droppedAttributesCount ?? 0,
      flags: link.flags ?? 0,
    })),
    droppedLinksCount: span.droppedLinksCount ?? 0,
    status: { code: span.status?.code ?? 0, message: span.status?.message ?? '' },
    resource: {
      attributes: (resource?.attributes ?? []).map(keyValue),
      droppedAttributesCount: resource?.droppedAttributesCount ?? 0,
    },
    scope: {
      name: scope?.name ?? '',
      version: scope?.version ?? '',
      attributes: (scope?.attributes ?? []).map(keyValue),
      droppedAttributesCount: scope?.droppedAttributesCount ?? 0,
    },
  };
}

function logView({ record: log }: Any): object | null {
  const [traceId, spanId] = [hex(log.traceId), hex(log.spanId)];
  return {
    timeUnixNano: log.timeUnixNano ?? '0',
    observedTimeUnixNano: log.observedTimeUnixNano ?? '0',
    severityNumber: log.severityNumber ?? 0,
    severityText: log.severityText ?? '',
    eventName: log.eventName ?? '',
    body: anyValue(log.body),
    attributes: log.attributes.map(keyValue),
    droppedAttributesCount: log.droppedAttributesCount ?? 0,
    flags: log.flags ?? 0,
    traceId: idOrNone(traceId, 32),
    spanId: idOrNone(spanId, 16),
  };
}

/** What only points elsewhere is left out where it is no id. */
function idOrNone(hex: string, digits: number): string {
  return isId(hex, digits) ? hex : '';
}

function pointViews(metric: Any): object[] {
  const kind = KINDS.find((one) => metric[one] !== undefined);
  if (!kind) return [];
  const data = metric[kind];
  return data.dataPoints.map(({ attributes, value, startTimeUnixNano, timeUnixNano, ...fields }: Any) => ({
    name: (metric.name ?? '').replaceAll('\0', '\u2400'),
    kind,
    temporality: data.aggregationTemporality ?? 0,
    monotonic: data.isMonotonic ?? false,
    metadata: metric.metadata.map(keyValue),
    attributes: attributes.map(keyValue),
    startTimeUnixNano: startTimeUnixNano ?? '0',
    timeUnixNano: timeUnixNano ?? '0',
    ...pointFields(fields),
  }));
}

function pointFields(fields: Any): object {
  const result: Any = {};
  for (const [key, value] of Object.entries(fields) as [string, Any][]) {
    // Optional fields that were not set; protobufjs names them `_sum` for their presence.
    if (key.startsWith('_')) continue;
    if (key === 'exemplars') result[key] = value.map(exemplar);
    else if (key === 'explicitBounds') result[key] = value.map(doubleJson);
    else if (key === 'quantileValues') {
      result[key] = value.map((one: Any) => ({
        quantile: doubleJson(one.quantile ?? 0),
        value: doubleJson(one.value ?? 0),
      }));
    } else if (key === 'positive' || key === 'negative') {
      result[key] = { offset: value.offset ?? 0, bucketCounts: value.bucketCounts };
    } else result[key] = typeof value === 'number' ? doubleJson(value) : value;
    if (Array.isArray(result[key]) && result[key].length === 0) delete result[key];
  }
  return result;
}

function exemplar({ filteredAttributes, timeUnixNano, spanId, traceId, asDouble, asInt }: Any): object {
  return {
    filteredAttributes: filteredAttributes.map(keyValue),
    timeUnixNano: timeUnixNano ?? '0',
    ...(asDouble === undefined ? {} : { asDouble: doubleJson(asDouble) }),
    ...(asInt === undefined ? {} : { asInt }),
    spanId: idOrNone(hex(spanId), 16),
    traceId: idOrNone(hex(traceId), 32),
  };
}

function keyValue({ key, value }: Any): object {
  return { key: key ?? '', value: anyValue(value) };
}

function anyValue(value: Any): object {
  switch (value?.value) {
    case 'doubleValue':
      return { doubleValue: doubleJson(value.doubleValue) };
    case 'arrayValue':
      return { arrayValue: { values: value.arrayValue.values.map(anyValue) } };
    case 'kvlistValue':
      return { kvlistValue: { values: value.kvlistValue.values.map(keyValue) } };
    case 'bytesValue':
      return { bytesValue: Buffer.from(value.bytesValue).toString('base64') };
    case undefined:
      return {};
    default:
      return { [value.value]: value[value.value] };
  }
}

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex');
}

function isId(text: string, length: number): boolean {
  return text.length === length && !/^0+$/.test(text);
}
