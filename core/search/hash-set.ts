/** A set of 32-bit hashes: open addressing over one typed array, several times quicker than `Set`. */
export class HashSet {
  private slots = new Uint32Array(1 << 12);
  private count = 0;
  private hasZero = false;

  get size(): number {
    return this.count + (this.hasZero ? 1 : 0);
  }

  add(hash: number): void {
    if (hash === 0) {
      this.hasZero = true;
      return;
    }
    if (this.count * 2 >= this.slots.length) this.grow();
    if (insert(this.slots, hash)) this.count++;
  }

  values(): Uint32Array {
    const values = this.slots.filter((hash) => hash !== 0);
    return this.hasZero ? Uint32Array.from([...values, 0]) : values;
  }

  private grow(): void {
    const larger = new Uint32Array(this.slots.length * 2);
    for (const hash of this.slots) if (hash !== 0) insert(larger, hash);
    this.slots = larger;
  }
}

function insert(slots: Uint32Array, hash: number): boolean {
  const mask = slots.length - 1;
  for (let at = hash & mask; ; at = (at + 1) & mask) {
    if (slots[at] === hash) return false;
    if (slots[at] === 0) {
      slots[at] = hash;
      return true;
    }
  }
}
