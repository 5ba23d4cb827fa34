/**
 * What the JSON encodings of the three signals share: fields, attribute values, resource and scope, written as protobuf. It is
 * lenient where real senders are sloppy (snake_case names, enum names, numbers for 64-bit integers, null for absent) and names
 * the place of anything it cannot read.
 */
import { bytesFromHex } from '../model/ids';
import { bytesFromBase64 } from './base64';
import { MAX_NESTING } from './wire-reader';
import { WireWriter } from './wire-writer';

export class JsonShapeError extends Error {
  override readonly name = 'JsonShapeError';
}

export type JsonObject = { readonly [key: string]: unknown };
/** Longer is no id of any kind, and not worth reading. */
const MAX_ID_DIGITS = 64;
const MAX_INT_DIGITS = 21;

type WriteRecord = (out: WireWriter, record: JsonObject, at: string) => void;

/** Names of the lists in an export request of one signal, from the outermost to the records. */
export interface EnvelopeNames {
  readonly resources: string;
  readonly scopes: string;
  readonly records: string;
}

/** An export request: resources, in them scopes, in them records. @throws JsonShapeError naming the first bad value */
export function protobufFromEnvelopes(request: unknown, names: EnvelopeNames, record: WriteRecord): Uint8Array {
  const writer = new WireWriter(64 * 1024);
  eachOf(asObject(request, 'the request'), names.resources, '', (resourceRecords, at) => {
    writer.message(1, (out) => {
      writeResource(out, resourceRecords, at);
      eachOf(resourceRecords, names.scopes, at, (scopeRecords, scopeAt) => {
        out.message(2, (message) => {
          writeScope(message, scopeRecords, scopeAt);
          eachOf(scopeRecords, names.records, scopeAt, (item, itemAt) =>
            message.message(2, (inner) => record(inner, item, itemAt)),
          );
          writeString(message, 3, scopeRecords, 'schemaUrl', scopeAt);
        });
      });
      writeString(out, 3, resourceRecords, 'schemaUrl', at);
    });
  });
  return writer.finish();
}

function writeResource(out: WireWriter, owner: JsonObject, at: string): void {
  const resource = optionalObject(owner, 'resource', at);
  if (!resource) return;
  out.message(1, (message) => {
    writeAttributes(message, 1, resource, `${at}.resource`);
    writeUint32(message, 2, resource, 'droppedAttributesCount', `${at}.resource`);
  });
}

function writeScope(out: WireWriter, owner: JsonObject, at: string): void {
  const scope = optionalObject(owner, 'scope', at);
  if (!scope) return;
  out.message(1, (message) => {
    writeString(message, 1, scope, 'name', `${at}.scope`);
    writeString(message, 2, scope, 'version', `${at}.scope`);
    writeAttributes(message, 3, scope, `${at}.scope`);
    writeUint32(message, 4, scope, 'droppedAttributesCount', `${at}.scope`);
  });
}

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
  else if (has('intValue')) out.varint(3, asInt64(get(value, 'intValue'), `${at}.intValue`));
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

/** An id that is not hex is written empty: the decoder then rejects that span alone, not the request. */
export function writeId(out: WireWriter, field: number, owner: JsonObject, name: string, at: string): void {
  const value = get(owner, name);
  if (value === undefined || value === '') return;
  const hex = asString(value, `${at}.${name}`);
  out.data(field, (hex.length > MAX_ID_DIGITS ? null : bytesFromHex(hex)) ?? new Uint8Array(1));
}

export function writeUint32(out: WireWriter, field: number, owner: JsonObject, name: string, at: string): void {
  const value = get(owner, name);
  if (value !== undefined) out.varint(field, asInt64(value, `${at}.${name}`) & 0xffff_ffffn);
}

export function writeFixed32(out: WireWriter, field: number, owner: JsonObject, name: string, at: string): void {
  const value = get(owner, name);
  if (value !== undefined) out.fixed32(field, Number(asInt64(value, `${at}.${name}`) & 0xffff_ffffn));
}

export function writeFixed64(out: WireWriter, field: number, owner: JsonObject, name: string, at: string): void {
  const value = get(owner, name);
  if (value !== undefined) out.fixed64(field, asInt64(value, `${at}.${name}`));
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
  // Patterns that repeat meet short texts only: over megabytes they overflow the stack of the engine.
  if (typeof value === 'string' && (value.length > MAX_INT_DIGITS || !/^-?\d+$/.test(value))) {
    const index = names.indexOf(value.startsWith(prefix) ? value.slice(prefix.length) : value);
    if (index < 0) throw new JsonShapeError(`${at}.${name}: unknown value ${JSON.stringify(value.slice(0, 40))}`);
    out.varint(field, index);
    return;
  }
  out.varint(field, asInt64(value, `${at}.${name}`));
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

function asObject(value: unknown, at: string): JsonObject {
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

export function asInt64(value: unknown, at: string): bigint {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  throw new JsonShapeError(`${at}: not a 64-bit integer`);
}

export function asDouble(value: unknown, at: string): number {
  if (typeof value === 'number') return value;
  if (value === 'NaN') return Number.NaN;
  if (value === 'Infinity') return Number.POSITIVE_INFINITY;
  if (value === '-Infinity') return Number.NEGATIVE_INFINITY;
  if (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))) return Number(value);
  throw new JsonShapeError(`${at}: not a number`);
}
