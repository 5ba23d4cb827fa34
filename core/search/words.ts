/**
 * Words of text, and the hashes by which a block of spans is known to hold them. A word is a run of letters and digits and
 * underscores, in lower case; where a script is written without spaces, it is a run of its characters, of which any part is found: the
 * index holds its characters, and each two that stand side by side. Text in JSON is indexed as it is written and as it is meant.
 */
import { fromEscapes, unescapedBytes } from './escaped-text';
import { classOf, folded, IGNORED, isWordAscii, RUN } from './letters';

/** What the words of a summary mean; 1: runs of letters of any script, of text as it is written. */
export const WORDS_VERSION = 2;

/** Longer words are data: of those only the beginning counts. */
const MAX_WORD_CHARS = 64;

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder();

/** In order, each as often as it occurs: what a search asks for. */
export function wordsOf(text: string): string[] {
  return wordsIn(folded(text));
}

/** What the index holds of a text, each once. */
export function termsOf(text: string): string[] {
  const terms = new Set<string>();
  for (const written of [text, ...fromEscapes(text)]) {
    for (const word of wordsOf(written)) {
      if (isRun(word)) for (const part of partsOf(word)) terms.add(part);
      else terms.add(word);
    }
  }
  return [...terms];
}

/** What the index of a text with this word holds, all of it. */
export function termsOfWord(word: string): string[] {
  if (!isRun(word)) return [word];
  const pairs = partsOf(word).filter((part) => isPair(part));
  return pairs.length === 0 ? [word] : [...new Set(pairs)];
}

/** Whether a text has a word: what the index finds, looked up in the text itself. @param word one of `wordsOf` */
export function textHasWord(text: string, word: string): boolean {
  return hasWritten(text, word) || fromEscapes(text).some((meant) => hasWritten(meant, word));
}

function hasWritten(text: string, word: string): boolean {
  const compared = folded(text);
  // Words are told apart only where the text has these letters at all.
  return compared.includes(word) && (isRun(word) || wordsIn(compared).includes(word));
}

function isRun(word: string): boolean {
  return classOf(word.codePointAt(0) ?? 0) === RUN;
}

function isPair(part: string): boolean {
  return part.length > String.fromCodePoint(part.codePointAt(0) ?? 0).length;
}

/** Each character of a run, and each two side by side. */
function partsOf(run: string): string[] {
  const characters = [...run];
  return characters.flatMap((one, i) => {
    const next = characters[i + 1];
    return next === undefined ? [one] : [one, one + next];
  });
}

function wordsIn(compared: string): string[] {
  const words: string[] = [];
  eachStretch(compared, (start, end, isRunOfScript) => {
    const stretch = compared.slice(start, end);
    words.push(isRunOfScript || end - start <= MAX_WORD_CHARS ? stretch : firstOf(stretch));
  });
  return words;
}

function firstOf(word: string): string {
  return Array.from(word).slice(0, MAX_WORD_CHARS).join('');
}

/** Words and runs, where they stand in a folded text. */
function eachStretch(compared: string, each: (start: number, end: number, isRun: boolean) => void): void {
  let start = 0;
  let of = 0;
  for (let at = 0; at < compared.length; ) {
    const code = compared.codePointAt(at) as number;
    const found = classOf(code);
    // Folding takes them out, but for a few that it makes.
    const next = found === IGNORED ? 0 : found;
    if (next !== of) {
      if (of !== 0) each(start, at, of === RUN);
      start = at;
      of = next;
    }
    at += code > 0xffff ? 2 : 1;
  }
  if (of !== 0) each(start, compared.length, of === RUN);
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a over bytes, from a seed. */
function hashBytes(bytes: Uint8Array, start: number, end: number, seed = FNV_OFFSET): number {
  let hash = seed;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), FNV_PRIME);
  return mixed(hash);
}

/** The hash of a value held by a key, whose AnyValue message is given. */
export function hashValue(keyId: number, bytes: Uint8Array, start: number, end: number): number {
  return hashBytes(bytes, start, end, Math.imul(FNV_OFFSET ^ keyId, FNV_PRIME));
}

/** FNV-1a over the UTF-8 of a term. */
export function hashWord(term: string): number {
  const bytes = utf8Encoder.encode(term);
  return hashBytes(bytes, 0, bytes.length);
}

/** Calls back with `hashWord` of each of `termsOf` UTF-8 text, some perhaps twice; no strings are made of ASCII. */
export function eachWordHash(bytes: Uint8Array, start: number, end: number, each: (hash: number) => void): void {
  if (end - start > SHORT) {
    const text = bytes.subarray(start, end);
    if (text.includes(BACKSLASH) && isAscii(text)) {
      const meant = unescapedBytes(text, 0, text.length);
      if (meant) {
        eachWrittenHash(meant, 0, meant.length, each);
        eachBesideEscapes(text, each);
        return;
      }
    }
  }
  const isEscaped = eachWrittenHash(bytes, start, end, each);
  const meant = isEscaped ? unescapedBytes(bytes, start, end) : null;
  if (meant) eachWrittenHash(meant, 0, meant.length, each);
}

/** Texts of which two passes cost less than a look at them before. */
const SHORT = 256;

function isAscii(text: Uint8Array): boolean {
  let all = 0;
  for (let i = 0; i < text.length; i++) all |= text[i] as number;
  return all < 0x80;
}

/** Words of ASCII text that are others without its escapes: those on either side of a backslash. */
function eachBesideEscapes(text: Uint8Array, each: (hash: number) => void): void {
  for (let at = text.indexOf(BACKSLASH); at >= 0; at = text.indexOf(BACKSLASH, at + 1)) {
    let first = at;
    while (first > 0 && FOLDED[text[first - 1] as number] !== 0) first--;
    if (first < at) hashOneWord(text, first, each);
    if (at + 1 < text.length && FOLDED[text[at + 1] as number] !== 0) hashOneWord(text, at + 1, each);
  }
}

function hashOneWord(text: Uint8Array, start: number, each: (hash: number) => void): void {
  let hash = FNV_OFFSET;
  for (let i = start; i < text.length && i < start + MAX_WORD_CHARS; i++) {
    const lower = FOLDED[text[i] as number] as number;
    if (lower === 0) break;
    hash = Math.imul(hash ^ lower, FNV_PRIME);
  }
  each(mixed(hash));
}

/** @returns whether there is a backslash */
function eachWrittenHash(bytes: Uint8Array, start: number, end: number, each: (hash: number) => void): boolean {
  let hash = FNV_OFFSET;
  let length = 0;
  let isEscaped = false;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte >= 0x80) {
      // Other scripts need tables: the whole text is taken again, as a string.
      eachTextHash(folded(utf8Decoder.decode(bytes.subarray(start, end))), each);
      return isEscaped || bytes.subarray(i, end).includes(BACKSLASH);
    }
    const lower = FOLDED[byte] as number;
    if (lower === 0) {
      if (length > 0) each(mixed(hash));
      hash = FNV_OFFSET;
      length = 0;
      if (byte === BACKSLASH) isEscaped = true;
    } else if (length++ < MAX_WORD_CHARS) hash = Math.imul(hash ^ lower, FNV_PRIME);
  }
  if (length > 0) each(mixed(hash));
  return isEscaped;
}

function eachTextHash(compared: string, each: (hash: number) => void): void {
  eachStretch(compared, (start, end, isRunOfScript) => {
    let hash = FNV_OFFSET;
    let before = -1;
    let length = 0;
    for (let at = start; at < end; ) {
      const code = compared.codePointAt(at) as number;
      at += code > 0xffff ? 2 : 1;
      if (!isRunOfScript) {
        if (length++ < MAX_WORD_CHARS) hash = hashCode(hash, code);
        continue;
      }
      each(mixed(hashCode(FNV_OFFSET, code)));
      if (before >= 0) each(mixed(hashCode(hashCode(FNV_OFFSET, before), code)));
      before = code;
    }
    if (!isRunOfScript) each(mixed(hash));
  });
}

/** Goes on with the UTF-8 of a character. */
function hashCode(hash: number, code: number): number {
  if (code < 0x80) return Math.imul(hash ^ code, FNV_PRIME);
  let next = hash;
  if (code < 0x800) next = Math.imul(next ^ (0xc0 | (code >> 6)), FNV_PRIME);
  else {
    if (code < 0x10000) next = Math.imul(next ^ (0xe0 | (code >> 12)), FNV_PRIME);
    else {
      next = Math.imul(next ^ (0xf0 | (code >> 18)), FNV_PRIME);
      next = Math.imul(next ^ (0x80 | ((code >> 12) & 0x3f)), FNV_PRIME);
    }
    next = Math.imul(next ^ (0x80 | ((code >> 6) & 0x3f)), FNV_PRIME);
  }
  return Math.imul(next ^ (0x80 | (code & 0x3f)), FNV_PRIME);
}

const BACKSLASH = 0x5c;

/** ASCII in lower case where it belongs to a word, else 0. */
const FOLDED = Uint8Array.from({ length: 128 }, (_, byte) =>
  isWordAscii(byte) ? String.fromCharCode(byte).toLowerCase().charCodeAt(0) : 0,
);

/** The last step of MurmurHash3: FNV alone leaves the high bits poor. */
function mixed(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
