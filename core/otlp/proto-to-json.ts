/** Decodes the parts of OTLP protobuf that a person looks at: attribute values, events, links, resource and scope. */
import { hexFromId, SPAN_ID_BYTES, TRACE_ID_BYTES } from '../model/ids';
import type {
  AnyValue,
  KeyValue,
  LogBody,
  OtlpResource,
  OtlpScope,
  SpanBody,
  SpanEvent,
  SpanLink,
  SpanStatus,
} from '../model/json-types';
import { base64FromBytes } from './base64';
import {
  MAX_NESTING,
  NestingError,
  WIRE_BYTES,
  WIRE_FIXED32,
  WIRE_FIXED64,
  WIRE_VARINT,
  WireReader,
} from './wire-reader';

export function doubleJson(value: number): number | 'NaN' | 'Infinity' | '-Infinity' {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

export function readAnyValue(reader: WireReader, depth = 0): AnyValue {
  if (depth > MAX_NESTING) throw new NestingError();
  let value: AnyValue = {};
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        reader.expect(WIRE_BYTES);
        value = { stringValue: reader.string() };
        break;
      case 2:
        reader.expect(WIRE_VARINT);
        value = { boolValue: reader.uint32() !== 0 };
        break;
      case 3:
        reader.expect(WIRE_VARINT);
        value = { intValue: reader.int64Text() };
        break;
      case 4:
        reader.expect(WIRE_FIXED64);
        value = { doubleValue: doubleJson(reader.double()) };
        break;
      case 5: {
        reader.expect(WIRE_BYTES);
        const values: AnyValue[] = [];
        const array = reader.message();
        while (array.next()) {
          if (array.field === 1 && array.wireType === WIRE_BYTES) values.push(readAnyValue(array.message(), depth + 1));
          else array.skip();
        }
        value = { arrayValue: { values } };
        break;
      }
      case 6: {
        reader.expect(WIRE_BYTES);
        const values: KeyValue[] = [];
        const list = reader.message();
        while (list.next()) {
          if (list.field === 1 && list.wireType === WIRE_BYTES) values.push(readKeyValue(list.message(), depth + 1));
          else list.skip();
        }
        value = { kvlistValue: { values } };
        break;
      }
      case 7:
        reader.expect(WIRE_BYTES);
        value = { bytesValue: base64FromBytes(reader.view8()) };
        break;
      default:
        reader.skip();
    }
  }
  return value;
}

export function readKeyValue(reader: WireReader, depth = 0): KeyValue {
  let key = '';
  let value: AnyValue = {};
  while (reader.next()) {
    if (reader.field === 1 && reader.wireType === WIRE_BYTES) key = reader.string();
    else if (reader.field === 2 && reader.wireType === WIRE_BYTES) value = readAnyValue(reader.message(), depth);
    else reader.skip();
  }
  return { key, value };
}

export function readEvent(reader: WireReader): SpanEvent {
  const attributes: KeyValue[] = [];
  let timeUnixNano = '0';
  let name = '';
  let droppedAttributesCount = 0;
  while (reader.next()) {
    if (reader.field === 1 && reader.wireType === WIRE_FIXED64) timeUnixNano = reader.fixed64().toString();
    else if (reader.field === 2 && reader.wireType === WIRE_BYTES) name = reader.string();
    else if (reader.field === 3 && reader.wireType === WIRE_BYTES) attributes.push(readKeyValue(reader.message()));
    else if (reader.field === 4 && reader.wireType === WIRE_VARINT) droppedAttributesCount = reader.uint32();
    else reader.skip();
  }
  return { timeUnixNano, name, attributes, droppedAttributesCount };
}

/** An id that is none is left out (docs/receivers.md): a link of a span that is stored. */
function readLink(reader: WireReader): SpanLink {
  const attributes: KeyValue[] = [];
  let traceId = '';
  let spanId = '';
  let traceState = '';
  let droppedAttributesCount = 0;
  let flags = 0;
  while (reader.next()) {
    if (reader.field === 1 && reader.wireType === WIRE_BYTES) traceId = hexFromId(reader.view8(), TRACE_ID_BYTES);
    else if (reader.field === 2 && reader.wireType === WIRE_BYTES) spanId = hexFromId(reader.view8(), SPAN_ID_BYTES);
    else if (reader.field === 3 && reader.wireType === WIRE_BYTES) traceState = reader.string();
    else if (reader.field === 4 && reader.wireType === WIRE_BYTES) attributes.push(readKeyValue(reader.message()));
    else if (reader.field === 5 && reader.wireType === WIRE_VARINT) droppedAttributesCount = reader.uint32();
    else if (reader.field === 6 && reader.wireType === WIRE_FIXED32) flags = reader.fixed32();
    else reader.skip();
  }
  return { traceId, spanId, traceState, attributes, droppedAttributesCount, flags };
}

export function readStatus(reader: WireReader): SpanStatus {
  let code = 0;
  let message = '';
  while (reader.next()) {
    if (reader.field === 2 && reader.wireType === WIRE_BYTES) message = reader.string();
    else if (reader.field === 3 && reader.wireType === WIRE_VARINT) code = reader.uint32();
    else reader.skip();
  }
  return { code, message };
}

/** Decodes a span's body (see SpanBatch), or a whole OTLP Span message for the same fields. */
export function decodeSpanBody(bytes: Uint8Array): SpanBody {
  const reader = new WireReader(bytes);
  const attributes: KeyValue[] = [];
  const events: SpanEvent[] = [];
  const links: SpanLink[] = [];
  const counts = { attributes: 0, events: 0, links: 0 };
  let name: string | null = null;
  let traceState = '';
  let flags = 0;
  let status: SpanStatus = { code: 0, message: '' };
  while (reader.next()) {
    if (reader.field === 3 && reader.wireType === WIRE_BYTES) traceState = reader.string();
    else if (reader.field === 5 && reader.wireType === WIRE_BYTES) name = reader.string();
    else if (reader.field === 9 && reader.wireType === WIRE_BYTES) attributes.push(readKeyValue(reader.message()));
    else if (reader.field === 10 && reader.wireType === WIRE_VARINT) counts.attributes = reader.uint32();
    else if (reader.field === 11 && reader.wireType === WIRE_BYTES) events.push(readEvent(reader.message()));
    else if (reader.field === 12 && reader.wireType === WIRE_VARINT) counts.events = reader.uint32();
    else if (reader.field === 13 && reader.wireType === WIRE_BYTES) links.push(readLink(reader.message()));
    else if (reader.field === 14 && reader.wireType === WIRE_VARINT) counts.links = reader.uint32();
    else if (reader.field === 15 && reader.wireType === WIRE_BYTES) status = readStatus(reader.message());
    else if (reader.field === 16 && reader.wireType === WIRE_FIXED32) flags = reader.fixed32();
    else reader.skip();
  }
  return {
    name,
    traceState,
    flags,
    attributes,
    droppedAttributesCount: counts.attributes,
    events,
    droppedEventsCount: counts.events,
    links,
    droppedLinksCount: counts.links,
    status,
  };
}

/** Decodes what a log record holds besides its columns (see LogBatch). */
export function decodeLogBody(bytes: Uint8Array): LogBody {
  const reader = new WireReader(bytes);
  const attributes: KeyValue[] = [];
  let severityNumber: number | null = null;
  let severityText = '';
  let eventName: string | null = null;
  let body: AnyValue = {};
  let droppedAttributesCount = 0;
  let flags = 0;
  while (reader.next()) {
    if (reader.field === 2 && reader.wireType === WIRE_VARINT) severityNumber = reader.uint32();
    else if (reader.field === 3 && reader.wireType === WIRE_BYTES) severityText = reader.string();
    else if (reader.field === 5 && reader.wireType === WIRE_BYTES) body = readAnyValue(reader.message());
    else if (reader.field === 6 && reader.wireType === WIRE_BYTES) attributes.push(readKeyValue(reader.message()));
    else if (reader.field === 7 && reader.wireType === WIRE_VARINT) droppedAttributesCount = reader.uint32();
    else if (reader.field === 8 && reader.wireType === WIRE_FIXED32) flags = reader.fixed32();
    else if (reader.field === 12 && reader.wireType === WIRE_BYTES) eventName = reader.string();
    else reader.skip();
  }
  return { severityNumber, severityText, eventName, body, attributes, droppedAttributesCount, flags };
}

export function decodeResource(bytes: Uint8Array): OtlpResource {
  const reader = new WireReader(bytes);
  const attributes: KeyValue[] = [];
  let droppedAttributesCount = 0;
  while (reader.next()) {
    if (reader.field === 1 && reader.wireType === WIRE_BYTES) attributes.push(readKeyValue(reader.message()));
    else if (reader.field === 2 && reader.wireType === WIRE_VARINT) droppedAttributesCount = reader.uint32();
    else reader.skip();
  }
  return { attributes, droppedAttributesCount };
}

export function decodeScope(bytes: Uint8Array): OtlpScope {
  const reader = new WireReader(bytes);
  const attributes: KeyValue[] = [];
  let name = '';
  let version = '';
  let droppedAttributesCount = 0;
  while (reader.next()) {
    if (reader.field === 1 && reader.wireType === WIRE_BYTES) name = reader.string();
    else if (reader.field === 2 && reader.wireType === WIRE_BYTES) version = reader.string();
    else if (reader.field === 3 && reader.wireType === WIRE_BYTES) attributes.push(readKeyValue(reader.message()));
    else if (reader.field === 4 && reader.wireType === WIRE_VARINT) droppedAttributesCount = reader.uint32();
    else reader.skip();
  }
  return { name, version, attributes, droppedAttributesCount };
}
