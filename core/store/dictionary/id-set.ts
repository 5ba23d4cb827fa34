/** Ids of a chunk: a hundred bytes, so that ids which lie far apart cost little more than those that lie together. */
const CHUNK_BITS = 10;
const CHUNK = 1 << CHUNK_BITS;

/** Numbers of rows, a bit each where they lie together: ten million take a few megabytes, whatever the highest is. */
export class IdSet {
  size = 0;
  private readonly chunks = new Map<number, Uint32Array>();

  add(id: number): void {
    const at = id >> CHUNK_BITS;
    let chunk = this.chunks.get(at);
    if (!chunk) {
      chunk = new Uint32Array(CHUNK / 32);
      this.chunks.set(at, chunk);
    }
    const bit = id & (CHUNK - 1);
    const word = chunk[bit >> 5] as number;
    const added = word | (1 << (bit & 31));
    if (added >>> 0 !== word) this.size++;
    chunk[bit >> 5] = added;
  }

  has(id: number): boolean {
    const bit = id & (CHUNK - 1);
    return (((this.chunks.get(id >> CHUNK_BITS)?.[bit >> 5] ?? 0) >> (bit & 31)) & 1) === 1;
  }
}
