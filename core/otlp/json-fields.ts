/**
 * What the JSON encodings of the three signals share: fields, attribute values, resource and scope, written as protobuf. It is
 * lenient where real senders are sloppy (snake_case names, enum names, numbers for 64-bit integers, null for absent) and names
 * the place of anything it cannot read.
 */
import { bytesFromHex } from '../model/ids';
import { bytesFromBase64 } from './base64';
import { asDouble, asInteger, type IntegerType } from './json-numbers';
import { JsonShapeError } from './json-shape-error';
import { MAX_NESTING } from './wire-reader';
import type { WireWriter } from './wire-writer';

export type JsonObject = { readonly [key: string]: unknown };
/** Longer is no id of any kind, and not worth reading. */
const MAX_ID_DIGITS = 64;

export function writeAttributes(
  out: WireWriter,
  field: number,
  owner: JsonObject,
  at: string,
  name = 'attributes',
): void {
  eachOf(owner, name, at, (attribute, attributeAt) => writeKeyValue(out, field, attribute, attributeAt, 0));
}

function writeKeyValue(out: WireWriter, field: number, attribute: JsonObject, at: string, depth: number): void {
  out.message(field, (message) => {
    writeString(message, 1, attribute, 'key', at);
    const value = optionalObject(attribute, 'value', at);
    if (value) message.message(2, (inner) => writeAnyValue(inner, value, `${at}.value`, depth));
  });
}

export function writeAnyValue(out: WireWriter, value: JsonObject, at: string, depth = 0): void {
  if (depth > MAX_NESTING) throw new JsonShapeError(`${at}: attribute values nested deeper than ${MAX_NESTING}`);
  const has = (name: string): boolean => get(value, name) !== undefined;
  if (has('stringValue')) out.string(1, asString(get(value, 'stringValue'), `${at}.stringValue`));
  else if (has('boolValue')) out.varint(2, asBoolean(get(value, 'boolValue'), `${at}.boolValue`) ? 1 : 0);
  else if (has('intValue')) out.varint(3, asInteger(get(value, 'intValue'), 'int64', `${at}.intValue`));
  else if (has('doubleValue')) out.double(4, asDouble(get(value, 'doubleValue'), `${at}.doubleValue`));
  else if (has('arrayValue')) {
    const array = asObject(get(value, 'arrayValue'), `${at}.arrayValue`);
    out.message(5, (message) => {
      eachOf(array, 'values', `${at}.arrayValue`, (item, itemAt) => {
        message.message(1, (inner) => writeAnyValue(inner, item, itemAt, depth + 1));
      });
    });
  } else if (has('kvlistValue')) {
    const list = asObject(get(value, 'kvlistValue'), `${at}.kvlistValue`);
    out.message(6, (message) => {
      eachOf(list, 'values', `${at}.kvlistValue`, (item, itemAt) => writeKeyValue(message, 1, item, itemAt, depth + 1));
    });
  } else if (has('bytesValue')) {
    const bytes = bytesFromBase64(asString(get(value, 'bytesValue'), `${at}.bytesValue`));
    if (!bytes) throw new JsonShapeError(`${at}.bytesValue: not base64`);
    out.data(7, bytes);
  }
}

// --- fields -------------------------------------------------------------------------------------------------------

export function writeString(out: WireWriter, field: number, owner: JsonObject, name: string, at: string): void {
  const value = get(owner, name);
  if (value !== undefined) out.string(field, asString(value, `${at}.${name}`));
}

/** Zeros, however many, mean no id. One that is not hex is written as one byte: the decoder then judges it, as one of a wrong length. */
export function writeId(out: WireWriter, field: number, owner: JsonObject, name: string, at: string): void {
  const value = get(owner, name);
  if (value === undefined) return;
  const hex = asString(value, `${at}.${name}`);
  if (hex.length > MAX_ID_DIGITS) out.data(field, new Uint8Array(1).fill(1));
  else if (!/^0*$/.test(hex)) out.data(field, bytesFromHex(hex) ?? new Uint8Array(1).fill(1));
}

export function writeUint32(out: WireWriter, field: number, owner: JsonObject, name: string, at: string): void {
  const value = get(owner, name);
  if (value !== undefined) out.varint(field, asInteger(value, 'uint32', `${at}.${name}`));
}

export function writeFixed32(out: WireWriter, field: number, owner: JsonObject, name: string, at: string): void {
  const value = get(owner, name);
  if (value !== undefined) out.fixed32(field, Number(asInteger(value, 'uint32', `${at}.${name}`)));
}

export function writeFixed64(
  out: WireWriter,
  field: number,
  owner: JsonObject,
  name: string,
  at: string,
  type: IntegerType = 'uint64',
): void {
  const value = get(owner, name);
  if (value !== undefined) out.fixed64(field, asInteger(value, type, `${at}.${name}`));
}

export function writeDouble(out: WireWriter, field: number, owner: JsonObject, name: string, at: string): void {
  const value = get(owner, name);
  if (value !== undefined) out.double(field, asDouble(value, `${at}.${name}`));
}

export function writeEnum(
  out: WireWriter,
  field: number,
  owner: JsonObject,
  name: string,
  prefix: string,
  names: readonly string[],
  at: string,
): void {
  const value = get(owner, name);
  if (value === undefined) return;
  if (typeof value === 'string' && /^[A-Za-z]/.test(value)) {
    const index = names.indexOf(value.startsWith(prefix) ? value.slice(prefix.length) : value);
    if (index < 0) throw new JsonShapeError(`${at}.${name}: unknown value ${JSON.stringify(value.slice(0, 40))}`);
    out.varint(field, index);
    return;
  }
  out.varint(field, asInteger(value, 'int32', `${at}.${name}`));
}

// --- values -------------------------------------------------------------------------------------------------------

/** A field by its camelCase or snake_case name; null counts as absent. */
export function get(owner: JsonObject, name: string): unknown {
  const value = Object.hasOwn(owner, name) ? owner[name] : owner[snakeCase(name)];
  return value ?? undefined;
}

const snakeNames = new Map<string, string>();

function snakeCase(name: string): string {
  let snake = snakeNames.get(name);
  if (snake === undefined) {
    snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    snakeNames.set(name, snake);
  }
  return snake;
}

export function eachOf(
  owner: JsonObject,
  name: string,
  at: string,
  visit: (item: JsonObject, at: string) => void,
): void {
  const list = get(owner, name);
  if (list === undefined) return;
  const listAt = at === '' ? name : `${at}.${name}`;
  if (!Array.isArray(list)) throw new JsonShapeError(`${listAt}: not an array`);
  for (let i = 0; i < list.length; i++) visit(asObject(list[i], `${listAt}[${i}]`), `${listAt}[${i}]`);
}

export function optionalObject(owner: JsonObject, name: string, at: string): JsonObject | undefined {
  const value = get(owner, name);
  return value === undefined ? undefined : asObject(value, `${at}.${name}`);
}

export function asObject(value: unknown, at: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new JsonShapeError(`${at}: not an object`);
  }
  return value as JsonObject;
}

function asString(value: unknown, at: string): string {
  if (typeof value !== 'string') throw new JsonShapeError(`${at}: not a string`);
  return value;
}

export function asBoolean(value: unknown, at: string): boolean {
  if (typeof value !== 'boolean') throw new JsonShapeError(`${at}: not true or false`);
  return value;
}
