/**
 * Trace and span ids. On the wire and in columns they are bytes (16 and 8), in the API lower-case hex (32 and 16
 * characters), in SQL `uuid` and `int8`. Validity: W3C Trace Context, section 3.2.2 (at least one non-zero byte).
 */
declare const brand: unique symbol;
export type TraceId = string & { readonly [brand]: 'TraceId' };
export type SpanId = string & { readonly [brand]: 'SpanId' };

export const TRACE_ID_BYTES = 16;
export const SPAN_ID_BYTES = 8;

const DIGITS = '0123456789abcdef';
/** An id has 16. */
const LONG_BYTES = 64;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lower-case hex of `length` bytes from `offset`. */
export function hexFromBytes(bytes: Uint8Array, offset: number, length: number): string {
  if (length > LONG_BYTES) return longHex(bytes.subarray(offset, offset + length));
  let hex = '';
  for (let i = offset; i < offset + length; i++) hex += HEX[bytes[i] as number];
  return hex;
}

/** A text put together by twos is an object of the engine for each two: what is long is written in one piece. */
function longHex(bytes: Uint8Array): string {
  const digits = new Uint8Array(2 * bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    digits[2 * i] = DIGITS.charCodeAt(byte >> 4);
    digits[2 * i + 1] = DIGITS.charCodeAt(byte & 15);
  }
  return new TextDecoder().decode(digits);
}

/** The id as hex; empty when it is none: of another length, or all zero. */
export function hexFromId(id: Uint8Array, length: number): string {
  return id.length === length && !isZero(id, 0, length) ? hexFromBytes(id, 0, length) : '';
}

/** Bytes of a hex string in either case, or null when it is not hex. */
export function bytesFromHex(hex: string): Uint8Array | null {
  if (hex.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(hex)) return null;
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** The id in canonical form, or null unless `text` is 32 hex digits that are not all zero. */
export function parseTraceId(text: string): TraceId | null {
  return /^[0-9a-fA-F]{32}$/.test(text) && !/^0+$/.test(text) ? (text.toLowerCase() as TraceId) : null;
}

/** The id in canonical form, or null unless `text` is 16 hex digits that are not all zero. */
export function parseSpanId(text: string): SpanId | null {
  return /^[0-9a-fA-F]{16}$/.test(text) && !/^0+$/.test(text) ? (text.toLowerCase() as SpanId) : null;
}

/** The signed 64-bit value under which SQL stores a span id. */
export function int8FromSpanId(id: SpanId): bigint {
  return BigInt.asIntN(64, BigInt(`0x${id}`));
}

export function spanIdFromInt8(value: bigint): SpanId {
  return BigInt.asUintN(64, value).toString(16).padStart(16, '0') as SpanId;
}

/** Whether all of `length` bytes from `offset` are zero: an absent or invalid id. */
export function isZero(bytes: Uint8Array, offset: number, length: number): boolean {
  for (let i = offset; i < offset + length; i++) if (bytes[i] !== 0) return false;
  return true;
}
