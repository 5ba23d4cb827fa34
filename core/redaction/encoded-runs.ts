/**
 * Texts in base64, which may hold what rules look for. What a match must hold looks one of three ways in it, by where it stands
 * among the groups of three bytes: those are looked for with all others, and the run around one is unpacked.
 */
import { type Chars, wordOr } from './chars';

/** A text as it looks in base64. */
export interface EncodedForm {
  readonly text: string;
  /** Characters between the beginning of a group of four and the text. */
  readonly skip: number;
}

/** Fewer characters than this are everywhere. */
const MIN_FORM = 3;
/** A match that is shorter is no secret. */
const MIN_RUN = 16;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Uint8Array(128).fill(64);
for (let value = 0; value < ALPHABET.length; value++) VALUES[ALPHABET.charCodeAt(value)] = value;
// Of base64url.
VALUES['-'.charCodeAt(0)] = 62;
VALUES['_'.charCodeAt(0)] = 63;
const isEncoded = wordOr('+/-');

/** @param text of ASCII */
export function encodedForms(text: string): EncodedForm[] {
  const forms = [0, 1, 2].flatMap((offset): EncodedForm[] => {
    const skip = Math.ceil((8 * offset) / 6);
    const encoded = btoa('\0'.repeat(offset) + text);
    // The last character may hold bits of what comes behind.
    const known = encoded.slice(skip, Math.floor((8 * (offset + text.length)) / 6));
    return known.length < MIN_FORM ? [] : [{ text: known, skip }];
  });
  return forms.flatMap((form) => {
    const url = form.text.replaceAll('+', '-').replaceAll('/', '_');
    return url === form.text ? [form] : [form, { ...form, text: url }];
  });
}

/** As people write it: as it is, in capitals, with a capital first. */
export function writtenForms(text: string): string[] {
  return [...new Set([text, text.toUpperCase(), text.charAt(0).toUpperCase() + text.slice(1)])];
}

export interface EncodedRun {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/** The runs of one text, from its beginning on: each is unpacked once for each way that it may be grouped. */
export class EncodedRuns {
  private start = 0;
  private end = 0;
  private seen = 0;

  constructor(private readonly chars: Chars) {}

  /** The run that holds a form at `at`; null: it is none, is too short, or was given before. */
  around(at: number, { text, skip }: EncodedForm): EncodedRun | null {
    const { chars } = this;
    for (let i = 0; i < text.length; i++) if (chars.at(at + i) !== text.charCodeAt(i)) return null;
    if (at >= this.end) this.find(at);
    const shift = (((at - skip - this.start) % 4) + 4) % 4;
    if (this.end - this.start < MIN_RUN || (this.seen & (1 << shift)) !== 0) return null;
    this.seen |= 1 << shift;
    return { start: this.start, end: this.end, bytes: this.unpacked(this.start + shift) };
  }

  private find(at: number): void {
    const { chars } = this;
    let start = at;
    while (start > this.end && isEncoded(chars.at(start - 1))) start--;
    let end = at;
    while (isEncoded(chars.at(end))) end++;
    this.start = start;
    this.end = end;
    this.seen = 0;
  }

  private unpacked(from: number): Uint8Array {
    const { chars, end } = this;
    const bytes = new Uint8Array(Math.floor(((end - from) * 6) / 8));
    let bits = 0;
    let held = 0;
    let length = 0;
    for (let at = from; at < end; at++) {
      bits = ((bits << 6) | (VALUES[chars.at(at)] as number)) & 0x3fff;
      held += 6;
      if (held < 8) continue;
      held -= 8;
      bytes[length++] = (bits >> held) & 0xff;
    }
    return bytes.subarray(0, length);
  }
}
