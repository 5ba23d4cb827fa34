/** OTLP/JSON metric requests as protobuf, so that one decoder judges both. */
import { type EnvelopeNames, listOf, protobufFromEnvelopes, type WrittenRecords, writeEach } from './json-envelope';
import {
  asBoolean,
  eachOf,
  get,
  type JsonObject,
  optionalObject,
  writeDouble,
  writeEnum,
  writeFixed64,
  writeId,
  writeString,
  writeTime,
  writeUint32,
} from './json-fields';
import { asDouble, asInteger } from './json-numbers';
import { JsonShapeError } from './json-shape-error';
import { writeAttributes } from './json-values';
import type { WireWriter } from './wire-writer';

const TEMPORALITIES = { prefix: 'AGGREGATION_TEMPORALITY_', names: ['UNSPECIFIED', 'DELTA', 'CUMULATIVE'] };

/** @param written see `protobufFromEnvelopes` @throws JsonShapeError naming the first value of the wrong shape. */
export function protobufFromMetricsJson(request: unknown, written: WrittenRecords | null = null): Uint8Array {
  return protobufFromEnvelopes(request, NAMES, writeMetric, written);
}

type WritePoint = (out: WireWriter, point: JsonObject, at: string) => void;

/** Name, field number and points of each kind. */
const KINDS: readonly (readonly [string, number, WritePoint])[] = [
  ['gauge', 5, writeNumberPoint],
  ['sum', 7, writeNumberPoint],
  ['histogram', 9, writeHistogramPoint],
  ['exponentialHistogram', 10, writeExponentialPoint],
  ['summary', 11, writeSummaryPoint],
];

const NAMES: EnvelopeNames = {
  resources: 'resourceMetrics',
  scopes: ['scopeMetrics', 'instrumentationLibraryMetrics'],
  records: ['metrics'],
  countOf: (metric) => KINDS.reduce((count, [name]) => count + pointsOf(metric, name).length, 0),
};

function pointsOf(metric: unknown, kind: string): readonly unknown[] {
  const data = typeof metric === 'object' && metric !== null ? get(metric as JsonObject, kind) : undefined;
  return listOf(data, 'dataPoints');
}

function writeMetric(out: WireWriter, metric: JsonObject, at: string, written: WrittenRecords): void {
  writeString(out, 1, metric, 'name', at);
  writeString(out, 2, metric, 'description', at);
  writeString(out, 3, metric, 'unit', at);
  writeAttributes(out, 12, metric, at, 'metadata');
  for (const [name, field, writePoint] of KINDS) {
    const data = optionalObject(metric, name, at);
    if (!data) continue;
    const dataAt = `${at}.${name}`;
    out.message(field, (message) => {
      writeEnum(message, 2, data, 'aggregationTemporality', TEMPORALITIES, dataAt, written);
      const monotonic = get(data, 'isMonotonic');
      if (monotonic !== undefined) message.varint(3, asBoolean(monotonic, `${dataAt}.isMonotonic`) ? 1 : 0);
      writeEach(
        message,
        data,
        ['dataPoints'],
        dataAt,
        written,
        () => 1,
        (point, pointAt) => {
          message.message(1, (inner) => writePoint(inner, point, pointAt));
          written.written++;
        },
      );
    });
  }
}

function writeTimes(out: WireWriter, point: JsonObject, at: string): void {
  writeTime(out, 2, point, 'startTimeUnixNano', at);
  writeTime(out, 3, point, 'timeUnixNano', at);
}

function writeNumberPoint(out: WireWriter, point: JsonObject, at: string): void {
  writeAttributes(out, 7, point, at);
  writeTimes(out, point, at);
  writeNumber(out, 4, 6, point, at);
  writeExemplars(out, 5, point, at);
  writeUint32(out, 8, point, 'flags', at);
}

function writeNumber(out: WireWriter, doubleField: number, intField: number, owner: JsonObject, at: string): void {
  writeDouble(out, doubleField, owner, 'asDouble', at);
  writeFixed64(out, intField, owner, 'asInt', at, 'int64');
}

function writeHistogramPoint(out: WireWriter, point: JsonObject, at: string): void {
  writeAttributes(out, 9, point, at);
  writeTimes(out, point, at);
  writeFixed64(out, 4, point, 'count', at);
  writeDouble(out, 5, point, 'sum', at);
  out.fixed64s(6, numbers(point, 'bucketCounts', at, asCount));
  out.doubles(7, numbers(point, 'explicitBounds', at, asDouble));
  writeExemplars(out, 8, point, at);
  writeUint32(out, 10, point, 'flags', at);
  writeDouble(out, 11, point, 'min', at);
  writeDouble(out, 12, point, 'max', at);
}

function writeExponentialPoint(out: WireWriter, point: JsonObject, at: string): void {
  writeAttributes(out, 1, point, at);
  writeTimes(out, point, at);
  writeFixed64(out, 4, point, 'count', at);
  writeDouble(out, 5, point, 'sum', at);
  writeSint32(out, 6, point, 'scale', at);
  writeFixed64(out, 7, point, 'zeroCount', at);
  for (const [field, name] of [
    [8, 'positive'],
    [9, 'negative'],
  ] as const) {
    const buckets = optionalObject(point, name, at);
    if (!buckets) continue;
    out.message(field, (message) => {
      writeSint32(message, 1, buckets, 'offset', `${at}.${name}`);
      message.varints(2, numbers(buckets, 'bucketCounts', `${at}.${name}`, asCount));
    });
  }
  writeUint32(out, 10, point, 'flags', at);
  writeExemplars(out, 11, point, at);
  writeDouble(out, 12, point, 'min', at);
  writeDouble(out, 13, point, 'max', at);
  writeDouble(out, 14, point, 'zeroThreshold', at);
}

function writeSummaryPoint(out: WireWriter, point: JsonObject, at: string): void {
  writeAttributes(out, 7, point, at);
  writeTimes(out, point, at);
  writeFixed64(out, 4, point, 'count', at);
  writeDouble(out, 5, point, 'sum', at);
  eachOf(point, 'quantileValues', at, (quantile, quantileAt) =>
    out.message(6, (message) => {
      writeDouble(message, 1, quantile, 'quantile', quantileAt);
      writeDouble(message, 2, quantile, 'value', quantileAt);
    }),
  );
  writeUint32(out, 8, point, 'flags', at);
}

function writeExemplars(out: WireWriter, field: number, point: JsonObject, at: string): void {
  eachOf(point, 'exemplars', at, (exemplar, exemplarAt) =>
    out.message(field, (message) => {
      writeTime(message, 2, exemplar, 'timeUnixNano', exemplarAt);
      writeNumber(message, 3, 6, exemplar, exemplarAt);
      writeId(message, 4, exemplar, 'spanId', exemplarAt);
      writeId(message, 5, exemplar, 'traceId', exemplarAt);
      writeAttributes(message, 7, exemplar, exemplarAt, 'filteredAttributes');
    }),
  );
}

function writeSint32(out: WireWriter, field: number, owner: JsonObject, name: string, at: string): void {
  const value = get(owner, name);
  if (value === undefined) return;
  const number = Number(asInteger(value, 'int32', `${at}.${name}`));
  out.varint(field, ((number << 1) ^ (number >> 31)) >>> 0);
}

function asCount(value: unknown, at: string): bigint {
  return asInteger(value, 'uint64', at);
}

function numbers<T>(owner: JsonObject, name: string, at: string, read: (value: unknown, at: string) => T): T[] {
  const list = get(owner, name) ?? [];
  if (!Array.isArray(list)) throw new JsonShapeError(`${at}.${name}: not an array`);
  return list.map((item, i) => read(item, `${at}.${name}[${i}]`));
}
