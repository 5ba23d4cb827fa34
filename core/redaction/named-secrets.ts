/**
 * Secrets behind a name that says so: members of JSON and the like, as they are and escaped any number of times; parameters of URLs;
 * headers; settings and assignments. What is taken out never holds a quote or half an escape, so that JSON stays JSON.
 */
import { after, type Chars, isSpace, isWord, NOTHING, noneOf, runEnd, wordOr } from './chars';
import type { Matcher } from './matchers';
import { kindOfName, type SecretKind } from './secret-names';
import { type Place, secretStart } from './secret-values';

const MAX_NAME = 60;
const MAX_SPACES = 24;
/** Of a value in quotes: what is longer is a text. */
const MAX_QUOTED = 1_024;
const MAX_LINE = 512;
/** Of a value: more of it says no more. */
const LOOKED_AT = 256;

const BACKSLASH = 0x5c;
const DOUBLE = 0x22;
const SINGLE = 0x27;
const NEWLINE = 0x0a;
const COLON = 0x3a;
const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const DASH = 0x2d;
const IN_NAME = wordOr('.-');
const IN_QUOTED_NAME = wordOr('.- ');
const isQuote = (code: number): boolean => code === DOUBLE || code === 0x27 || code === 0x60;
const isBlank = (code: number): boolean => code === 0x20 || code === 9;
const IN_PARAMETER = noneOf('?&#"\'`<>\\(){}[],;|');
const IN_BARE = wordOr('.~+/-');
const IN_SETTING = noneOf('"\'`<>\\(){}[],;|');
const BEHIND_BARE = new Set([...'"\'`<\\,;)}]&|'].map((sign) => sign.charCodeAt(0)));

/** Of a call, of an element. */
const IN_CODE = new Set([...'(['].map((sign) => sign.charCodeAt(0)));
const ENDS_OF_LINES = new Set([...',;'].map((sign) => sign.charCodeAt(0)));

/** A name and where it stands. */
interface Name {
  readonly start: number;
  readonly end: number;
  /** None: nothing secret has it. */
  readonly kinds: readonly SecretKind[];
  /** Backslashes in front of its quotes; -1: it has none. */
  readonly level: number;
}

export const namedSecret: Matcher = (chars, at, end, from) => {
  const nameEnd = numberEnd(chars, end);
  if (nameEnd < 0) return null;
  const sign = signBehind(chars, nameEnd);
  const isOfOption = sign === null && isOption(chars, at, from);
  if (sign === null && !isOfOption && !isBlank(chars.at(nameEnd))) return null;
  const name = nameAt(chars, at, nameEnd, from);
  const kind = name.kinds[0];
  if (kind === undefined) return null;
  const value =
    sign !== null
      ? valueBehind(chars, name, kind, sign)
      : isOfOption
        ? optionValue(chars, name)
        : wordBehind(chars, name, kind);
  if (value === null) {
    return mayBeJson(chars, name, sign) ? { start: name.start, keep: name.end, end: name.end + 1 } : null;
  }
  const { start, place } = value;
  const isWhole = place === 'member' || place === 'quoted';
  // Raw bytes do not tell where a bare word ends: a tag and a length may follow.
  const all = chars.slice(start, Math.min(value.stop, start + LOOKED_AT));
  for (let stop = value.stop; stop > start && value.stop - stop < chars.scale; stop--) {
    const text = all.slice(0, stop - start);
    if (chars.scale > 1 && place === 'member' && text.includes('\\'))
      return { start: name.start, keep: start, end: stop };
    for (const one of name.kinds) {
      const skipped = secretStart(one, chars.scale > 1 && !isWhole && place !== 'query' ? 'setting' : place, text);
      if (skipped >= 0) return { start: name.start, keep: start + skipped, end: stop };
    }
    if (isWhole) break;
  }
  return null;
};

/** Whether raw bytes may hold a list of values, or a long one: looked at where it is JSON. */
function mayBeJson(chars: Chars, name: Name, sign: Sign | null): boolean {
  if (chars.scale === 1 || sign === null || name.level < 0 || sign.code !== COLON) return false;
  const first = chars.at(sign.end);
  return first === 0x5b || isQuote(first) || first === BACKSLASH;
}

/** Where a name ends with its number, say `TOKEN_2`; -1: the word goes on. */
function numberEnd(chars: Chars, end: number): number {
  let stop = end;
  while (stop - end < 4 && (chars.at(stop) === 0x5f || isDigitCode(chars.at(stop)))) stop++;
  const code = chars.at(stop);
  return isWord(code) || code === DASH ? -1 : stop;
}

function isDigitCode(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

interface Sign {
  /** `:`, `=`, `>` or `,`. */
  readonly code: number;
  /** Behind the sign and spaces. */
  readonly end: number;
  readonly isTight: boolean;
  readonly level: number;
  readonly quote: number;
}

/** Behind a name: its quote, spaces, a type, and what assigns. */
function signBehind(chars: Chars, end: number): Sign | null {
  const slashes = runEnd(chars, end, (code) => code === BACKSLASH, 64);
  const quote = chars.at(slashes);
  const isQuoted = isQuote(quote);
  if (!isQuoted && slashes > end) return null;
  const behind = isQuoted ? slashes + 1 : end;
  const level = isQuoted ? slashes - end : -1;
  let at = runEnd(chars, behind, isSpace, 4 * chars.scale);
  const typed = isQuoted ? -1 : after(chars, at, 'string ');
  if (typed >= 0) at = typed;
  const sign = signEnd(chars, at, isQuoted);
  if (sign === null) return null;
  const isOfLines = (isQuoted && sign.code !== COMMA) || sign.code === GREATER;
  const stop = runEnd(chars, sign.end, isOfLines ? isSpace : isBlank, MAX_SPACES * chars.scale);
  return { code: sign.code, end: stop, isTight: at === behind && stop === sign.end, level, quote };
}

function signEnd(chars: Chars, at: number, isQuoted: boolean): { code: number; end: number } | null {
  const first = chars.at(at);
  if (first === GREATER && !isQuoted) return { code: GREATER, end: at + 1 };
  if (first === COMMA && isQuoted) return { code: first, end: at + 1 };
  // `:`, `:=`, `::=`; `=`, `==`, `=>`; `?=`, `!=`, `.=`.
  let end = at;
  if (first === COLON) end = runEnd(chars, at, (code) => code === COLON, 3);
  else if (first === 0x3f || first === 0x21 || first === 0x2e) end = at + 1;
  const equals = runEnd(chars, end, (code) => code === EQUALS, 3);
  if (equals === at || (equals === end && first !== COLON)) return null;
  const stop = first === EQUALS && chars.at(equals) === GREATER ? equals + 1 : equals;
  return { code: first === COLON && equals === end ? COLON : stop > equals ? GREATER : EQUALS, end: stop };
}

function nameAt(chars: Chars, at: number, end: number, from: number): Name {
  let start = nameStart(chars, at, from, IN_NAME);
  if (chars.at(start - 1) === BACKSLASH) start = Math.min(start + (chars.at(start) === 0x75 ? 5 : 1), at);
  let level = quoteLevel(chars, start, end);
  if (level < 0 && isBlank(chars.at(start - 1)) && (isQuote(chars.at(end)) || chars.at(end) === BACKSLASH)) {
    const first = nameStart(chars, start, from, IN_QUOTED_NAME);
    level = quoteLevel(chars, first, end);
    if (level >= 0) start = first;
  }
  while (level < 0 && start < at && !isWord(chars.at(start))) start++;
  const text = chars.slice(start, end);
  // In raw bytes the first letter may be the length of the text.
  const names = chars.scale > 1 && level < 0 ? [text, text.slice(1)] : [text];
  const kinds = names.map(kindOfName).filter((kind) => kind !== null);
  return { start, end, kinds, level };
}

function nameStart(chars: Chars, at: number, from: number, isIn: (code: number) => boolean): number {
  let start = at;
  while (start > from && at - start < MAX_NAME && isIn(chars.at(start - 1))) start--;
  return start;
}

/** Backslashes in front of the quotes around a name, which are alike; -1: there are none. */
function quoteLevel(chars: Chars, start: number, end: number): number {
  const quote = chars.at(start - 1);
  if (!isQuote(quote)) return -1;
  let slashes = start - 1;
  while (start - 1 - slashes < 64 && chars.at(slashes - 1) === BACKSLASH) slashes--;
  const level = start - 1 - slashes;
  return runEnd(chars, end, (code) => code === BACKSLASH, 64) === end + level && chars.at(end + level) === quote
    ? level
    : -1;
}

/** `--token VALUE` */
function isOption(chars: Chars, at: number, from: number): boolean {
  const start = nameStart(chars, at, from, IN_NAME);
  return chars.at(start) === DASH && chars.at(start + 1) === DASH;
}

interface Value {
  readonly start: number;
  readonly stop: number;
  readonly place: Place;
}

function optionValue(chars: Chars, name: Name): Value | null {
  const start = runEnd(chars, name.end, isBlank, 4);
  if (start === name.end) return null;
  return isQuote(chars.at(start)) ? quotedValue(chars, start, 'quoted') : bareValue(chars, start, 'setting');
}

/** `PASSWORD 'x'` of SQL, `password x` of .netrc, `ENV API_TOKEN x`. */
function wordBehind(chars: Chars, name: Name, kind: SecretKind): Value | null {
  if (name.level >= 0) return null;
  const start = runEnd(chars, name.end, isBlank, 4);
  if (kind === 'password') {
    return chars.at(start) === SINGLE ? quotedValue(chars, start, 'quoted') : bareValue(chars, start, 'strong');
  }
  return isUpper(chars, name) ? bareValue(chars, start, 'bare') : null;
}

function valueBehind(chars: Chars, name: Name, kind: SecretKind, sign: Sign): Value | null {
  const slashes = runEnd(chars, sign.end, (code) => code === BACKSLASH, 64);
  if (isQuote(chars.at(slashes))) {
    const isMember =
      name.level >= 0 && slashes - sign.end === name.level && sign.code !== COMMA && sign.code !== EQUALS;
    // Of a quote that closes what the name stands in, nothing is known.
    if (name.level < 0 && sign.level >= 0) return null;
    return quotedValue(chars, sign.end, isMember ? 'member' : 'quoted');
  }
  if (slashes > sign.end || name.level >= 0 || sign.level >= 0 || sign.code === COMMA) return null;
  if (isInUrl(chars, name.start) && sign.code === EQUALS) return parameterValue(chars, sign.end);
  if (sign.code === GREATER) {
    return chars.at(name.start - 1) === 0x3c ? bareOrStrong(chars, sign.end, 'quoted', kind) : null;
  }
  if (isHeader(chars, name, sign)) {
    const line = lineValue(chars, sign.end, kind);
    // Raw bytes do not tell a header from the middle of a sentence.
    if (line !== null || chars.scale === 1) return line;
  }
  const isSetting =
    sign.isTight && sign.code === EQUALS && (chars.at(name.start - 1) === SEMICOLON || isUpper(chars, name));
  return bareOrStrong(chars, sign.end, isSetting ? 'setting' : 'bare', kind);
}

/** Passwords hold signs that no other bare word does. */
function bareOrStrong(chars: Chars, start: number, place: Place, kind: SecretKind): Value | null {
  if (kind !== 'password') return bareValue(chars, start, place);
  // In raw bytes a bare word ends anywhere: the longer one is looked at.
  const places: readonly Place[] = chars.scale > 1 ? ['strong', place] : [place, 'strong'];
  return bareValue(chars, start, places[0] ?? place) ?? bareValue(chars, start, places[1] ?? place);
}

/** Behind `?` or `&`, as they are or as some write them in JSON and HTML. */
function isInUrl(chars: Chars, start: number): boolean {
  const before = chars.at(start - 1);
  if (before === 0x3f || before === 0x26) return true;
  return after(chars, start - 5, '&amp;') === start || after(chars, start - 6, '\\u0026') === start;
}

function isUpper(chars: Chars, name: Name): boolean {
  const text = chars.slice(name.start, name.end);
  return text === text.toUpperCase();
}

/** At the beginning of a line or a text in quotes: `X-Api-Key: …`, `password: …`. */
function isHeader(chars: Chars, name: Name, { code, isTight, end }: Sign): boolean {
  if (chars.scale > 1) return code === COLON;
  if (code !== COLON || (isTight && !isQuote(chars.at(name.start - 1)) && chars.at(end) === NEWLINE)) return false;
  let before = name.start - 1;
  while (name.start - before < MAX_SPACES && (isBlank(chars.at(before)) || chars.at(before) === DASH)) before--;
  const code0 = chars.at(before);
  return (
    code0 === NOTHING || code0 === NEWLINE || isQuote(code0) || (code0 === 0x6e && chars.at(before - 1) === BACKSLASH)
  );
}

function quotedValue(chars: Chars, from: number, place: Place): Value | null {
  const opening = runEnd(chars, from, (code) => code === BACKSLASH, 64);
  const quote = chars.at(opening);
  const level = opening - from;
  const start = opening + 1;
  let at = start;
  while (at - start < MAX_QUOTED * chars.scale) {
    const code = chars.at(at);
    if (code === NOTHING || (code === NEWLINE && place !== 'member')) break;
    if (code !== BACKSLASH && !isQuote(code)) {
      at++;
      continue;
    }
    const slashes = runEnd(chars, at, (one) => one === BACKSLASH);
    const next = chars.at(slashes);
    // A double quote may end the JSON that the value is in.
    const ends = next === quote ? slashes - at <= level : next === DOUBLE;
    if (ends) break;
    at = next === NOTHING ? slashes : slashes + 1;
  }
  return at - start < MAX_QUOTED * chars.scale ? { start, stop: at, place } : null;
}

function bareValue(chars: Chars, start: number, place: Place): Value | null {
  const isLoose = place === 'setting' || place === 'strong';
  const run = chars.runs.endOf(isLoose ? 4 : 3, start, isLoose ? IN_SETTING : IN_BARE);
  const stop = runEnd(chars, run, (code) => code === EQUALS, 2);
  const behind = chars.at(stop);
  const ends =
    behind === NOTHING || isSpace(behind) || BEHIND_BARE.has(behind) || (chars.scale > 1 && !IN_CODE.has(behind));
  return ends && stop > start && stop - start <= MAX_QUOTED ? { start, stop, place } : null;
}

function parameterValue(chars: Chars, start: number): Value | null {
  const stop = chars.runs.endOf(5, start, IN_PARAMETER);
  return stop === start ? null : { start, stop: Math.min(stop, start + MAX_QUOTED * 4), place: 'query' };
}

/** To the end of the line, or of the text in quotes. */
function lineValue(chars: Chars, start: number, kind: SecretKind): Value | null {
  const isInLine = (code: number): boolean =>
    code !== NOTHING &&
    code !== NEWLINE &&
    code !== 0x0d &&
    code !== BACKSLASH &&
    !isQuote(code) &&
    (code > 0 || chars.scale > 1);
  let stop = runEnd(chars, start, isInLine, MAX_LINE);
  while (stop > start && (isSpace(chars.at(stop - 1)) || ENDS_OF_LINES.has(chars.at(stop - 1)))) stop--;
  if (stop === start || stop - start >= MAX_LINE) return null;
  // Only headers have more than one word.
  const isOfWords = kind === 'authorization' || kind === 'cookie' || kind === 'connection';
  return isOfWords || runEnd(chars, start, (code) => !isSpace(code) && isInLine(code), MAX_LINE) === stop
    ? { start, stop, place: 'setting' }
    : null;
}
