/**
 * Whether bytes hold one of some ASCII texts, regardless of case: three bytes at every second place are looked up in a bitmap. Most
 * prompts hold none, and need neither become text nor be matched against twenty expressions.
 */
const BITS = 5;
const MASK = (1 << BITS) - 1;
const WINDOW = 3;

/** From the most frequent in English; what is not of it is rare. */
const FREQUENT = ' etaoinshrdlcumwfgypbvkjxqz';

/** To lower case, of ASCII. */
const LOWER = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte));

/** A hint of which a window may be a part. */
interface Candidate {
  readonly hint: Uint8Array;
  /** Where the window lies in the hint; -1: it begins a byte before. */
  readonly at: number;
}

export class HintTable {
  private readonly candidates: (readonly Candidate[] | undefined)[] = [];
  private readonly isCandidate = new Uint8Array(1 << (BITS * WINDOW));

  /** @param hints in lower case, of three bytes and more */
  constructor(hints: readonly string[]) {
    for (const text of hints) {
      const hint = new TextEncoder().encode(text);
      if (hint.length < WINDOW) throw new RangeError(`the hint ${text} is too short`);
      // Where a hint begins at an even place the windows in it are those at 0, 2, ...; else those at 1, 3, ...
      this.add(hint, rarestWindow(text, 0));
      this.add(hint, text.length > WINDOW ? rarestWindow(text, 1) : -1);
    }
  }

  isIn(bytes: Uint8Array, start: number, end: number): boolean {
    const { isCandidate } = this;
    // Letters differ from their other case in none of the five low bits.
    for (let i = start; i + 2 < end; i += 2) {
      const key =
        ((bytes[i] as number) & MASK) |
        (((bytes[i + 1] as number) & MASK) << BITS) |
        (((bytes[i + 2] as number) & MASK) << (BITS * 2));
      if (isCandidate[key] === 1 && this.isPartOf(key, bytes, i, start, end)) return true;
    }
    return false;
  }

  private add(hint: Uint8Array, at: number): void {
    // Before the hint may stand anything.
    const before = at < 0 ? Array.from({ length: MASK + 1 }, (_, any) => any) : [hint[at] as number];
    for (const first of before) {
      const key =
        (first & MASK) |
        (((hint[at + 1] as number) & MASK) << BITS) |
        (((hint[at + 2] as number) & MASK) << (BITS * 2));
      this.candidates[key] = [...(this.candidates[key] ?? []), { hint, at }];
      this.isCandidate[key] = 1;
    }
  }

  private isPartOf(key: number, bytes: Uint8Array, window: number, start: number, end: number): boolean {
    const candidates = this.candidates[key] as readonly Candidate[];
    for (let i = 0; i < candidates.length; i++) {
      const { hint, at } = candidates[i] as Candidate;
      const from = window - at;
      if (from >= start && from + hint.length <= end && standsAt(hint, bytes, from)) return true;
    }
    return false;
  }
}

/** Where it lies. @param first 0 or 1 */
function rarestWindow(hint: string, first: number): number {
  let best = { at: first, rarity: -1 };
  for (let at = first; at + WINDOW <= hint.length; at += 2) {
    const rarity = rarityOf(hint.slice(at, at + WINDOW));
    if (rarity > best.rarity) best = { at, rarity };
  }
  return best.at;
}

function rarityOf(text: string): number {
  const ranks = [...text].map((letter) => FREQUENT.indexOf(letter));
  return ranks.reduce((sum, rank) => sum + (rank < 0 ? FREQUENT.length : rank), 0);
}

function standsAt(hint: Uint8Array, bytes: Uint8Array, from: number): boolean {
  for (let i = 0; i < hint.length; i++) if (LOWER[bytes[from + i] as number] !== hint[i]) return false;
  return true;
}
