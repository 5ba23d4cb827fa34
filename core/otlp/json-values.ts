/**
 * Attribute values of the JSON encoding as protobuf. Senders that write JSON by hand leave out the wrapper that says the type, or
 * write attributes as an object: what is meant is plain, and it is read as that.
 */
import { bytesFromBase64 } from './base64';
import { asBoolean, asObject, get, isObject, type JsonObject, textOf, writeString } from './json-fields';
import { asDouble, asInteger } from './json-numbers';
import { JsonShapeError } from './json-shape-error';
import { MAX_NESTING } from './wire-reader';
import type { WireWriter } from './wire-writer';

type WriteValue = (out: WireWriter, value: unknown, at: string, depth: number) => void;

/** By the field that says the type. */
const TYPES: ReadonlyMap<string, WriteValue> = new Map<string, WriteValue>([
  ['stringValue', (out, value) => out.string(1, textOf(value) ?? JSON.stringify(value))],
  ['boolValue', (out, value, at) => out.varint(2, asBoolean(value, at) ? 1 : 0)],
  ['intValue', (out, value, at) => out.varint(3, asInteger(value, 'int64', at))],
  ['doubleValue', (out, value, at) => out.double(4, asDouble(value, at))],
  [
    'arrayValue',
    (out, value, at, depth) =>
      writeArray(out, Array.isArray(value) ? value : get(asObject(value, at), 'values'), at, depth),
  ],
  [
    'kvlistValue',
    (out, value, at, depth) => writeMap(out, isObject(value) ? (get(value, 'values') ?? value) : value, at, depth),
  ],
  ['bytesValue', (out, value, at) => out.data(7, asBytes(value, at))],
]);

export function writeAttributes(
  out: WireWriter,
  field: number,
  owner: JsonObject,
  at: string,
  name = 'attributes',
): void {
  writeKeyValues(out, field, get(owner, name), `${at}.${name}`, 0);
}

/**
 * The attributes of what holds records. A value that cannot be read is kept as the text that it was sent as, because all records
 * would be lost with it.
 */
export function writeOwnerAttributes(out: WireWriter, field: number, owner: JsonObject, at: string): void {
  writeKeyValues(out, field, get(owner, 'attributes'), `${at}.attributes`, 0, writeOrKeep);
}

function writeOrKeep(out: WireWriter, value: unknown, at: string, depth: number): void {
  const start = out.position;
  try {
    writeAnyValue(out, value, at, depth);
  } catch (error) {
    if (!(error instanceof JsonShapeError)) throw error;
    out.rewind(start);
    keepAsText(out, value);
  }
}

/** An AnyValue; what has no type is what it is. */
export function writeAnyValue(out: WireWriter, value: unknown, at: string, depth = 0): void {
  if (isObject(value)) {
    for (const [name, write] of TYPES) {
      const inner = get(value, name);
      if (inner !== undefined) {
        write(out, inner, `${at}.${name}`, depth);
        return;
      }
    }
  }
  writePlain(out, value, at, depth);
}

function writePlain(out: WireWriter, value: unknown, at: string, depth: number): void {
  if (typeof value === 'string') out.string(1, value);
  else if (typeof value === 'boolean') out.varint(2, value ? 1 : 0);
  else if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) out.varint(3, BigInt(value));
    else out.double(4, value);
  } else if (Array.isArray(value)) writeArray(out, value, at, depth);
  else if (isObject(value) && Object.values(value).some((one) => one !== null)) writeMap(out, value, at, depth);
}

function writeMap(out: WireWriter, values: unknown, at: string, depth: number): void {
  if (depth >= MAX_NESTING) keepAsText(out, values);
  else out.message(6, (message) => writeKeyValues(message, 1, values, at, depth + 1));
}

function writeArray(out: WireWriter, values: unknown, at: string, depth: number): void {
  if (values !== undefined && !Array.isArray(values)) throw new JsonShapeError(`${at}.values: not an array`);
  if (depth >= MAX_NESTING) keepAsText(out, values);
  else
    out.message(5, (message) => {
      for (const [i, item] of (values ?? []).entries()) {
        message.message(1, (inner) => writeAnyValue(inner, item, `${at}[${i}]`, depth + 1));
      }
    });
}

/** What is nested deeper than anything that reads it goes. */
function keepAsText(out: WireWriter, value: unknown): void {
  out.string(1, JSON.stringify(value ?? null));
}

/** A list of keys with values, or an object of them. */
function writeKeyValues(
  out: WireWriter,
  field: number,
  list: unknown,
  at: string,
  depth: number,
  write: WriteValue = writeAnyValue,
): void {
  if (list === undefined) return;
  if (isObject(list)) {
    for (const [key, value] of Object.entries(list)) {
      out.message(field, (message) => {
        message.string(1, key);
        if (value !== null) message.message(2, (inner) => write(inner, value, `${at}.${key}`, depth));
      });
    }
    return;
  }
  if (!Array.isArray(list)) throw new JsonShapeError(`${at}: not an array`);
  for (const [i, item] of list.entries()) {
    if (item === null) continue;
    const itemAt = `${at}[${i}]`;
    const attribute = asObject(item, itemAt);
    out.message(field, (message) => {
      writeString(message, 1, attribute, 'key', itemAt);
      const value = get(attribute, 'value');
      if (value !== undefined) message.message(2, (inner) => write(inner, value, `${itemAt}.value`, depth));
    });
  }
}

/** Base64, or a list of bytes, alone or as Node writes a buffer. */
function asBytes(value: unknown, at: string): Uint8Array {
  const list = isObject(value) ? value.data : value;
  const bytes = typeof value === 'string' ? bytesFromBase64(value) : Array.isArray(list) ? bytesOf(list) : null;
  if (!bytes) throw new JsonShapeError(`${at}: not base64`);
  return bytes;
}

function bytesOf(list: readonly unknown[]): Uint8Array | null {
  const isByte = (one: unknown): one is number =>
    typeof one === 'number' && Number.isInteger(one) && one >= 0 && one <= 255;
  return list.every(isByte) ? Uint8Array.from(list) : null;
}
