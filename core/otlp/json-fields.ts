/**
 * Fields that the JSON encodings of the three signals share, written as protobuf. They are read leniently where real senders are
 * sloppy (snake_case names, enum names in any case, numbers for text and text for numbers, times of RFC 3339, ids in base64, null
 * for absent), and the place of anything that cannot be read is named.
 */
import { bytesFromHex, SPAN_ID_BYTES, TRACE_ID_BYTES } from '../model/ids';
import { nsFromText } from '../model/time';
import { bytesFromBase64 } from './base64';
import { asDouble, asInteger, type IntegerType } from './json-numbers';
import { JsonShapeError } from './json-shape-error';
import type { WireWriter } from './wire-writer';

export type JsonObject = { readonly [key: string]: unknown };

/** Longer is no id of any kind, and not worth reading. */
const MAX_ID_DIGITS = 64;

// --- fields -------------------------------------------------------------------------------------------------------

export function writeString(out: WireWriter, field: number, owner: JsonObject, name: string, at: string): void {
  const value = get(owner, name);
  if (value !== undefined) out.string(field, asString(value, `${at}.${name}`));
}

/**
 * Hex, with or without the dashes of a UUID, or base64, as other JSON encodings of protobuf have it. Zeros, however many, mean no id.
 * One that cannot be read is written as one byte: the decoder then judges it, as one of a wrong length.
 */
export function writeId(out: WireWriter, field: number, owner: JsonObject, name: string, at: string): void {
  const value = get(owner, name);
  if (value === undefined) return;
  const hex = asString(value, `${at}.${name}`);
  if (hex.length > MAX_ID_DIGITS) out.data(field, new Uint8Array(1).fill(1));
  else if (!/^0*$/.test(hex)) {
    const length = name === 'traceId' ? TRACE_ID_BYTES : SPAN_ID_BYTES;
    const base64 = bytesFromBase64(hex);
    const bytes = bytesFromHex(hex.replace(/^0x|-/gi, '')) ?? (base64?.length === length ? base64 : null);
    out.data(field, bytes ?? new Uint8Array(1).fill(1));
  }
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

/** Nanoseconds since the epoch, RFC 3339 (in UTC where it names no zone), or seconds and nanoseconds apart. */
export function writeTime(out: WireWriter, field: number, owner: JsonObject, name: string, at: string): void {
  const value = get(owner, name);
  if (value === undefined || value === '') return;
  out.fixed64(field, dateOf(value) ?? partsOf(value, `${at}.${name}`) ?? asInteger(value, 'uint64', `${at}.${name}`));
}

function dateOf(value: unknown): bigint | null {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d[Tt ]/.test(value)) return null;
  const ns = nsFromText(value) ?? nsFromText(`${value}Z`);
  return ns !== null && ns >= 0n ? ns : null;
}

/** As OpenTelemetry for JavaScript has times in memory, and protobuf its timestamps. */
function partsOf(value: unknown, at: string): bigint | null {
  const parts =
    Array.isArray(value) && value.length === 2 ? value : isObject(value) ? [value.seconds, value.nanos ?? 0] : null;
  if (!parts) return null;
  const [seconds, nanoseconds] = parts.map((part) => asInteger(part, 'uint64', at));
  const ns = (seconds as bigint) * 1_000_000_000n + (nanoseconds as bigint);
  if (ns >= 2n ** 64n) throw new JsonShapeError(`${at}: beyond the range of uint64`);
  return ns;
}

export function writeDouble(out: WireWriter, field: number, owner: JsonObject, name: string, at: string): void {
  const value = get(owner, name);
  if (value !== undefined) out.double(field, asDouble(value, `${at}.${name}`));
}

/** Told of a name that means nothing here, which is left out. */
export interface UnknownNames {
  leaveUnspecified(what: string): void;
}

/** An enum by the names of its values, in order. */
export interface EnumNames {
  readonly prefix: string;
  readonly names: readonly string[];
}

/** A number, or a name with or without the prefix. */
export function writeEnum(
  out: WireWriter,
  field: number,
  owner: JsonObject,
  name: string,
  { prefix, names }: EnumNames,
  at: string,
  unknown: UnknownNames,
): void {
  const value = get(owner, name);
  if (value === undefined || value === '') return;
  if (typeof value === 'string' && /^[A-Za-z]/.test(value)) {
    const said = value.slice(value.lastIndexOf('.') + 1).toUpperCase();
    const index = names.indexOf(said.startsWith(prefix) ? said.slice(prefix.length) : said);
    if (index >= 0) out.varint(field, index);
    else unknown.leaveUnspecified(`${at}.${name} ${JSON.stringify(value.slice(0, 40))}`);
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

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asObject(value: unknown, at: string): JsonObject {
  if (!isObject(value)) throw new JsonShapeError(`${at}: not an object`);
  return value;
}

/** Null: it has parts. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

function asString(value: unknown, at: string): string {
  const text = textOf(value);
  if (text === null) throw new JsonShapeError(`${at}: not a string`);
  return text;
}

export function asBoolean(value: unknown, at: string): boolean {
  const said = textOf(value)?.trim().toLowerCase();
  if (said === 'true' || said === '1') return true;
  if (said === 'false' || said === '0') return false;
  throw new JsonShapeError(`${at}: not true or false`);
}
