/** Pictures and other bytes hold anything by chance: what matches there is a secret only where it stands in a text. */
import type { Match } from './matchers';
import type { TextRule } from './text-rules';

/** A rule whose matches hold so much of a text does not match by chance. */
const MIN_ANCHOR = 4;
/** Characters in a row that are no chance: of a match, and with those around it. */
const MIN_MATCH = 16;
const MIN_STRETCH = 20;
const lenient = new TextDecoder();

/** Tells of some bytes, each a character, which matches may be there by chance. */
export class ChanceMatches {
  private isText: boolean | null = null;

  constructor(private readonly bytes: string) {}

  isChance({ anchors }: TextRule, { start, end }: Match): boolean {
    const { bytes } = this;
    if (anchors?.every(({ length }) => length >= MIN_ANCHOR)) return false;
    if (end - start >= MIN_MATCH && printableEnd(bytes, start, end) === end) return false;
    let from = start;
    while (from > 0 && end - from < MIN_STRETCH && isPrintable(bytes.charCodeAt(from - 1))) from--;
    if (printableEnd(bytes, from, from + MIN_STRETCH) === from + MIN_STRETCH) return false;
    this.isText ??= isMostlyText(bytes);
    return !this.isText;
  }
}

/** Whether more than half of the characters that bytes hold can be read. */
function isMostlyText(bytes: string): boolean {
  const text = lenient.decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
  let readable = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isPrintable(code) || (code > 0x9f && code !== 0xfffd)) readable++;
  }
  return 2 * readable > text.length;
}

function printableEnd(bytes: string, from: number, to: number): number {
  let at = from;
  while (at < to && at < bytes.length && isPrintable(bytes.charCodeAt(at))) at++;
  return at;
}

function isPrintable(code: number): boolean {
  return (code >= 0x20 && code <= 0x7e) || code === 9 || code === 10 || code === 13;
}

export function latin1Of(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 8_192) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 8_192)));
  }
  return parts.join('');
}
