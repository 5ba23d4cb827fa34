/** A long text in pieces, each as large as the answer has room for. */
import { byteLength, visible } from './quoted';

export interface Piece {
  /** In its quotes. */
  readonly quoted: string;
  readonly text: string;
  /** Where the next one begins; null: there is none. */
  readonly next: number | null;
}

/** @param from in characters; half of one that takes two is taken whole */
export function pieceOf(text: string, from: number, maxBytes: number): Piece {
  let start = Math.min(from, text.length);
  if (start > 0 && isLow(text.charCodeAt(start))) start--;
  let end = start;
  let piece = '';
  let room = maxBytes - 2;
  while (end < text.length) {
    const one = String.fromCodePoint(text.codePointAt(end) ?? 0);
    const seen = visible(one);
    room -= byteLength(JSON.stringify(seen)) - 2;
    if (room < 0) break;
    piece += seen;
    end += one.length;
  }
  return { quoted: JSON.stringify(piece), text: piece, next: end < text.length ? end : null };
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
