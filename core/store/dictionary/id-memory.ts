/**
 * Ids by key, as many as were met lately. Two generations, so that names which go on coming stay when names that never come again
 * push others out; what is forgotten is asked of the database.
 */

const MAX_IDS = 50_000;
/** Of keys, in UTF-16 units: a resource is a key of its own bytes. */
const MAX_CHARS = 16_000_000;

export class IdMemory {
  private old = new Map<string, number>();
  private young = new Map<string, number>();
  private youngChars = 0;
  /** Of the transaction under way: all that it met, so that nothing is forgotten before it ends. */
  private fresh = new Map<string, number>();

  /** How many are remembered. */
  get size(): number {
    return this.old.size + this.young.size + this.fresh.size;
  }

  get(key: string): number | undefined {
    const met = this.fresh.get(key) ?? this.young.get(key);
    if (met !== undefined) return met;
    const aged = this.old.get(key);
    if (aged !== undefined) this.fresh.set(key, aged);
    return aged;
  }

  set(key: string, id: number): void {
    this.fresh.set(key, id);
  }

  /** Forgets what was remembered under keys that begin so as one of these. */
  forget(prefix: string, ids: ReadonlySet<number>): void {
    for (const ofGeneration of [this.old, this.young, this.fresh]) {
      for (const [key, id] of ofGeneration) {
        if (!ids.has(id) || !key.startsWith(prefix)) continue;
        ofGeneration.delete(key);
        if (ofGeneration === this.young) this.youngChars -= key.length;
      }
    }
  }

  /** Keeps what the transaction made. */
  committed(): void {
    if (this.fresh.size === 0) return;
    for (const [key, id] of this.fresh) {
      if (this.young.size >= MAX_IDS || this.youngChars + key.length > MAX_CHARS) {
        this.old = this.young;
        this.young = new Map();
        this.youngChars = 0;
      }
      if (key.length > MAX_CHARS) continue;
      this.young.set(key, id);
      this.youngChars += key.length;
    }
    this.fresh = new Map();
  }

  /** Forgets what the transaction made. */
  rolledBack(): void {
    this.fresh = new Map();
  }
}
