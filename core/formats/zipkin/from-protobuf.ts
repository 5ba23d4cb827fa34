/** Reads Zipkin v2 protobuf: zipkin.proto3.ListOfSpans (openzipkin/zipkin-api, zipkin.proto). */
import { hexFromBytes } from '../../model/ids';
import { COST, DecodeBudget } from '../../otlp/decode-budget';
import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT, WireError, WireReader } from '../../otlp/wire-reader';
import { NO_ENDPOINT, ZIPKIN_KINDS, type ZipkinEndpoint, type ZipkinSpan } from './span';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** @throws WireError, SpoorError PAYLOAD_TOO_LARGE */
export function zipkinSpansFromProtobuf(bytes: Uint8Array): ZipkinSpan[] {
  const spans: ZipkinSpan[] = [];
  const reader = new WireReader(bytes, 0, bytes.length, new DecodeBudget());
  while (reader.next()) {
    if (reader.field !== 1) reader.skip();
    else {
      reader.expect(WIRE_BYTES);
      reader.charge(COST.record);
      spans.push(spanOf(reader.message()));
    }
  }
  return spans;
}

function spanOf(reader: WireReader): ZipkinSpan {
  const annotations: { timestamp: bigint; value: string }[] = [];
  const tags: [string, string][] = [];
  const span: Mutable<ZipkinSpan> = {
    traceId: '',
    id: '',
    parentId: null,
    kind: null,
    name: '',
    timestamp: null,
    duration: null,
    localEndpoint: NO_ENDPOINT,
    remoteEndpoint: NO_ENDPOINT,
    annotations,
    tags,
    debug: false,
    shared: false,
  };
  while (reader.next()) {
    const wireType = WIRE_TYPES.get(reader.field);
    if (wireType === undefined) {
      reader.skip();
      continue;
    }
    reader.expect(wireType);
    if (reader.field === 1) span.traceId = id(reader, [8, 16]);
    else if (reader.field === 2) span.parentId = id(reader, [0, 8]) || null;
    else if (reader.field === 3) span.id = id(reader, [8]);
    else if (reader.field === 4) span.kind = ZIPKIN_KINDS[reader.uint32() - 1] ?? null;
    else if (reader.field === 5) span.name = reader.string();
    else if (reader.field === 6) span.timestamp = positive(reader.fixed64());
    else if (reader.field === 7) span.duration = positive(BigInt.asUintN(64, reader.int64()));
    else if (reader.field === 8) span.localEndpoint = endpoint(reader.message());
    else if (reader.field === 9) span.remoteEndpoint = endpoint(reader.message());
    else if (reader.field === 10) annotations.push(annotation(reader.message()));
    else if (reader.field === 11) tags.push(tag(reader.message()));
    else if (reader.field === 12) span.debug = reader.uint32() !== 0;
    else span.shared = reader.uint32() !== 0;
  }
  if (span.traceId === '' || span.id === '') throw new WireError('a span without traceId or id');
  return span;
}

const WIRE_TYPES = new Map([
  [1, WIRE_BYTES],
  [2, WIRE_BYTES],
  [3, WIRE_BYTES],
  [4, WIRE_VARINT],
  [5, WIRE_BYTES],
  [6, WIRE_FIXED64],
  [7, WIRE_VARINT],
  [8, WIRE_BYTES],
  [9, WIRE_BYTES],
  [10, WIRE_BYTES],
  [11, WIRE_BYTES],
  [12, WIRE_VARINT],
  [13, WIRE_VARINT],
]);

function id(reader: WireReader, lengths: readonly number[]): string {
  const bytes = reader.view8();
  const isId = lengths.includes(bytes.length);
  const hex = isId ? hexFromBytes(bytes, 0, bytes.length) : '';
  if (!isId || (hex !== '' && /^0+$/.test(hex))) {
    throw new WireError(`an id of ${bytes.length} bytes, or of zeros, at byte ${reader.tagStart}`);
  }
  return hex;
}

function positive(value: bigint): bigint | null {
  return value > 0n ? value : null;
}

function endpoint(reader: WireReader): ZipkinEndpoint {
  const result: Mutable<ZipkinEndpoint> = { ...NO_ENDPOINT };
  while (reader.next()) {
    if (reader.field === 1 && reader.wireType === WIRE_BYTES) result.serviceName = reader.string();
    else if (reader.field === 2 && reader.wireType === WIRE_BYTES) result.ipv4 = [...address(reader, 4)].join('.');
    else if (reader.field === 3 && reader.wireType === WIRE_BYTES) result.ipv6 = ipv6(address(reader, 16));
    else if (reader.field === 4 && reader.wireType === WIRE_VARINT) result.port = reader.uint32();
    else reader.skip();
  }
  return result;
}

/** Of another length it is none. */
function address(reader: WireReader, length: number): Uint8Array {
  const bytes = reader.view8();
  return bytes.length === length ? bytes : new Uint8Array(0);
}

function ipv6(bytes: Uint8Array): string {
  const groups: string[] = [];
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    groups.push((((bytes[i] as number) << 8) | (bytes[i + 1] as number)).toString(16));
  }
  return groups.join(':');
}

function annotation(reader: WireReader): { timestamp: bigint; value: string } {
  let timestamp = 0n;
  let value = '';
  while (reader.next()) {
    if (reader.field === 1 && reader.wireType === WIRE_FIXED64) timestamp = reader.fixed64();
    else if (reader.field === 2 && reader.wireType === WIRE_BYTES) value = reader.string();
    else reader.skip();
  }
  return { timestamp, value };
}

function tag(reader: WireReader): [string, string] {
  const pair: [string, string] = ['', ''];
  while (reader.next()) {
    if ((reader.field === 1 || reader.field === 2) && reader.wireType === WIRE_BYTES)
      pair[reader.field - 1] = reader.string();
    else reader.skip();
  }
  return pair;
}
