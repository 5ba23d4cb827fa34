/**
 * The five kinds of OTLP data points: where their fields lie, and how they read as OTLP/JSON. Source: opentelemetry-proto 1.11,
 * metrics/v1/metrics.proto.
 */
import { hexFromId, SPAN_ID_BYTES, TRACE_ID_BYTES } from '../model/ids';
import type { KeyValue } from '../model/json-types';
import type { MetricKind } from '../model/metric-batch';
import { COST } from './decode-budget';
import { doubleJson, readKeyValue } from './proto-to-json';
import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT, WireError, type WireReader } from './wire-reader';

type Double = number | 'NaN' | 'Infinity' | '-Infinity';

/** Field number of a kind within Metric. */
export const KIND_FIELDS: ReadonlyMap<number, MetricKind> = new Map([
  [5, 'gauge'],
  [7, 'sum'],
  [9, 'histogram'],
  [10, 'exponentialHistogram'],
  [11, 'summary'],
]);

/** Field number of the attributes within a data point. */
export const POINT_ATTRIBUTES: Readonly<Record<MetricKind, number>> = {
  gauge: 7,
  sum: 7,
  histogram: 9,
  exponentialHistogram: 1,
  summary: 7,
};

interface Exemplar {
  readonly filteredAttributes: readonly KeyValue[];
  readonly timeUnixNano: string;
  readonly asDouble?: Double;
  readonly asInt?: string;
  readonly spanId: string;
  readonly traceId: string;
}

/** The fields of a data point besides attributes, times and number, as OTLP/JSON; absent ones are left out. */
export type PointFields = Readonly<Record<string, unknown>>;

type Read = (reader: WireReader) => unknown;
type FieldReaders = ReadonlyMap<number, readonly [name: string, read: Read, repeated?: boolean]>;

const flags = scalar(WIRE_VARINT, (reader) => reader.uint32());
const double = scalar(WIRE_FIXED64, (reader) => doubleJson(reader.double()));
const count = scalar(WIRE_FIXED64, (reader) => reader.fixed64().toString());
const sint32 = scalar(WIRE_VARINT, (reader) => {
  const value = reader.uint32();
  return (value >>> 1) ^ -(value & 1);
});

const HISTOGRAM: FieldReaders = new Map<number, readonly [string, Read, boolean?]>([
  [4, ['count', count]],
  [5, ['sum', double]],
  [6, ['bucketCounts', packed(WIRE_FIXED64, (reader) => reader.fixed64().toString()), true]],
  [7, ['explicitBounds', packed(WIRE_FIXED64, (reader) => doubleJson(reader.double())), true]],
  [8, ['exemplars', exemplar, true]],
  [10, ['flags', flags]],
  [11, ['min', double]],
  [12, ['max', double]],
]);

const EXPONENTIAL: FieldReaders = new Map<number, readonly [string, Read, boolean?]>([
  [4, ['count', count]],
  [5, ['sum', double]],
  [6, ['scale', sint32]],
  [7, ['zeroCount', count]],
  [8, ['positive', buckets]],
  [9, ['negative', buckets]],
  [10, ['flags', flags]],
  [11, ['exemplars', exemplar, true]],
  [12, ['min', double]],
  [13, ['max', double]],
  [14, ['zeroThreshold', double]],
]);

const NUMBER: FieldReaders = new Map<number, readonly [string, Read, boolean?]>([
  [5, ['exemplars', exemplar, true]],
  [8, ['flags', flags]],
]);

const SUMMARY: FieldReaders = new Map<number, readonly [string, Read, boolean?]>([
  [4, ['count', count]],
  [5, ['sum', double]],
  [6, ['quantileValues', quantile, true]],
  [8, ['flags', flags]],
]);

const READERS: Readonly<Record<MetricKind, FieldReaders>> = {
  gauge: NUMBER,
  sum: NUMBER,
  histogram: HISTOGRAM,
  exponentialHistogram: EXPONENTIAL,
  summary: SUMMARY,
};

/** Reads all fields of `reader` into `into`. @throws WireError */
export function readPointFields(kind: MetricKind, reader: WireReader): PointFields {
  const fields: Record<string, unknown> = {};
  while (reader.next()) readPointField(kind, reader, fields);
  return fields;
}

/** Reads the field that the reader stands at, or skips it when the kind has none of that number. @throws WireError */
export function readPointField(kind: MetricKind, reader: WireReader, fields: Record<string, unknown>): void {
  const known = READERS[kind].get(reader.field);
  if (!known) {
    reader.skip();
    return;
  }
  const [name, read, repeated] = known;
  const value = read(reader);
  if (!repeated) fields[name] = value;
  else {
    // One by one: lists are long, and come in many pieces from old encoders.
    const list = (fields[name] as unknown[] | undefined) ?? [];
    if (Array.isArray(value)) for (const item of value) list.push(item);
    else list.push(value);
    fields[name] = list;
  }
}

function scalar<T>(wireType: number, read: (reader: WireReader) => T): (reader: WireReader) => T {
  return (reader) => {
    reader.expect(wireType);
    return read(reader);
  };
}

/** Repeated scalars come packed, or one by one from old encoders. */
function packed<T>(wireType: number, read: (reader: WireReader) => T): Read {
  return (reader) => {
    if (reader.wireType === wireType) {
      reader.charge(COST.item);
      return [read(reader)];
    }
    reader.expect(WIRE_BYTES);
    const run = reader.message();
    const values: T[] = [];
    while (run.pos < run.end) {
      run.charge(COST.item);
      values.push(read(run));
    }
    if (run.pos !== run.end) throw new WireError(`packed values end in the middle of one at byte ${run.end}`);
    return values;
  };
}

const bucketCounts = packed(WIRE_VARINT, (reader) => BigInt.asUintN(64, reader.int64()).toString());

function buckets(owner: WireReader): { offset: number; bucketCounts: string[] } {
  owner.expect(WIRE_BYTES);
  const reader = owner.message();
  let offset = 0;
  const counts: string[] = [];
  while (reader.next()) {
    if (reader.field === 1) offset = sint32(reader);
    else if (reader.field === 2) for (const item of bucketCounts(reader) as string[]) counts.push(item);
    else reader.skip();
  }
  return { offset, bucketCounts: counts };
}

function quantile(owner: WireReader): { quantile: Double; value: Double } {
  owner.expect(WIRE_BYTES);
  const reader = owner.message();
  let at: Double = 0;
  let value: Double = 0;
  while (reader.next()) {
    if (reader.field === 1) at = double(reader);
    else if (reader.field === 2) value = double(reader);
    else reader.skip();
  }
  return { quantile: at, value };
}

function exemplar(owner: WireReader): Exemplar {
  owner.expect(WIRE_BYTES);
  const reader = owner.message();
  const filteredAttributes: KeyValue[] = [];
  let timeUnixNano = '0';
  let number: { asDouble: Double } | { asInt: string } | object = {};
  let spanId = '';
  let traceId = '';
  while (reader.next()) {
    if (reader.field === 7) {
      reader.expect(WIRE_BYTES);
      filteredAttributes.push(readKeyValue(reader.message()));
    } else if (reader.field === 2) timeUnixNano = count(reader);
    else if (reader.field === 3) number = { asDouble: double(reader) };
    else if (reader.field === 6) {
      reader.expect(WIRE_FIXED64);
      number = { asInt: BigInt.asIntN(64, reader.fixed64()).toString() };
    } else if (reader.field === 4 || reader.field === 5) {
      reader.expect(WIRE_BYTES);
      const bytes = reader.view8();
      if (reader.field === 4) spanId = hexFromId(bytes, SPAN_ID_BYTES);
      else traceId = hexFromId(bytes, TRACE_ID_BYTES);
    } else reader.skip();
  }
  return { filteredAttributes, timeUnixNano, ...number, spanId, traceId };
}
