/**
 * Parses JSON without losing digits: numbers that may be integers and that a double might not hold come out as decimal strings, which
 * OTLP/JSON allows wherever it has numbers. `JSON.parse` alone would round a time of nanoseconds to 256. What the parser would make of the text
 * is bounded first: two characters can become an object of sixty bytes. What is nested too deep comes out as the text that it was, unchecked, so that
 * one value does not cost the others.
 */
import { DecodeBudget } from './decode-budget';

/** What the engine takes for them. A key that was not met before is a text of its own, and mostly another shape of object. */
const CONTAINER_COST = 48;
const MEMBER_COST = 32;
const NEW_KEY_COST = 160;
const ELEMENT_COST = 24;
/** Telemetry of 64 MiB in JSON stays below it: an attribute takes 240 of it, and 41 characters at least. */
const MAX_PARSED_BYTES = 384 * 1024 * 1024;
/** A text that is shorter cannot cost more than may be. */
const HARMLESS_BYTES = 1024 * 1024;
/** Attribute values may be nested 64 deep, at four levels each. */
const MAX_DEPTH = 512;
/** Fewer digits always fit a double (2^53 has 16). */
const LONG_DIGITS = 16;

const BLANK = 32;
const QUOTE = 34;
const PLUS = 43;
const COMMA = 44;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const COLON = 58;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** @throws SyntaxError as `JSON.parse` does, SpoorError PAYLOAD_TOO_LARGE */
export function parseExactJson(bytes: Uint8Array): unknown {
  const parts = partsToQuote(bytes);
  return JSON.parse(textOf(parts.length === 0 ? bytes : quoted(bytes, parts)));
}

/** Whether `parseExactJson` may be let at it. @throws SyntaxError nested too deep without an end, SpoorError PAYLOAD_TOO_LARGE */
export function checkJson(bytes: Uint8Array): void {
  partsToQuote(bytes);
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new SyntaxError('it is not UTF-8');
  }
}

/**
 * Where the numbers of many digits, and the lists and objects that are nested too deep, begin and end, by turns. One pass, which also charges
 * for what the parser will make. By hand, because a pattern over a text of megabytes overflows the stack of the engine.
 */
function partsToQuote(bytes: Uint8Array): number[] {
  const budget = new DecodeBudget(MAX_PARSED_BYTES);
  const found: number[] = [];
  const keys = bytes.length > HARMLESS_BYTES ? new KnownKeys(bytes) : null;
  /** Where the text begins that a colon would make a key; -1: none came since the last. */
  let keyAt = -1;
  let depth = 0;
  /** Where what is nested too deep begins; -1: nothing is open that is. */
  let deepAt = -1;
  let i = 0;
  while (i < bytes.length) {
    const code = bytes[i] as number;
    if (code === QUOTE) {
      keyAt = i;
      i = endOfString(bytes, i);
      continue;
    }
    if (isNumberPart(code)) {
      const start = i;
      i = endOfNumber(bytes, i);
      if (deepAt === -1 && i - start >= LONG_DIGITS && needsDigits(bytes, start, i)) found.push(start, i);
      continue;
    }
    i++;
    if (code === COMMA) budget.charge(ELEMENT_COST);
    else if (code === COLON) {
      budget.charge(MEMBER_COST + (keys && keyAt !== -1 && !keys.has(keyAt) ? NEW_KEY_COST : 0));
      // Each key is read once, whatever follows it: colons may come by the million.
      keyAt = -1;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      budget.charge(CONTAINER_COST);
      if (++depth === MAX_DEPTH + 1) deepAt = i - 1;
    } else if ((code === CLOSE_BRACE || code === CLOSE_BRACKET) && depth-- === MAX_DEPTH + 1) {
      found.push(deepAt, i);
      deepAt = -1;
    }
  }
  if (deepAt !== -1)
    throw new SyntaxError(`it is nested deeper than ${MAX_DEPTH} levels at byte ${deepAt}, and cut off`);
  return found;
}

function endOfNumber(bytes: Uint8Array, start: number): number {
  let i = start;
  while (i < bytes.length && isNumberPart(bytes[i] as number)) i++;
  return i;
}

/** Whether a number may be an integer of so many digits; with a fraction, or an exponent that leaves 64 bits, it is left to the parser. */
function needsDigits(bytes: Uint8Array, start: number, end: number): boolean {
  let digits = 0;
  let wholeDigits = -1;
  let hasFraction = false;
  for (let i = start; i < end; i++) {
    const part = bytes[i] as number;
    if (isExponent(part)) return digits >= LONG_DIGITS && isSmallExponent(bytes, i + 1, end);
    if (part === POINT) wholeDigits = digits;
    else if (isDigit(part)) {
      digits++;
      hasFraction ||= wholeDigits >= 0 && part !== ZERO;
    }
  }
  return (wholeDigits < 0 ? digits : wholeDigits) >= LONG_DIGITS && !hasFraction;
}

/** 0 to 20, with or without a plus. */
function isSmallExponent(bytes: Uint8Array, start: number, end: number): boolean {
  const from = bytes[start] === PLUS ? start + 1 : start;
  const [tens, ones] =
    end - from === 1 ? [ZERO, bytes[from] as number] : [bytes[from] as number, bytes[from + 1] as number];
  return end - from <= 2 && isDigit(tens) && isDigit(ones) && (tens - ZERO) * 10 + ones - ZERO <= 20;
}

/** Telemetry has few keys, and has them often. Two that share a slot count as new each time, which the sender cannot aim at. */
class KnownKeys {
  private readonly hashes = new Uint32Array(1 << 16);
  private readonly seed = (Math.random() * 0x1_0000_0000) >>> 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** Whether the key, which begins at a quote, was met before; from now on it was. */
  has(at: number): boolean {
    let hash = this.seed;
    for (let i = at + 1; i < this.bytes.length; i++) {
      const byte = this.bytes[i] as number;
      if (byte === QUOTE) break;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    hash = (hash ^ (hash >>> 15)) >>> 0;
    const slot = hash & 0xffff;
    if (this.hashes[slot] === hash) return true;
    this.hashes[slot] = hash;
    return false;
  }
}

/** With every other part as a text. */
function quoted(bytes: Uint8Array, edges: readonly number[]): Uint8Array {
  const parts = edges.map((to, i) => {
    const part = bytes.subarray(edges[i - 1] ?? 0, to);
    // A number has nothing to escape.
    const isNested = i % 2 === 1 && (part[0] === OPEN_BRACE || part[0] === OPEN_BRACKET);
    return isNested ? escaped(part) : part;
  });
  parts.push(bytes.subarray(edges.at(-1)));
  const result = new Uint8Array(parts.reduce((length, part) => length + part.length, edges.length));
  let at = 0;
  for (const [i, part] of parts.entries()) {
    if (i > 0) result[at++] = QUOTE;
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** As it stands within a text. Line breaks and tabs lie between values and mean as much as blanks. */
function escaped(part: Uint8Array): Uint8Array {
  let length = part.length;
  for (const code of part) if (code === QUOTE || code === BACKSLASH) length++;
  const result = new Uint8Array(length);
  let at = 0;
  for (const code of part) {
    if (code === QUOTE || code === BACKSLASH) result[at++] = BACKSLASH;
    result[at++] = Math.max(code, BLANK);
  }
  return result;
}

/** Behind the closing quote, or the end of the text. */
function endOfString(bytes: Uint8Array, open: number): number {
  for (let i = open + 1; i < bytes.length; i++) {
    const code = bytes[i];
    if (code === QUOTE) return i + 1;
    if (code === BACKSLASH) i++;
  }
  return bytes.length;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isExponent(code: number): boolean {
  return code === 101 || code === 69;
}

/** Digits, and `+ - . e E`. */
function isNumberPart(code: number): boolean {
  return isDigit(code) || code === MINUS || code === POINT || code === PLUS || isExponent(code);
}
