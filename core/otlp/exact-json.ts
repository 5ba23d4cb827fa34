/**
 * Parses JSON without losing digits: integers that a double might not hold come out as decimal strings, which OTLP/JSON allows
 * wherever it has 64-bit integers. `JSON.parse` alone would round a time of nanoseconds to 256. What the parser would make of the text
 * is bounded first: two characters can become an object of sixty bytes.
 */
import { DecodeBudget } from './decode-budget';

/** What the engine takes for them at most, with keys that are met for the first time. */
const CONTAINER_COST = 48;
const MEMBER_COST = 64;
const ELEMENT_COST = 16;
/** Telemetry of 64 MiB in JSON stays below it: an attribute of 50 characters costs 320. */
const MAX_PARSED_BYTES = 512 * 1024 * 1024;
/** Attribute values may be nested 64 deep, at four levels each. */
const MAX_DEPTH = 512;
/** Fewer digits always fit a double (2^53 has 16). */
const LONG_DIGITS = 16;

const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const COLON = 58;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** @throws SyntaxError as `JSON.parse` does, SpoorError PAYLOAD_TOO_LARGE */
export function parseExactJson(bytes: Uint8Array): unknown {
  const long = longIntegers(bytes);
  return JSON.parse(textOf(long.length === 0 ? bytes : quoted(bytes, long)));
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new SyntaxError('it is not UTF-8');
  }
}

/**
 * Where the integers of many digits begin and end, by turns. One pass, which also charges for what the parser will make.
 * By hand, because a pattern over a text of megabytes overflows the stack of the engine.
 */
function longIntegers(bytes: Uint8Array): number[] {
  const budget = new DecodeBudget(MAX_PARSED_BYTES);
  const found: number[] = [];
  let depth = 0;
  let i = 0;
  while (i < bytes.length) {
    const code = bytes[i] as number;
    if (code === QUOTE) {
      i = endOfString(bytes, i);
      continue;
    }
    if (isNumberPart(code)) {
      const start = i;
      let isInteger = true;
      for (; i < bytes.length && isNumberPart(bytes[i] as number); i++) {
        isInteger &&= isDigit(bytes[i] as number) || (i === start && code === MINUS);
      }
      if (isInteger && i - start - (code === MINUS ? 1 : 0) >= LONG_DIGITS) found.push(start, i);
      continue;
    }
    i++;
    if (code === COMMA) budget.charge(ELEMENT_COST);
    else if (code === COLON) budget.charge(MEMBER_COST);
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      budget.charge(CONTAINER_COST);
      if (++depth > MAX_DEPTH) throw new SyntaxError(`it is nested deeper than ${MAX_DEPTH} levels at byte ${i - 1}`);
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
  }
  return found;
}

function quoted(bytes: Uint8Array, long: readonly number[]): Uint8Array {
  const result = new Uint8Array(bytes.length + long.length);
  let from = 0;
  let at = 0;
  for (const to of long) {
    result.set(bytes.subarray(from, to), at);
    at += to - from;
    result[at++] = QUOTE;
    from = to;
  }
  result.set(bytes.subarray(from), at);
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

/** Digits, and `+ - . e E`. */
function isNumberPart(code: number): boolean {
  return isDigit(code) || code === MINUS || code === 46 || code === 43 || code === 101 || code === 69;
}
