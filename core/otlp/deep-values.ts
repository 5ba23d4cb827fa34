/**
 * Attribute values that are nested deeper than anything that reads them goes: each is replaced by the text of its JSON, as in OTLP/JSON
 * (json-values.ts), and all else is copied as it came. Only requests that have such a value are written anew.
 */
import { base64FromBytes } from './base64';
import { checkAnyValue } from './check-body';
import { DecodeBudget } from './decode-budget';
import { doubleJson } from './proto-to-json';
import { MAX_NESTING, NestingError, WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT, WireReader } from './wire-reader';
import { WireWriter } from './wire-writer';

/** Messages by field number, down to attribute values. */
interface Shape {
  readonly [field: number]: Shape | typeof VALUE;
}
const VALUE = 'value';
const KEY_VALUE: Shape = { 2: VALUE };

function requestOf(record: Shape): Shape {
  const ofScope: Shape = { 1: { 3: KEY_VALUE }, 2: record };
  return { 1: { 1: { 1: KEY_VALUE }, 2: ofScope, 1000: ofScope } };
}

const EXEMPLAR: Shape = { 7: KEY_VALUE };
const NUMBERS: Shape = { 1: { 5: EXEMPLAR, 7: KEY_VALUE } };

export const REQUEST_SHAPES = {
  traces: requestOf({ 9: KEY_VALUE, 11: { 3: KEY_VALUE }, 13: { 4: KEY_VALUE } }),
  logs: requestOf({ 5: VALUE, 6: KEY_VALUE }),
  metrics: requestOf({
    5: NUMBERS,
    7: NUMBERS,
    9: { 1: { 8: EXEMPLAR, 9: KEY_VALUE } },
    10: { 1: { 1: KEY_VALUE, 11: EXEMPLAR } },
    11: { 1: { 7: KEY_VALUE } },
    12: KEY_VALUE,
  }),
} as const;

const ARRAY = 5;
const KVLIST = 6;
/** What is nested deeper within a text is in it as Base64 of its protobuf. */
const MAX_TEXT_NESTING = 1_000;

/** @throws WireError, SpoorError PAYLOAD_TOO_LARGE */
export function withoutDeepValues(request: Uint8Array, shape: Shape): Uint8Array {
  const out = new WireWriter(request.length + 1024);
  copy(out, new WireReader(request, 0, request.length, new DecodeBudget()), shape);
  return out.finish();
}

function copy(out: WireWriter, reader: WireReader, shape: Shape): void {
  while (reader.next()) {
    const inner = shape[reader.field];
    if (inner === undefined || reader.wireType !== WIRE_BYTES || (inner === VALUE && isShallow(reader))) {
      copyField(out, reader);
      continue;
    }
    const { field } = reader;
    const message = reader.message();
    out.message(
      field,
      (to) => (inner === VALUE ? copyValue(to, message, 0) : copy(to, message, inner)),
      sizeOf(message),
    );
  }
}

function copyField(out: WireWriter, reader: WireReader): void {
  reader.skip();
  out.raw(reader.bytes.subarray(reader.tagStart, reader.pos));
}

/** Whether the value that the reader is at can be copied as it is. */
function isShallow({ bytes, pos, end }: WireReader): boolean {
  try {
    checkAnyValue(new WireReader(bytes, pos, end).message(), 0);
    return true;
  } catch (error) {
    if (error instanceof NestingError) return false;
    throw error;
  }
}

function copyValue(out: WireWriter, reader: WireReader, depth: number): void {
  while (reader.next()) {
    const { field } = reader;
    if ((field !== ARRAY && field !== KVLIST) || reader.wireType !== WIRE_BYTES) copyField(out, reader);
    else if (depth >= MAX_NESTING) {
      const text = jsonOfList(reader.message(), field === KVLIST);
      reader.charge(text.length);
      out.string(1, text);
    } else {
      const items = reader.message();
      out.message(field, (to) => copyItems(to, items, field === KVLIST, depth + 1), sizeOf(items));
    }
  }
}

function copyItems(out: WireWriter, items: WireReader, isMap: boolean, depth: number): void {
  while (items.next()) {
    if (items.field !== 1 || items.wireType !== WIRE_BYTES) {
      copyField(out, items);
      continue;
    }
    const item = items.message();
    out.message(1, (to) => (isMap ? copyPair(to, item, depth) : copyValue(to, item, depth)), sizeOf(item));
  }
}

function copyPair(out: WireWriter, pair: WireReader, depth: number): void {
  while (pair.next()) {
    if (pair.field !== 2 || pair.wireType !== WIRE_BYTES) {
      copyField(out, pair);
      continue;
    }
    const value = pair.message();
    out.message(2, (to) => copyValue(to, value, depth), sizeOf(value));
  }
}

interface OpenList {
  readonly items: WireReader;
  readonly isMap: boolean;
  isEmpty: boolean;
}

/** Without recursion: it may be nested many thousand levels deep. */
function jsonOfList(list: WireReader, isMap: boolean): string {
  const text: string[] = [];
  const open: OpenList[] = [];
  const begin = (items: WireReader, ofPairs: boolean): void => {
    text.push(ofPairs ? '{' : '[');
    open.push({ items, isMap: ofPairs, isEmpty: true });
  };
  begin(list, isMap);
  for (let top = open.at(-1); top; top = open.at(-1)) {
    const { items } = top;
    if (!items.next()) {
      text.push(top.isMap ? '}' : ']');
      open.pop();
      continue;
    }
    if (items.field !== 1 || items.wireType !== WIRE_BYTES) {
      items.skip();
      continue;
    }
    if (!top.isEmpty) text.push(',');
    top.isEmpty = false;
    let value: WireReader | null = items.message();
    if (top.isMap) {
      const pair = readPair(value);
      text.push(`${quoted(pair.key, items)}:`);
      value = pair.value;
    }
    const found = value && listWithin(value);
    if (found && open.length < MAX_TEXT_NESTING) begin(found.items, found.isMap);
    else text.push(found ? base64Of(rangeOf(found.items), items) : jsonOfScalar(value));
  }
  return text.join('');
}

/** Charged before it is made: a control character becomes six. */
function quoted(text: string, { budget }: WireReader): string {
  let length = text.length;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < 0x20) length += 5;
  budget?.charge(length);
  return JSON.stringify(text);
}

function base64Of(bytes: Uint8Array, { budget }: WireReader): string {
  budget?.charge(Math.ceil(bytes.length / 3) * 4);
  return JSON.stringify(base64FromBytes(bytes));
}

function sizeOf({ pos, end }: WireReader): number {
  return end - pos;
}

function rangeOf({ bytes, pos, end }: WireReader): Uint8Array {
  return bytes.subarray(pos, end);
}

function readPair(pair: WireReader): { readonly key: string; readonly value: WireReader | null } {
  let key = '';
  let value: WireReader | null = null;
  while (pair.next()) {
    if (pair.field === 1 && pair.wireType === WIRE_BYTES) key = pair.string();
    else if (pair.field === 2 && pair.wireType === WIRE_BYTES) value = pair.message();
    else pair.skip();
  }
  return { key, value };
}

/** The array or map that an AnyValue is; null: it is neither. The reader stays where it is. */
function listWithin({ bytes, pos, end, budget }: WireReader): Pick<OpenList, 'items' | 'isMap'> | null {
  const reader = new WireReader(bytes, pos, end, budget);
  let found: Pick<OpenList, 'items' | 'isMap'> | null = null;
  while (reader.next()) {
    const isMap = reader.field === KVLIST;
    if ((isMap || reader.field === ARRAY) && reader.wireType === WIRE_BYTES) found = { items: reader.message(), isMap };
    else reader.skip();
  }
  return found;
}

/** Of an AnyValue that is no list; of one that is nothing: null. */
function jsonOfScalar(reader: WireReader | null): string {
  let json = 'null';
  while (reader?.next()) {
    const { field, wireType } = reader;
    if (field === 1 && wireType === WIRE_BYTES) json = quoted(reader.string(), reader);
    else if (field === 2 && wireType === WIRE_VARINT) json = String(reader.uint32() !== 0);
    else if (field === 3 && wireType === WIRE_VARINT) json = reader.int64Text();
    else if (field === 4 && wireType === WIRE_FIXED64) json = JSON.stringify(doubleJson(reader.double()));
    else if (field === 7 && wireType === WIRE_BYTES) json = base64Of(reader.view8(), reader);
    else reader.skip();
  }
  return json;
}
