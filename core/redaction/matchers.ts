/**
 * What secrets look like. Each matcher is told where an anchor of its rule stands and says whether a secret is there; none looks at
 * more than a bounded number of characters, beside a run that it finds or that is remembered. Forms follow what issuers document.
 */
import {
  after,
  type Chars,
  isDigit,
  isLetter,
  isLetterOrDigit,
  isSpace,
  isUpperOrDigit,
  isWord,
  NOTHING,
  noneOf,
  runEnd,
  wordOr,
} from './chars';
import { isBasicCredentials, isBearerToken, isUrlPassword } from './credentials';

export interface Match {
  readonly start: number;
  /** What is taken out begins here; what stands in front of it stays. */
  readonly keep: number;
  readonly end: number;
}

/** @param at where the anchor begins @param end where it ends @param from what lies before belongs to an earlier match */
export type Matcher = (chars: Chars, at: number, end: number, from: number) => Match | null;

const BASE64_URL = wordOr('-');
const CREDENTIAL = wordOr('.~+/=-');
const AWS_SECRET = (code: number): boolean => isLetterOrDigit(code) || code === 0x5f || code === 0x2f || code === 0x2b;
const LOCAL_PART = wordOr('.+-');
const DOMAIN = (code: number): boolean => isLetterOrDigit(code) || code === DASH;
const IN_HOST = noneOf('"\'`<>\\{}|])(,;:/?#@');
const NO_URL = '"\'`<>\\{}|';
const IN_USER = noneOf(`${NO_URL}:/@`);
const IN_PASSWORD = noneOf(`${NO_URL}/@`);
/** Signs between the name of a header and its scheme. */
const MAX_BEFORE = 12;
const BACKSLASH = 0x5c;
const DASH = 0x2d;
const DOT = 0x2e;
const AT_SIGN = 0x40;
const COLON = 0x3a;
const isQuote = (code: number): boolean => code === 0x22 || code === 0x27;

export const jwt: Matcher = (chars, at) => {
  if (!chars.isBorder(at)) return null;
  let begin = at;
  for (let part = 0; part < 3; part++) {
    const from = part < 2 ? after(chars, begin, 'eyJ') : begin;
    if (from < 0) return null;
    const end = chars.runs.endOf(part, from, BASE64_URL);
    // One that is not signed has no third part.
    if (end - from < 8 && (part < 2 || end > from || isLetter(chars.at(end)))) return null;
    if (part === 2) return { start: at, keep: at, end };
    if (chars.at(end) !== DOT) return null;
    begin = end + 1;
  }
  return null;
};

const PRIVATE_KEY = 'PRIVATE KEY';
/** Characters of a key that are too few to be one. */
const MIN_KEY = 16;
const MAX_KEY_WORDS = 16;
const IN_KEY = wordOr('+/=:,.');

export const privateKey: Matcher = (chars, at) => {
  const begin = after(chars, at, '-----BEGIN ');
  const header = begin < 0 ? -1 : keyLabelEnd(chars, begin);
  if (header < 0) return null;
  const body = keyBodyEnd(chars, header);
  if (body < 0) return null;
  const footer = after(chars, body, '-----END ');
  const footerEnd = footer < 0 ? -1 : keyLabelEnd(chars, footer);
  return { start: at, keep: at, end: footerEnd < 0 ? body : footerEnd };
};

/** Where base64 in lines ends, breaks of which may be escaped, and headers in front of it; -1: that is too short for a key. */
function keyBodyEnd(chars: Chars, from: number): number {
  let stop = -1;
  let at = from;
  // Words of a text are shorter than lines of a key; so are headers, and the last line.
  for (let words = 0; words < MAX_KEY_WORDS; words++) {
    const line = runEnd(chars, at, isKeyBlank);
    at = keyLineEnd(chars, line);
    if (after(chars, at, '-----END ') >= 0) return stop < 0 ? -1 : at;
    if (at === line) return stop;
    if (at - line < MIN_KEY) continue;
    stop = at;
    words = 0;
  }
  return stop;
}

/** Single dashes belong to it, five do not. */
function keyLineEnd(chars: Chars, from: number): number {
  let end = from;
  while (true) {
    end = runEnd(chars, end, IN_KEY);
    const dashes = runEnd(chars, end, (code) => code === DASH, 5);
    if (dashes === end || dashes - end === 5) return end;
    end = dashes;
  }
}

function isKeyBlank(code: number): boolean {
  return code === BACKSLASH || isSpace(code);
}

/** Of `[A-Z0-9 ]{0,30}PRIVATE KEY( BLOCK)?-----`; -1: it is not there. */
function keyLabelEnd(chars: Chars, from: number): number {
  for (let words = 30; words >= 0; words--) {
    const name = after(chars, from + words, PRIVATE_KEY);
    if (name < 0 || runEnd(chars, from, isUpperOrSpace, words) !== from + words) continue;
    const block = after(chars, name, ' BLOCK');
    return after(chars, block < 0 ? name : block, '-----');
  }
  return -1;
}

function isUpperOrSpace(code: number): boolean {
  return code === 0x20 || isUpperOrDigit(code);
}

/** @param isCredential what stands behind the scheme and a space; raw bytes do not tell where that ends */
function authorization(isCredential: (text: string, isInHeader: boolean) => boolean): Matcher {
  return (chars, at, end) => {
    if (!chars.isBorder(at)) return null;
    const keep = runEnd(chars, end, isSpace, 4 * chars.scale);
    if (keep === end) return null;
    const stop = runEnd(chars, keep, CREDENTIAL);
    if (stop - keep < 8) return null;
    if (chars.scale > 1) return { start: at, keep, end: stop };
    const isInHeader = isHeader(chars, at, stop);
    return isCredential(chars.slice(keep, stop), isInHeader) ? { start: at, keep, end: stop } : null;
  };
}

const HEADER = 'authorization';

/** Whether a header begins here, `Authorization: ` in front of its scheme, and ends behind its credentials. */
function isHeader(chars: Chars, scheme: number, stop: number): boolean {
  const behind = chars.at(stop);
  if (behind !== NOTHING && behind !== 0x0a && behind !== 0x0d && behind !== BACKSLASH && !isQuote(behind))
    return false;
  let end = scheme;
  while (scheme - end < MAX_BEFORE && !isLetter(chars.at(end - 1)) && chars.at(end - 1) !== NOTHING) end--;
  return chars.slice(Math.max(end - HEADER.length, 0), end).toLowerCase() === HEADER;
}

export const basicCredentials = authorization(isBasicCredentials);
export const bearerToken = authorization(isBearerToken);

/** Behind a name: `["']?\s{0,3}[=:]\s{0,3}["']?`, quotes as they are or escaped; -1: it is not there. */
function valueStart(chars: Chars, from: number): number {
  let at = quoteEnd(chars, from);
  at = runEnd(chars, at, isSpace, 3 * chars.scale);
  const sign = chars.at(at);
  if (sign !== COLON && sign !== 0x3d) return -1;
  at = runEnd(chars, at + 1, isSpace, 3 * chars.scale);
  return quoteEnd(chars, at);
}

function quoteEnd(chars: Chars, at: number): number {
  const slashes = runEnd(chars, at, (code) => code === BACKSLASH, 16);
  return isQuote(chars.at(slashes)) ? slashes + 1 : at;
}

export const awsSecret: Matcher = (chars, at, end) => {
  if (!chars.isBorder(at)) return null;
  const keep = valueStart(chars, end);
  if (keep < 0) return null;
  const stop = runEnd(chars, keep, AWS_SECRET, 40);
  return stop - keep < 40 ? null : { start: at, keep, end: stop };
};

export const urlPassword: Matcher = (chars, at, end) => {
  const colon = runEnd(chars, end, IN_USER, 64 * chars.scale);
  if (chars.at(colon) !== COLON) return null;
  const keep = colon + 1;
  const stop = runEnd(chars, keep, IN_PASSWORD, 128 * chars.scale);
  if (stop === keep || chars.at(stop) !== AT_SIGN) return null;
  if (chars.scale > 1) return { start: at, keep, end: stop };
  if (!IN_HOST(chars.at(stop + 1))) return null;
  const isSecret = isUrlPassword(chars.slice(end, colon), chars.slice(keep, stop));
  return isSecret ? { start: at, keep, end: stop } : null;
};

/** `curl -u NAME:PASSWORD` */
export const userOption: Matcher = (chars, at, end) => {
  const before = chars.at(at - 1);
  if (!isSpace(before) && before !== NOTHING && chars.scale === 1) return null;
  const from = isQuote(chars.at(end)) ? end + 1 : end;
  const colon = runEnd(chars, from, IN_USER, 64 * chars.scale);
  if (colon === from || chars.at(colon) !== COLON) return null;
  const keep = isQuote(chars.at(colon + 1)) ? colon + 2 : colon + 1;
  const stop = runEnd(chars, keep, IN_PASSWORD, 128 * chars.scale);
  const password = chars.slice(keep, stop);
  return /[A-Za-z]/.test(password) && /\d/.test(password) && isUrlPassword(chars.slice(from, colon), password)
    ? { start: at, keep, end: stop }
    : null;
};

export const email: Matcher = (chars, at, end, from) => {
  let start = at;
  while (start > from && at - start < 64 && LOCAL_PART(chars.at(start - 1))) start--;
  if (start === at) return null;
  let dot = runEnd(chars, end, DOMAIN, 64);
  if (dot === end || dot - end > 63) return null;
  let stop = -1;
  for (let labels = 0; labels < 5 && chars.at(dot) === DOT; labels++) {
    const tld = runEnd(chars, dot + 1, isLetter, 25);
    if (tld - dot > 2 && tld - dot <= 25 && chars.isBorder(tld)) stop = tld;
    const next = runEnd(chars, dot + 1, DOMAIN, 64);
    if (next === dot + 1 || next - dot > 64) break;
    dot = next;
  }
  return stop < 0 ? null : { start, keep: start, end: stop };
};

const MIN_CARD_DIGITS = 13;
const MAX_CARD_DIGITS = 19;

/** A card's number, wherever one begins from `from` on: digits have no anchor. */
export function nextCard(chars: Chars, from: number): Match | null {
  const { length } = chars;
  for (let at = from; at < length; at++) {
    if (!isDigit(chars.at(at)) || (at > 0 && isWord(chars.at(at - 1)) && chars.scale === 1)) continue;
    const { end, reached } = cardAt(chars, at);
    if (end >= 0) return { start: at, keep: at, end };
    // In bytes any digit is a beginning: those behind it have fewer before them.
    if (chars.scale > 1) at = reached;
  }
  return null;
}

/** Where the longest number that begins here ends; -1: none does. */
function cardAt(chars: Chars, start: number): { end: number; reached: number } {
  let end = -1;
  let at = start + 1;
  for (let digits = 1; digits <= MAX_CARD_DIGITS; digits++) {
    if (digits >= MIN_CARD_DIGITS && chars.isBorder(at)) end = at;
    const code = chars.at(at);
    const next = code === DASH || code === 0x20 ? at + 1 : at;
    if (!isDigit(chars.at(next))) break;
    at = next + 1;
  }
  return { end, reached: at };
}
