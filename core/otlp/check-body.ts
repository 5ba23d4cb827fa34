/**
 * Checks the parts of a span that are stored as they came, without building anything: one pass over the bytes with one reader.
 * Whatever passes here, `decodeSpanBody` can read later.
 */
import {
  MAX_NESTING,
  WIRE_BYTES,
  WIRE_FIXED32,
  WIRE_FIXED64,
  WIRE_VARINT,
  WireError,
  type WireReader,
} from './wire-reader';

/** Runs `check` over the length-delimited field that the reader stands at, then moves behind it. */
function within(reader: WireReader, check: (reader: WireReader, depth: number) => void, depth: number): void {
  const length = reader.skipLengthDelimited();
  const { pos, end } = reader;
  reader.reset(pos - length, pos);
  check(reader, depth);
  reader.reset(pos, end);
}

const ANY_VALUE_WIRE_TYPES = [
  -1,
  WIRE_BYTES,
  WIRE_VARINT,
  WIRE_VARINT,
  WIRE_FIXED64,
  WIRE_BYTES,
  WIRE_BYTES,
  WIRE_BYTES,
];

function checkAnyValue(reader: WireReader, depth: number): void {
  if (depth > MAX_NESTING) throw new WireError(`attribute values nested deeper than ${MAX_NESTING}`);
  while (reader.next()) {
    const wireType = ANY_VALUE_WIRE_TYPES[reader.field];
    if (wireType !== undefined) reader.expect(wireType);
    if (reader.field === 5) within(reader, checkArray, depth + 1);
    else if (reader.field === 6) within(reader, checkKeyValueList, depth + 1);
    else reader.skip();
  }
}

function checkArray(reader: WireReader, depth: number): void {
  while (reader.next()) {
    if (reader.field === 1 && reader.wireType === WIRE_BYTES) within(reader, checkAnyValue, depth);
    else reader.skip();
  }
}

function checkKeyValueList(reader: WireReader, depth: number): void {
  while (reader.next()) {
    if (reader.field === 1 && reader.wireType === WIRE_BYTES) within(reader, checkKeyValue, depth);
    else reader.skip();
  }
}

/** @throws WireError when the reader's range is not a KeyValue. */
export function checkKeyValue(reader: WireReader, depth: number): void {
  while (reader.next()) {
    if (reader.field === 2 && reader.wireType === WIRE_BYTES) within(reader, checkAnyValue, depth);
    else reader.skip();
  }
}

function checkEvent(reader: WireReader): void {
  while (reader.next()) {
    if (reader.field === 3 && reader.wireType === WIRE_BYTES) within(reader, checkKeyValue, 0);
    else reader.skip();
  }
}

function checkLink(reader: WireReader): void {
  while (reader.next()) {
    if (reader.field === 4 && reader.wireType === WIRE_BYTES) within(reader, checkKeyValue, 0);
    else reader.skip();
  }
}

/** The wire types of the Span fields that stay in the body. */
const BODY_WIRE_TYPES = new Map([
  [3, WIRE_BYTES],
  [10, WIRE_VARINT],
  [11, WIRE_BYTES],
  [12, WIRE_VARINT],
  [13, WIRE_BYTES],
  [14, WIRE_VARINT],
  [16, WIRE_FIXED32],
]);

/** Checks the current field of a Span message and moves behind it. @throws WireError */
export function checkSpanField(reader: WireReader): void {
  const wireType = BODY_WIRE_TYPES.get(reader.field);
  if (wireType !== undefined) reader.expect(wireType);
  if (reader.field === 11) within(reader, checkEvent, 0);
  else if (reader.field === 13) within(reader, checkLink, 0);
  else reader.skip();
}
