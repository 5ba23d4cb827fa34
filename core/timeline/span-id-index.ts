/** Finds spans by their 64-bit id: open addressing over the column itself, no object a span. Of equal ids the last is found. */
export class SpanIdIndex {
  /** Index + 1; 0: free. */
  private readonly slots: Uint32Array;
  private readonly halves: Uint32Array;

  constructor(ids: BigUint64Array<ArrayBuffer>) {
    let capacity = 16;
    while (capacity < ids.length * 2) capacity *= 2;
    this.slots = new Uint32Array(capacity);
    this.halves = new Uint32Array(ids.buffer, ids.byteOffset, ids.length * 2);
    for (let i = 0; i < ids.length; i++) {
      this.slots[this.slot(this.halves[2 * i] as number, this.halves[2 * i + 1] as number)] = i + 1;
    }
  }

  /** -1: not here. */
  find(id: bigint): number {
    return this.findHalves(Number(id & 0xffff_ffffn), Number(id >> 32n));
  }

  /** By the two halves of the id as they lie in memory (little-endian, as on every machine we run on). */
  findHalves(low: number, high: number): number {
    return (this.slots[this.slot(low, high)] as number) - 1;
  }

  private slot(low: number, high: number): number {
    const { slots, halves } = this;
    const mask = slots.length - 1;
    let hash = Math.imul(high ^ (high >>> 15), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const i = slots[at] as number;
      if (i === 0 || (halves[2 * i - 2] === low && halves[2 * i - 1] === high)) return at;
    }
  }
}
