/** A set of 64-bit span ids as pairs of 32-bit halves: open addressing, no object an id. The id 0 is not one. */
export class SpanIdSet {
  size = 0;
  private slots: Int32Array;

  constructor(expected = 4) {
    let capacity = 8;
    while (capacity < expected * 2) capacity *= 2;
    this.slots = new Int32Array(capacity * 2);
  }

  /** Entries that fit before it grows: what it weighs, in ids. */
  get capacity(): number {
    return this.slots.length >> 1;
  }

  has(high: number, low: number): boolean {
    const at = this.slot(high, low);
    return this.slots[at] !== 0 || this.slots[at + 1] !== 0;
  }

  /** False when it was there. */
  add(high: number, low: number): boolean {
    const at = this.slot(high, low);
    if (this.slots[at] !== 0 || this.slots[at + 1] !== 0) return false;
    this.slots[at] = high;
    this.slots[at + 1] = low;
    this.size++;
    if (this.size * 4 > this.slots.length) this.grow();
    return true;
  }

  /** Where the pair is or would be. */
  private slot(high: number, low: number): number {
    const mask = (this.slots.length >> 1) - 1;
    const hash = hashPair(high, low);
    for (let i = hash & mask; ; i = (i + 1) & mask) {
      const at = i * 2;
      const h = this.slots[at] as number;
      const l = this.slots[at + 1] as number;
      if ((h === high && l === low) || (h === 0 && l === 0)) return at;
    }
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Int32Array(old.length * 2);
    for (let at = 0; at < old.length; at += 2) {
      const high = old[at] as number;
      const low = old[at + 1] as number;
      if (high === 0 && low === 0) continue;
      const to = this.slot(high, low);
      this.slots[to] = high;
      this.slots[to + 1] = low;
    }
  }
}

/** Of two halves of an id; its low bits are as good as any. */
export function hashPair(high: number, low: number): number {
  const hash = Math.imul(high ^ (high >>> 15), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
