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
  textOf,
  wordOr,
} from './chars';
import { isBasicCredentials, isBearerToken } from './credentials';

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
const IN_USER = noneOf(':/@');
const IN_PASSWORD = noneOf('/@');
const IN_VALUE = noneOf('"\'&,;');
const DASH = 0x2d;
const DOT = 0x2e;
const AT_SIGN = 0x40;
const COLON = 0x3a;
const isQuote = (code: number): boolean => code === 0x22 || code === 0x27;

/** `ANCHOR[class]{min,max}`, as one word. */
export function token(
  anchor: string,
  isIn: (code: number) => boolean,
  { min, max = Number.POSITIVE_INFINITY, endsWord = false }: { min: number; max?: number; endsWord?: boolean },
): Matcher {
  return (chars, at, end) => {
    if (after(chars, at, anchor) < 0 || !chars.isBorder(at)) return null;
    const stop = runEnd(chars, end, isIn, max);
    return stop - end < min || (endsWord && !chars.isBorder(stop)) ? null : { start: at, keep: at, end: stop };
  };
}

export const jwt: Matcher = (chars, at) => {
  if (!chars.isBorder(at)) return null;
  let begin = at;
  for (let part = 0; part < 3; part++) {
    const from = part < 2 ? after(chars, begin, 'eyJ') : begin;
    if (from < 0) return null;
    const end = chars.runs.endOf(part, from, BASE64_URL);
    if (end - from < 8) return null;
    if (part === 2) return { start: at, keep: at, end };
    if (chars.at(end) !== DOT) return null;
    begin = end + 1;
  }
  return null;
};

const PRIVATE_KEY = 'PRIVATE KEY-----';

export const privateKey: Matcher = (chars, at) => {
  const begin = after(chars, at, '-----BEGIN ');
  const header = begin < 0 ? -1 : keyLabelEnd(chars, begin);
  if (header < 0) return null;
  const end = keyBodyEnd(chars, header);
  const footer = after(chars, end, '-----END ');
  const footerEnd = footer < 0 ? -1 : keyLabelEnd(chars, footer);
  return { start: at, keep: at, end: footerEnd < 0 ? end : footerEnd };
};

/** Where the five dashes stand that end what is in a key: its headers hold single ones. */
function keyBodyEnd(chars: Chars, from: number): number {
  let end = from;
  while (true) {
    end = runEnd(chars, end, (code) => code !== DASH && code !== NOTHING);
    const dashes = runEnd(chars, end, (code) => code === DASH, 5);
    if (dashes === end || dashes - end === 5) return end;
    end = dashes;
  }
}

/** Of `[A-Z ]{0,30}PRIVATE KEY-----`; -1: it is not there. */
function keyLabelEnd(chars: Chars, from: number): number {
  for (let words = 30; words >= 0; words--) {
    const end = after(chars, from + words, PRIVATE_KEY);
    if (end >= 0 && runEnd(chars, from, isUpperOrSpace, words) === from + words) return end;
  }
  return -1;
}

function isUpperOrSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x41 && code <= 0x5a);
}

/** @param isCredential what stands behind the scheme and a space; raw bytes do not tell where that ends */
function authorization(isCredential: (text: string) => boolean): Matcher {
  return (chars, at, end) => {
    if (!chars.isBorder(at)) return null;
    const keep = runEnd(chars, end, isSpace, 4 * chars.scale);
    if (keep === end) return null;
    const stop = runEnd(chars, keep, CREDENTIAL);
    if (stop - keep < 8) return null;
    return chars.scale > 1 || isCredential(textOf(chars, keep, stop)) ? { start: at, keep, end: stop } : null;
  };
}

export const basicCredentials = authorization(isBasicCredentials);
export const bearerToken = authorization(isBearerToken);

/** Behind a name: `["']?\s{0,3}[=:]\s{0,3}["']?`; -1: it is not there. */
function valueStart(chars: Chars, from: number): number {
  let at = isQuote(chars.at(from)) ? from + 1 : from;
  at = runEnd(chars, at, isSpace, 3 * chars.scale);
  const sign = chars.at(at);
  if (sign !== COLON && sign !== 0x3d) return -1;
  at = runEnd(chars, at + 1, isSpace, 3 * chars.scale);
  return isQuote(chars.at(at)) ? at + 1 : at;
}

export const awsSecret: Matcher = (chars, at, end) => {
  if (!chars.isBorder(at)) return null;
  const keep = valueStart(chars, end);
  if (keep < 0) return null;
  const stop = runEnd(chars, keep, AWS_SECRET, 40);
  return stop - keep < 40 ? null : { start: at, keep, end: stop };
};

export const namedSecret: Matcher = (chars, at, end, from) => {
  const before = at > from ? chars.at(at - 1) : NOTHING;
  if (!isQuote(before) && before !== 0x3f && before !== 0x26) return null;
  const keep = valueStart(chars, end);
  if (keep < 0) return null;
  const stop = runEnd(chars, keep, IN_VALUE);
  return stop - keep < 4 ? null : { start: at - 1, keep, end: stop };
};

export const urlPassword: Matcher = (chars, at, end) => {
  const colon = runEnd(chars, end, IN_USER, 64 * chars.scale);
  if (colon === end || chars.at(colon) !== COLON) return null;
  const keep = colon + 1;
  const stop = runEnd(chars, keep, IN_PASSWORD, 128 * chars.scale);
  return stop === keep || chars.at(stop) !== AT_SIGN ? null : { start: at, keep, end: stop };
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

export { BASE64_URL, isLetterOrDigit, isUpperOrDigit, isWord };
