/** Rows that never change, by number: of those asked for, only what is not held yet is read, and as many stay as memory should have. */
export class HeldRows<T> {
  private readonly known = new Map<number, T>();
  private bytes = 0;

  constructor(
    private readonly most: number,
    private readonly mostBytes = Number.POSITIVE_INFINITY,
    private readonly bytesOf: (row: T) => number = () => 0,
  ) {}

  get size(): number {
    return this.known.size;
  }

  async of(
    ids: readonly number[],
    read: (missing: readonly number[]) => Promise<readonly (readonly [number, T])[]>,
  ): Promise<ReadonlyMap<number, T>> {
    // Taken now: who asks at the same time may push them out while the others are read.
    const asked = new Map<number, T>();
    const missing: number[] = [];
    for (const id of ids) {
      const row = this.known.get(id);
      if (row === undefined) missing.push(id);
      else asked.set(id, row);
    }
    for (const [id, row] of missing.length === 0 ? [] : await read(missing)) {
      asked.set(id, row);
      this.hold(id, row);
    }
    return asked;
  }

  private hold(id: number, row: T): void {
    if (!this.known.has(id)) this.bytes += this.bytesOf(row);
    this.known.set(id, row);
    for (const [oldest, held] of this.known) {
      if (this.known.size <= this.most && this.bytes <= this.mostBytes) return;
      this.known.delete(oldest);
      this.bytes -= this.bytesOf(held);
    }
  }
}
