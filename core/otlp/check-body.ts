/**
 * Checks what is stored as it came, without building anything: one pass over the bytes with one reader, every known field of the
 * type that the schema gives it. Whatever passes here, proto-to-json.ts can read later.
 */
import { COST } from './decode-budget';
import {
  MAX_NESTING,
  NestingError,
  WIRE_BYTES,
  WIRE_FIXED32,
  WIRE_FIXED64,
  WIRE_VARINT,
  type WireReader,
} from './wire-reader';

type Check = (reader: WireReader, depth: number) => void;
/** By field number: its wire type, or the check of the message in it. Fields it does not name are skipped. */
type Fields = readonly (number | Check | undefined)[];

/** @throws WireError by the check when the reader's range is not such a message */
function message(fields: () => Fields): Check {
  return (reader, depth) => {
    while (reader.next()) checkField(reader, fields(), depth);
  };
}

function checkField(reader: WireReader, fields: Fields, depth: number): void {
  const expected = fields[reader.field];
  if (expected === undefined) reader.skip();
  else if (typeof expected === 'number') {
    reader.expect(expected);
    reader.skip();
  } else {
    reader.expect(WIRE_BYTES);
    reader.charge(COST.item);
    const length = reader.skipLengthDelimited();
    const { pos, end } = reader;
    reader.reset(pos - length, pos);
    expected(reader, depth);
    reader.reset(pos, end);
  }
}

/** @throws WireError */
export const checkAnyValue: Check = (reader, depth) => {
  if (depth > MAX_NESTING) throw new NestingError();
  while (reader.next()) checkField(reader, ANY_VALUE, depth + 1);
};

const ARRAY: Fields = [undefined, checkAnyValue];
const KEY_VALUE: Fields = [undefined, WIRE_BYTES, checkAnyValue];
/** @throws WireError when the reader's range is not a KeyValue. */
export const checkKeyValue: Check = message(() => KEY_VALUE);
const KEY_VALUE_LIST: Fields = [undefined, checkKeyValue];
const ANY_VALUE: Fields = [
  undefined,
  WIRE_BYTES,
  WIRE_VARINT,
  WIRE_VARINT,
  WIRE_FIXED64,
  message(() => ARRAY),
  message(() => KEY_VALUE_LIST),
  WIRE_BYTES,
];

const EVENT: Fields = [undefined, WIRE_FIXED64, WIRE_BYTES, checkKeyValue, WIRE_VARINT];
const LINK: Fields = [undefined, WIRE_BYTES, WIRE_BYTES, WIRE_BYTES, checkKeyValue, WIRE_VARINT, WIRE_FIXED32];
const STATUS: Fields = [undefined, undefined, WIRE_BYTES, WIRE_VARINT];
const RESOURCE: Fields = [undefined, checkKeyValue, WIRE_VARINT];
const SCOPE: Fields = [undefined, WIRE_BYTES, WIRE_BYTES, checkKeyValue, WIRE_VARINT];

/** @throws WireError */
export const checkResource: Check = message(() => RESOURCE);
/** @throws WireError */
export const checkScope: Check = message(() => SCOPE);

/** The Span fields that no column holds. */
const SPAN: Fields = Object.assign(new Array<number | Check | undefined>(17), {
  3: WIRE_BYTES,
  10: WIRE_VARINT,
  11: message(() => EVENT),
  12: WIRE_VARINT,
  13: message(() => LINK),
  14: WIRE_VARINT,
  15: message(() => STATUS),
  16: WIRE_FIXED32,
});

/** Checks the current field of a Span message and moves behind it. @throws WireError */
export function checkSpanField(reader: WireReader): void {
  checkField(reader, SPAN, 0);
}
