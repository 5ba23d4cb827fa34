/** Numbers and how often each occurs, as a block keeps them: attributes, operations, resources and scopes of its spans. */

/** No number of ours. */
const EMPTY = -(2 ** 31);

/** Open addressing over typed arrays: every attribute of every span is counted here while it is stored. */
export class TermCounts {
  private ids = new Int32Array(256).fill(EMPTY);
  private counts = new Uint32Array(256);
  size = 0;

  add(id: number, times = 1): void {
    let at = this.slot(id);
    if (this.ids[at] === EMPTY) {
      if (this.size * 2 >= this.ids.length) {
        this.grow();
        at = this.slot(id);
      }
      this.ids[at] = id;
      this.size++;
    }
    this.counts[at] = (this.counts[at] as number) + times;
  }

  /** By number. */
  sorted(): Terms {
    const ids = this.ids.filter((id) => id !== EMPTY).sort();
    return { ids, counts: Uint32Array.from(ids, (id) => this.counts[this.slot(id)] as number) };
  }

  /** Where the number is or would be. */
  private slot(id: number): number {
    const { ids } = this;
    const mask = ids.length - 1;
    for (let at = termHash(id); ; at++) {
      at &= mask;
      const found = ids[at];
      if (found === id || found === EMPTY) return at;
    }
  }

  private grow(): void {
    const { ids, counts } = this;
    this.ids = new Int32Array(ids.length * 2).fill(EMPTY);
    this.counts = new Uint32Array(ids.length * 2);
    for (const [at, id] of ids.entries()) {
      if (id === EMPTY) continue;
      const to = this.slot(id);
      this.ids[to] = id;
      this.counts[to] = counts[at] as number;
    }
  }
}

/** Of which all bits count: of 16 bits alone, a block of more numbers than that would be searched from end to end. */
export function termHash(id: number): number {
  const hash = Math.imul(id, 0x9e3779b1);
  return hash ^ (hash >>> 15);
}

/** Parallel columns, by number. */
export interface Terms {
  readonly ids: Int32Array;
  readonly counts: Uint32Array;
}

export interface BlockTerms {
  /** As in `span.attributes`: below 0 a key whose value is in a payload. */
  readonly attributes: Terms;
  readonly operations: Terms;
  readonly resources: Terms;
  readonly scopes: Terms;
}

/** Each list as varints: its length, then for each number the distance to the one before (the first zigzag) and its count. */
export function encodeTerms(lists: readonly TermCounts[]): Uint8Array {
  // A varint of 32 bits takes 5 bytes at most.
  const bytes = new Uint8Array(lists.reduce((sum, { size }) => sum + 5 + size * 10, 0));
  let length = 0;
  const varint = (value: number): void => {
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes[length++] = (rest & 0x7f) | 0x80;
    bytes[length++] = rest;
  };
  for (const list of lists) {
    const { ids, counts } = list.sorted();
    varint(ids.length);
    for (const [i, id] of ids.entries()) {
      varint(i === 0 ? (id < 0 ? -id * 2 - 1 : id * 2) : id - (ids[i - 1] as number));
      varint(counts[i] as number);
    }
  }
  return bytes.slice(0, length);
}

export function decodeTerms(bytes: Uint8Array): BlockTerms {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  const list = (): Terms => {
    const length = varint();
    const ids = new Int32Array(length);
    const counts = new Uint32Array(length);
    for (let i = 0; i < length; i++) {
      const step = varint();
      ids[i] = i > 0 ? (ids[i - 1] as number) + step : step % 2 === 1 ? -(step + 1) / 2 : step / 2;
      counts[i] = varint();
    }
    return { ids, counts };
  };
  return { attributes: list(), operations: list(), resources: list(), scopes: list() };
}

/** How often a number occurs, by binary search. */
export function countOf({ ids, counts }: Terms, id: number): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ids[middle] as number) < id) low = middle + 1;
    else high = middle;
  }
  return ids[low] === id ? (counts[low] as number) : 0;
}
