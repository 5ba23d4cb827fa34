/**
 * Words of text, and the hashes by which a block of spans is known to hold them. A word is a run of letters and digits (of any
 * script) and underscores, in lower case.
 */
const WORD = /[\p{L}\p{N}\p{M}_]+/gu;

/** Longer runs are data, not words: of those only the beginning counts. */
const MAX_WORD_BYTES = 64;

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder();

/** In order, each as often as it occurs. */
export function wordsOf(text: string): string[] {
  return Array.from(text.toLowerCase().matchAll(WORD), ([word]) => cut(word));
}

function cut(word: string): string {
  if (word.length <= MAX_WORD_BYTES / 4) return word;
  const bytes = utf8Encoder.encode(word);
  return bytes.length <= MAX_WORD_BYTES ? word : utf8Decoder.decode(bytes.subarray(0, MAX_WORD_BYTES));
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

export function hashWord(word: string): number {
  const bytes = utf8Encoder.encode(word);
  return hashBytes(bytes, 0, bytes.length);
}

/** Calls back with `hashWord` of each of `wordsOf` UTF-8 text, some perhaps twice; no strings are made of ASCII. */
export function eachWordHash(bytes: Uint8Array, start: number, end: number, each: (hash: number) => void): void {
  let hash = FNV_OFFSET;
  let length = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte >= 0x80) {
      // Other scripts need the tables of Unicode: the whole text is taken again, as a string.
      for (const word of wordsOf(utf8Decoder.decode(bytes.subarray(start, end)))) each(hashWord(word));
      return;
    }
    const folded = FOLDED[byte] as number;
    if (folded === 0) {
      if (length > 0) each(mixed(hash));
      hash = FNV_OFFSET;
      length = 0;
    } else if (length++ < MAX_WORD_BYTES) hash = Math.imul(hash ^ folded, FNV_PRIME);
  }
  if (length > 0) each(mixed(hash));
}

/** ASCII in lower case where it belongs to a word, else 0. */
const FOLDED = Uint8Array.from({ length: 128 }, (_, byte) => {
  const character = String.fromCharCode(byte).toLowerCase();
  return /[a-z0-9_]/.test(character) ? character.charCodeAt(0) : 0;
});

/** The last step of MurmurHash3: FNV alone leaves the high bits poor. */
function mixed(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
