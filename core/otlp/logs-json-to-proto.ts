/** OTLP/JSON log requests as protobuf, so that one decoder judges both. */
import { type EnvelopeNames, protobufFromEnvelopes, type WrittenRecords } from './json-envelope';
import {
  get,
  type JsonObject,
  writeEnum,
  writeFixed32,
  writeId,
  writeString,
  writeTime,
  writeUint32,
} from './json-fields';
import { writeAnyValue, writeAttributes } from './json-values';
import type { WireWriter } from './wire-writer';

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const SEVERITIES = {
  prefix: 'SEVERITY_NUMBER_',
  names: ['UNSPECIFIED', ...LEVELS.flatMap((level) => [level, `${level}2`, `${level}3`, `${level}4`])],
};

const NAMES: EnvelopeNames = {
  resources: 'resourceLogs',
  scopes: ['scopeLogs', 'instrumentationLibraryLogs'],
  records: ['logRecords', 'logs'],
};

/** @param written see `protobufFromEnvelopes` @throws JsonShapeError naming the first value of the wrong shape. */
export function protobufFromLogsJson(request: unknown, written: WrittenRecords | null = null): Uint8Array {
  return protobufFromEnvelopes(request, NAMES, writeLogRecord, written);
}

function writeLogRecord(out: WireWriter, record: JsonObject, at: string, written: WrittenRecords): void {
  writeTime(out, 1, record, 'timeUnixNano', at);
  writeEnum(out, 2, record, 'severityNumber', SEVERITIES, at, written);
  writeString(out, 3, record, 'severityText', at);
  const body = get(record, 'body');
  if (body !== undefined) out.message(5, (message) => writeAnyValue(message, body, `${at}.body`));
  writeAttributes(out, 6, record, at);
  writeUint32(out, 7, record, 'droppedAttributesCount', at);
  writeFixed32(out, 8, record, 'flags', at);
  writeId(out, 9, record, 'traceId', at);
  writeId(out, 10, record, 'spanId', at);
  writeTime(out, 11, record, 'observedTimeUnixNano', at);
  writeString(out, 12, record, 'eventName', at);
}
