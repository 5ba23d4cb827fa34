/**
 * What rules look at: characters of a text, or raw bytes that hold texts among lengths and tags. Each look is a step and is
 * counted, so that tests can prove how many a rule takes.
 */
export interface Steps {
  count: number;
}

/** Outside of what there is. */
export const NOTHING = -1;
/** A byte of a character beyond ASCII: it may be a space, or any other. */
const BEYOND_ASCII = -2;

export interface Chars {
  readonly length: number;
  /** How many units a character may take. */
  readonly scale: number;
  /** A character code; NOTHING outside. */
  at(index: number): number;
  /** Whether a word may begin or end between `index - 1` and `index`, one of which is of a word. */
  isBorder(index: number): boolean;
  slice(start: number, end: number): string;
  readonly runs: Runs;
}

export class TextChars implements Chars {
  readonly length: number;
  readonly scale = 1;
  readonly runs: Runs = new Runs(this);

  constructor(
    private readonly text: string,
    private readonly steps: Steps,
  ) {
    this.length = text.length;
  }

  at(index: number): number {
    this.steps.count++;
    return index >= 0 && index < this.length ? this.text.charCodeAt(index) : NOTHING;
  }

  slice(start: number, end: number): string {
    this.steps.count += end - start;
    return this.text.slice(start, end);
  }

  isBorder(index: number): boolean {
    return this.isWordBefore(index) !== isWord(this.at(index));
  }

  /** The letter of an escape, say of `\n` in JSON, is of no word. */
  private isWordBefore(index: number): boolean {
    const before = this.at(index - 1);
    return isWord(before) && !(isLetterOfEscape(before) && this.at(index - 2) === BACKSLASH);
  }
}

function isLetterOfEscape(code: number): boolean {
  return code === 0x6e || code === 0x72 || code === 0x74;
}

/** Where a text begins or ends is not known here: a border of a word may be anywhere. */
export class ByteChars implements Chars {
  readonly length: number;
  readonly scale = 3;
  readonly runs: Runs = new Runs(this);

  constructor(
    readonly bytes: Uint8Array,
    private readonly steps: Steps,
  ) {
    this.length = bytes.length;
  }

  at(index: number): number {
    this.steps.count++;
    if (index < 0 || index >= this.length) return NOTHING;
    const byte = this.bytes[index] as number;
    return byte < 0x80 ? byte : BEYOND_ASCII;
  }

  slice(start: number, end: number): string {
    this.steps.count += end - start;
    let text = '';
    for (let at = Math.max(start, 0); at < end && at < this.length; at++) {
      text += String.fromCharCode(this.bytes[at] as number);
    }
    return text;
  }

  isBorder(): boolean {
    return true;
  }
}

/** Ends of long runs, by slot: who asks again within the run that it found last does not walk it again. */
class Runs {
  private readonly start: number[] = [];
  private readonly end: number[] = [];

  constructor(private readonly chars: Chars) {}

  /** Where the run of characters of a class that holds `at` ends. @param slot of the class and the asker */
  endOf(slot: number, at: number, isIn: (code: number) => boolean): number {
    if (at >= (this.start[slot] ?? 0) && at < (this.end[slot] ?? 0)) return this.end[slot] as number;
    const end = runEnd(this.chars, at, isIn);
    this.start[slot] = at;
    this.end[slot] = end;
    return end;
  }
}

/** Where the characters of a class from `at` on end, or the first `limit` of them. */
export function runEnd(chars: Chars, at: number, isIn: (code: number) => boolean, limit = chars.length): number {
  const stop = at + limit;
  let end = at;
  while (end < stop && isIn(chars.at(end))) end++;
  return end;
}

const BACKSLASH = 0x5c;
const WORD = 1;
const LETTER = 2;
const DIGIT = 4;
const UPPER = 8;
const CLASSES = Uint8Array.from({ length: 128 }, (_, code) => {
  const text = String.fromCharCode(code);
  return (
    (/\w/.test(text) ? WORD : 0) |
    (/[A-Za-z]/.test(text) ? LETTER : 0) |
    (/\d/.test(text) ? DIGIT : 0) |
    (/[A-Z]/.test(text) ? UPPER : 0)
  );
});

function isOf(code: number, classes: number): boolean {
  return code >= 0 && code < 128 && ((CLASSES[code] as number) & classes) !== 0;
}

export function isWord(code: number): boolean {
  return isOf(code, WORD);
}

export function isLetter(code: number): boolean {
  return isOf(code, LETTER);
}

export function isDigit(code: number): boolean {
  return isOf(code, DIGIT);
}

export function isUpperOrDigit(code: number): boolean {
  return isOf(code, UPPER | DIGIT);
}

export function isLetterOrDigit(code: number): boolean {
  return isOf(code, LETTER | DIGIT);
}

/** A set of ASCII characters beside those of words. */
export function wordOr(others: string): (code: number) => boolean {
  const codes = new Set([...others].map((character) => character.charCodeAt(0)));
  return (code) => isWord(code) || codes.has(code);
}

/** As `\s` of a regular expression. */
export function isSpace(code: number): boolean {
  if (code === BEYOND_ASCII) return true;
  if (code < 0x80) return code === 0x20 || (code >= 9 && code <= 13);
  return (
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000 ||
    code === 0xfeff
  );
}

/** Any character that is there, but spaces and these. */
export function noneOf(excluded: string): (code: number) => boolean {
  const codes = new Set([...excluded].map((character) => character.charCodeAt(0)));
  return (code) => code === BEYOND_ASCII || (code >= 0 && !isSpace(code) && !codes.has(code));
}

/** Where `text` ends, which stands at `at`; -1: it does not. */
export function after(chars: Chars, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) if (chars.at(at + i) !== text.charCodeAt(i)) return -1;
  return at + text.length;
}
