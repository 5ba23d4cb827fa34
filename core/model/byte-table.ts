/**
 * Distinct byte strings, numbered from 0 in the order they come: a hash set without an object or a string per entry. Open
 * addressing; the seed is drawn anew for every table, so that a sender cannot prepare collisions.
 */
import { grown } from './growing';

export class ByteTable {
  /** All entries, one after the other; only the first `ends[count - 1]` bytes count. */
  bytes: Uint8Array;
  /** Exclusive end of each entry in `bytes`. */
  ends: Uint32Array;
  count = 0;
  private hashes: Uint32Array;
  /** Entry + 1, or 0. */
  private slots: Uint32Array;
  /** What was not found last, which mostly is what is added next. */
  private missed: Uint8Array | null = null;
  private missedStart = 0;
  private missedEnd = 0;
  private missedHash = 0;
  private readonly seed = (Math.random() * 0x1_0000_0000) >>> 0;

  constructor(entries = 64, bytes = 4096) {
    const capacity = 1 << Math.ceil(Math.log2(Math.max(entries, 16)));
    this.bytes = new Uint8Array(bytes);
    this.ends = new Uint32Array(capacity);
    this.hashes = new Uint32Array(capacity);
    this.slots = new Uint32Array(capacity * 2);
  }

  start(entry: number): number {
    return entry === 0 ? 0 : (this.ends[entry - 1] as number);
  }

  /** The entry that equals `source[start..end]`, or -1. */
  find(source: Uint8Array, start: number, end: number): number {
    const hash = hashOf(source, start, end, this.seed);
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = (this.slots[slot] as number) - 1;
      if (entry < 0) {
        this.missed = source;
        this.missedStart = start;
        this.missedEnd = end;
        this.missedHash = hash;
        return -1;
      }
      if (this.hashes[entry] === hash && this.equals(entry, source, start, end)) return entry;
    }
  }

  /** Adds an entry that `find` did not find. */
  add(source: Uint8Array, start: number, end: number): number {
    const hash = this.takeMissed(source, start, end) ?? hashOf(source, start, end, this.seed);
    const entry = this.count++;
    if (entry === this.ends.length) this.grow();
    const at = this.start(entry);
    const size = end - start;
    this.bytes = grown(this.bytes, at + size);
    copyBytes(source, start, end, this.bytes, at);
    this.ends[entry] = at + size;
    this.hashes[entry] = hash;
    this.place(entry, hash);
    return entry;
  }

  private takeMissed(source: Uint8Array, start: number, end: number): number | null {
    const isSame = this.missed === source && this.missedStart === start && this.missedEnd === end;
    this.missed = null;
    return isSame ? this.missedHash : null;
  }

  private equals(entry: number, source: Uint8Array, start: number, end: number): boolean {
    const at = this.start(entry);
    if ((this.ends[entry] as number) - at !== end - start) return false;
    for (let i = 0; i < end - start; i++) if (this.bytes[at + i] !== source[start + i]) return false;
    return true;
  }

  private place(entry: number, hash: number): void {
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = entry + 1;
  }

  private grow(): void {
    const capacity = this.ends.length * 2;
    this.ends = grown(this.ends, capacity);
    this.hashes = grown(this.hashes, capacity);
    this.slots = new Uint32Array(capacity * 2);
    for (let entry = 0; entry < this.count - 1; entry++) this.place(entry, this.hashes[entry] as number);
  }
}

/** Short runs byte by byte: making a view for `set` costs more than they do. */
export function copyBytes(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): void {
  if (end - start > 48) target.set(source.subarray(start, end), at);
  else for (let i = start; i < end; i++) target[at + i - start] = source[i] as number;
}

/** Multiply and rotate over four bytes at a time, finished as in MurmurHash3. */
function hashOf(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let hash = seed ^ (end - start);
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const word =
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash = (hash << 13) | (hash >>> 19);
  }
  for (; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
