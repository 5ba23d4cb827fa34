/**
 * Which runs of three letters, digits and underscores occur in some texts: a bit for each of the 50,653 that there are. A text that holds
 * another has all of its runs, wherever in a word the other begins, so that what lacks one of them needs no look.
 */
const LETTERS = 37;
const NO_LETTER = 0xff;
const GRAMS = LETTERS ** 3;
const GRAM_BYTES = Math.ceil(GRAMS / 8);
/** More of them tell hardly more. */
const MOST_ASKED = 12;

/** By ASCII code, regardless of case. */
const LETTER = new Uint8Array(128).fill(NO_LETTER);
for (const [code, char] of [...'0123456789abcdefghijklmnopqrstuvwxyz_'].entries()) {
  LETTER[char.charCodeAt(0)] = code;
  LETTER[char.toUpperCase().charCodeAt(0)] = code;
}
/**
 * The sign of Kelvin and the dotted I, which are ASCII in lower case. The other has a dot behind it then, which is none, where JavaScript makes it,
 * and nothing where some databases do: a text that holds one is read both ways.
 */
const KELVIN = 0x212a;
const DOTTED_I = 0x130;

export class Grams {
  readonly bits = new Uint8Array(GRAM_BYTES);

  /** UTF-8. */
  addBytes(bytes: Uint8Array, start: number, end: number, dotted = NO_LETTER): void {
    let isDotted = false;
    let first = NO_LETTER;
    let second = NO_LETTER;
    for (let i = start; i < end; i++) {
      const byte = bytes[i] as number;
      let letter = NO_LETTER;
      if (byte < 0x80) letter = LETTER[byte] as number;
      else if (byte === 0xe2 && bytes[i + 1] === 0x84 && bytes[i + 2] === 0xaa) {
        letter = letterOf(KELVIN);
        i += 2;
      } else if (byte === 0xc4 && bytes[i + 1] === 0xb0) {
        isDotted = true;
        this.add(first, second, letterOf(DOTTED_I));
        letter = dotted;
        i++;
      }
      this.add(first, second, letter);
      first = second;
      second = letter;
    }
    if (isDotted && dotted === NO_LETTER) this.addBytes(bytes, start, end, letterOf(DOTTED_I));
  }

  addText(text: string, dotted = NO_LETTER): void {
    let isDotted = false;
    let first = NO_LETTER;
    let second = NO_LETTER;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === DOTTED_I) {
        isDotted = true;
        this.add(first, second, letterOf(code));
      }
      const letter = code === DOTTED_I ? dotted : letterOf(code);
      this.add(first, second, letter);
      first = second;
      second = letter;
    }
    if (isDotted && dotted === NO_LETTER) this.addText(text, letterOf(DOTTED_I));
  }

  private add(first: number, second: number, third: number): void {
    if (first === NO_LETTER || second === NO_LETTER || third === NO_LETTER) return;
    const gram = (first * LETTERS + second) * LETTERS + third;
    this.bits[gram >> 3] = (this.bits[gram >> 3] as number) | (1 << (gram & 7));
  }
}

/** Numbers of bits that are all set where this text is in one of those that were added; none: it is too short, or has no such letters. */
export function gramsIn(text: string): number[] {
  const found = new Set<number>();
  const grams = new Grams();
  // Of what may be read in two ways only what holds in both.
  for (const part of text.split(/\u0130|i\u0307/)) grams.addText(part);
  for (const [at, byte] of grams.bits.entries()) {
    for (let bit = 0; byte >> bit !== 0; bit++) if ((byte >> bit) & 1) found.add(at * 8 + bit);
  }
  const all = [...found];
  const every = Math.max(1, Math.ceil(all.length / MOST_ASKED));
  return all.filter((_, i) => i % every === 0);
}

function letterOf(code: number): number {
  if (code === KELVIN) return LETTER[0x6b] as number;
  if (code === DOTTED_I) return LETTER[0x69] as number;
  return code < 0x80 ? (LETTER[code] as number) : NO_LETTER;
}
