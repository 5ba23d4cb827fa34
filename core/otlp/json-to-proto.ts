/** OTLP/JSON trace requests as protobuf, so that one decoder judges both. */
import { type EnvelopeNames, protobufFromEnvelopes, type WrittenRecords } from './json-envelope';
import {
  eachOf,
  get,
  type JsonObject,
  optionalObject,
  writeEnum,
  writeFixed32,
  writeId,
  writeString,
  writeTime,
  writeUint32,
} from './json-fields';
import { writeAttributes } from './json-values';
import type { WireWriter } from './wire-writer';

const NAMES: EnvelopeNames = {
  resources: 'resourceSpans',
  scopes: ['scopeSpans', 'instrumentationLibrarySpans'],
  records: ['spans'],
};

/** @param written see `protobufFromEnvelopes` @throws JsonShapeError naming the first value of the wrong shape. */
export function protobufFromTraceJson(request: unknown, written: WrittenRecords | null = null): Uint8Array {
  return protobufFromEnvelopes(request, NAMES, writeSpan, written);
}

const KINDS = {
  prefix: 'SPAN_KIND_',
  names: ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'],
};
const STATUSES = { prefix: 'STATUS_CODE_', names: ['UNSET', 'OK', 'ERROR'] };

function writeSpan(out: WireWriter, span: JsonObject, at: string, written: WrittenRecords): void {
  writeId(out, 1, span, 'traceId', at);
  writeId(out, 2, span, 'spanId', at);
  writeString(out, 3, span, 'traceState', at);
  writeId(out, 4, span, 'parentSpanId', at);
  writeString(out, 5, span, 'name', at);
  writeEnum(out, 6, span, 'kind', KINDS, at, written);
  writeTime(out, 7, span, 'startTimeUnixNano', at);
  writeTime(out, 8, span, 'endTimeUnixNano', at);
  writeAttributes(out, 9, span, at);
  writeUint32(out, 10, span, 'droppedAttributesCount', at);
  eachOf(span, 'events', at, (event, eventAt) =>
    out.message(11, (message) => {
      writeTime(message, 1, event, 'timeUnixNano', eventAt);
      writeString(message, 2, event, 'name', eventAt);
      writeAttributes(message, 3, event, eventAt);
      writeUint32(message, 4, event, 'droppedAttributesCount', eventAt);
    }),
  );
  writeUint32(out, 12, span, 'droppedEventsCount', at);
  eachOf(span, 'links', at, (link, linkAt) =>
    out.message(13, (message) => {
      writeId(message, 1, link, 'traceId', linkAt);
      writeId(message, 2, link, 'spanId', linkAt);
      writeString(message, 3, link, 'traceState', linkAt);
      writeAttributes(message, 4, link, linkAt);
      writeUint32(message, 5, link, 'droppedAttributesCount', linkAt);
      writeFixed32(message, 6, link, 'flags', linkAt);
    }),
  );
  writeUint32(out, 14, span, 'droppedLinksCount', at);
  const said = get(span, 'status');
  const status =
    typeof said === 'string' || typeof said === 'number' ? { code: said } : optionalObject(span, 'status', at);
  if (status) {
    out.message(15, (message) => {
      writeString(message, 2, status, 'message', `${at}.status`);
      writeEnum(message, 3, status, 'code', STATUSES, `${at}.status`, written);
    });
  }
  writeFixed32(out, 16, span, 'flags', at);
}
