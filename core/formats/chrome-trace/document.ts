/**
 * Reads files of trace events that are not whole. The format allows it: tools append to a file while they run, and write no end. What
 * was whole is kept.
 */
import { COST, DecodeBudget } from '../../otlp/decode-budget';
import { checkJson, parseExactJson } from '../../otlp/exact-json';
import type { MendedDocument } from '../format';

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const EVENTS = 'traceEvents';

/** For bytes that `parseExactJson` refuses; null: they do not begin as such a file does. @throws SyntaxError nested too deep without an end, SpoorError PAYLOAD_TOO_LARGE */
export function documentOf(bytes: Uint8Array): MendedDocument | null {
  checkJson(bytes);
  const start = afterSpace(bytes, bytes[0] === 0xef ? 3 : 0);
  if (bytes[start] === OPEN_BRACKET) {
    const list = listAt(bytes, start);
    const { events, leftOut, isCutOff } = list;
    return events.length === 0 ? null : { document: events, leftOut, isCutOff };
  }
  return bytes[start] === OPEN_BRACE ? objectAt(bytes, start) : null;
}

interface List {
  readonly events: readonly unknown[];
  readonly leftOut: number;
  readonly isCutOff: boolean;
  /** Behind it. */
  readonly end: number;
}

/** The elements of a list, each by itself. */
function listAt(bytes: Uint8Array, open: number): List {
  const events: unknown[] = [];
  const budget = new DecodeBudget();
  let leftOut = 0;
  let at = afterSpace(bytes, open + 1);
  while (at < bytes.length && bytes[at] !== CLOSE_BRACKET) {
    const end = endOfValue(bytes, at);
    budget.charge(COST.record);
    const value = bytes[at] === OPEN_BRACE ? parsed(bytes, at, end) : undefined;
    if (value === undefined) leftOut++;
    else events.push(value);
    at = afterSpace(bytes, end);
    // Two events without a comma between them are two events.
    if (bytes[at] === COMMA) at = afterSpace(bytes, at + 1);
    else if (end === at && bytes[at] !== OPEN_BRACE && bytes[at] !== CLOSE_BRACKET) at = afterSpace(bytes, at + 1);
  }
  const isCutOff = at >= bytes.length;
  return { events, leftOut, isCutOff, end: isCutOff ? at : at + 1 };
}

/** The members of an object, as far as they are whole; that of the events is read as a list. */
function objectAt(bytes: Uint8Array, open: number): MendedDocument | null {
  const members: [string, unknown][] = [];
  let list: List | null = null;
  let at = afterSpace(bytes, open + 1);
  while (bytes[at] === QUOTE) {
    const keyEnd = endOfValue(bytes, at);
    const key = parsed(bytes, at, keyEnd);
    const colon = afterSpace(bytes, keyEnd);
    if (typeof key !== 'string' || bytes[colon] !== COLON) break;
    const value = afterSpace(bytes, colon + 1);
    let end: number;
    if (key === EVENTS && bytes[value] === OPEN_BRACKET) {
      list = listAt(bytes, value);
      end = list.end;
    } else {
      end = endOfValue(bytes, value);
      const one = end < bytes.length ? parsed(bytes, value, end) : undefined;
      if (one !== undefined) members.push([key, one]);
    }
    at = afterSpace(bytes, end);
    if (bytes[at] === COMMA) at = afterSpace(bytes, at + 1);
  }
  if (!list) return null;
  const document = Object.fromEntries([...members, [EVENTS, list.events]]);
  return { document, leftOut: list.leftOut, isCutOff: list.isCutOff || bytes[at] !== CLOSE_BRACE };
}

/** Undefined: it is no JSON. */
function parsed(bytes: Uint8Array, start: number, end: number): unknown {
  try {
    return parseExactJson(bytes.subarray(start, end));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Behind the value that begins there, or the end of the file. */
function endOfValue(bytes: Uint8Array, start: number): number {
  let depth = 0;
  for (let i = start; i < bytes.length; i++) {
    const code = bytes[i] as number;
    if (code === QUOTE) {
      i = endOfString(bytes, i) - 1;
      if (depth === 0) return i + 1;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      if (depth === 0) return i;
      if (--depth === 0) return i + 1;
    } else if (code === COMMA && depth === 0) return i;
  }
  return bytes.length;
}

/** Behind the closing quote, or the end of the file. */
function endOfString(bytes: Uint8Array, open: number): number {
  for (let i = open + 1; i < bytes.length; i++) {
    const code = bytes[i];
    if (code === QUOTE) return i + 1;
    if (code === BACKSLASH) i++;
  }
  return bytes.length;
}

function afterSpace(bytes: Uint8Array, start: number): number {
  let i = start;
  while (i < bytes.length && (bytes[i] === 32 || bytes[i] === 9 || bytes[i] === 10 || bytes[i] === 13)) i++;
  return i;
}
