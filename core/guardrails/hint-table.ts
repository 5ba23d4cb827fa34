/**
 * Whether bytes hold one of some ASCII texts, regardless of case: one pass over the bytes, three at a time looked up in a bitmap. Most
 * prompts hold none, and need neither become text nor be matched against twenty expressions.
 */
const TRIGRAM_BITS = 15;

/** To lower case, of ASCII. */
const LOWER = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte));

export class HintTable {
  private readonly candidates: readonly (readonly Uint8Array[] | undefined)[];
  private readonly isCandidate = new Uint8Array(1 << TRIGRAM_BITS);

  /** @param hints in lower case, of three bytes and more */
  constructor(hints: readonly string[]) {
    const candidates: Uint8Array[][] = [];
    for (const hint of hints) {
      const bytes = new TextEncoder().encode(hint);
      if (bytes.length < 3) throw new RangeError(`the hint ${hint} is too short`);
      const key = trigram(bytes[0] as number, bytes[1] as number, bytes[2] as number);
      const alike = candidates[key] ?? [];
      alike.push(bytes);
      candidates[key] = alike;
      this.isCandidate[key] = 1;
    }
    this.candidates = candidates;
  }

  isIn(bytes: Uint8Array, start: number, end: number): boolean {
    const { isCandidate } = this;
    // The three last bytes, five bits each: the newest on top. Letters differ from their other case in none of the five.
    let key = 0;
    for (let i = start; i < end; i++) {
      key = (key >>> 5) | (((bytes[i] as number) & 31) << 10);
      if (isCandidate[key] === 1 && i >= start + 2 && this.standsAt(key, bytes, i - 2, end)) return true;
    }
    return false;
  }

  private standsAt(key: number, bytes: Uint8Array, at: number, end: number): boolean {
    return (this.candidates[key] ?? []).some((hint) => {
      if (at + hint.length > end) return false;
      for (let k = 0; k < hint.length; k++) if (LOWER[bytes[at + k] as number] !== hint[k]) return false;
      return true;
    });
  }
}

function trigram(a: number, b: number, c: number): number {
  return (a & 31) | ((b & 31) << 5) | ((c & 31) << 10);
}
