/**
 * JSON within text, as it is meant: what stands between quotes without its escapes, also where it is JSON again, is cut off, or was written by
 * Python. Decoded in place, as nothing becomes longer: the text of a prompt may be megabytes, and is read while spans are stored.
 */
import { grown } from '../model/growing';

/** JSON in JSON in JSON: a model's answer, in it the arguments of a tool, in them a document. */
const MAX_DEPTH = 6;

const BACKSLASH = 0x5c;
const DOUBLE = 0x22;
const SINGLE = 0x27;

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder();

let scratch = new Uint8Array(4 * 1024);

/** The text as it is meant; none where it is as it is written. */
export function fromEscapes(text: string): string[] {
  if (!text.includes('\\')) return [];
  const bytes = utf8Encoder.encode(text);
  const meant = unescapedBytes(bytes, 0, bytes.length);
  return meant ? [utf8Decoder.decode(meant)] : [];
}

/** UTF-8 as it is meant, until the next call; null: it holds no JSON with escapes. */
export function unescapedBytes(bytes: Uint8Array, start: number, end: number): Uint8Array | null {
  const from = firstOfJson(bytes, start, end);
  if (from < 0 || !bytes.subarray(from, end).includes(BACKSLASH)) return null;
  if (scratch.length < end - start) scratch = grown(scratch, end - start);
  const size = end - start;
  scratch.set(bytes.subarray(start, end));
  const length = decode(scratch, from - start, size, from - start, 0);
  return length === size ? null : scratch.subarray(0, length);
}

/** Where the first value begins that is JSON by its look: a quote that begins the text, or a bracket followed by what may follow it; -1: none. */
function firstOfJson(bytes: Uint8Array, start: number, end: number): number {
  let isFirst = true;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (isSpace(byte)) continue;
    if (byte === DOUBLE && isFirst) return i;
    isFirst = false;
    if (byte !== 0x7b && byte !== 0x5b) continue;
    let next = i + 1;
    while (next < end && isSpace(bytes[next] as number)) next++;
    const after = bytes[next];
    if (after === DOUBLE || after === SINGLE || after === 0x7b || after === 0x5b) return i;
    i = next - 1;
  }
  return -1;
}

/** Moves `start` to `end` to `at`, with what is quoted decoded. @returns where it ends then */
function decode(bytes: Uint8Array, start: number, end: number, at: number, depth: number): number {
  let quote = 0;
  let opened = 0;
  /** Without a backslash that is left, there is nothing more to decode in a text. */
  let isEscaped = false;
  let to = at;
  for (let i = start; i < end; ) {
    let byte = bytes[i] as number;
    if (quote === 0) {
      bytes[to++] = byte;
      i++;
      if (byte === DOUBLE || byte === SINGLE) {
        quote = byte;
        opened = to;
        isEscaped = false;
      }
      continue;
    }
    while (byte !== quote && byte !== BACKSLASH) {
      bytes[to++] = byte;
      if (++i === end) break;
      byte = bytes[i] as number;
    }
    if (i === end) break;
    if (byte === quote) {
      if (isEscaped) to = decodeWithin(bytes, opened, to, depth);
      bytes[to++] = byte;
      i++;
      quote = 0;
    } else {
      i = decodeEscape(bytes, i, end, to);
      if (bytes[to] === BACKSLASH) isEscaped = true;
      to = written;
    }
  }
  return quote !== 0 && isEscaped ? decodeWithin(bytes, opened, to, depth) : to;
}

/** What a quoted text holds may be JSON, too. */
function decodeWithin(bytes: Uint8Array, start: number, end: number, depth: number): number {
  if (depth >= MAX_DEPTH) return end;
  const from = firstOfJson(bytes, start, end);
  return from < 0 ? end : decode(bytes, from, end, from, depth + 1);
}

/** Where `decodeEscape` left off. */
let written = 0;

/** What a letter after a backslash stands for; 0: more than itself says, or nothing. */
const SINGLE_LETTERS = new Uint8Array(256);
for (const [letter = '', of = ''] of ['n\n', 'r\r', 't\t', 'b\b', 'f\f', '""', "''", '//', '\\\\']) {
  SINGLE_LETTERS[letter.charCodeAt(0)] = of.charCodeAt(0);
}

/** Writes what an escape stands for. @returns where the text goes on */
function decodeEscape(bytes: Uint8Array, at: number, end: number, to: number): number {
  const letter = at + 1 < end ? (bytes[at + 1] as number) : 0;
  const single = SINGLE_LETTERS[letter] as number;
  if (single !== 0) {
    bytes[to] = single;
    written = to + 1;
    return at + 2;
  }
  const digits = letter === 0x75 ? 4 : letter === 0x78 ? 2 : letter === 0x55 ? 8 : 0;
  let code = digits === 0 ? -1 : hex(bytes, at + 2, Math.min(end, at + 2 + digits), digits);
  let next = at + 2 + digits;
  if (code < 0) {
    // None that we know: it stays.
    bytes[to] = BACKSLASH;
    written = to + 1;
    return at + 1;
  }
  if (code >= 0xd800 && code < 0xdc00 && bytes[next] === BACKSLASH && bytes[next + 1] === 0x75) {
    const low = hex(bytes, next + 2, Math.min(end, next + 6), 4);
    if (low >= 0xdc00 && low < 0xe000) {
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      next += 6;
    }
  }
  written = writeUtf8(bytes, to, code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? 0xfffd : code);
  return next;
}

function hex(bytes: Uint8Array, start: number, end: number, digits: number): number {
  if (end - start !== digits) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    const lower = byte | 0x20;
    if (byte >= 0x30 && byte <= 0x39) value = value * 16 + byte - 0x30;
    else if (lower >= 0x61 && lower <= 0x66) value = value * 16 + lower - 0x57;
    else return -1;
  }
  return value;
}

function writeUtf8(bytes: Uint8Array, at: number, code: number): number {
  let to = at;
  if (code < 0x80) bytes[to++] = code;
  else if (code < 0x800) bytes[to++] = 0xc0 | (code >> 6);
  else if (code < 0x10000) {
    bytes[to++] = 0xe0 | (code >> 12);
    bytes[to++] = 0x80 | ((code >> 6) & 0x3f);
  } else {
    bytes[to++] = 0xf0 | (code >> 18);
    bytes[to++] = 0x80 | ((code >> 12) & 0x3f);
    bytes[to++] = 0x80 | ((code >> 6) & 0x3f);
  }
  if (code >= 0x80) bytes[to++] = 0x80 | (code & 0x3f);
  return to;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
