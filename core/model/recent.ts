/** What was used lately, by key: so much at most, and what rested longest goes. */
export class Recent<K, V> {
  private readonly held = new Map<K, V>();

  constructor(private readonly most: number) {}

  get size(): number {
    return this.held.size;
  }

  get(key: K): V | undefined {
    const value = this.held.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    this.held.delete(key);
    this.held.set(key, value);
    if (this.held.size <= this.most) return;
    for (const oldest of this.held.keys()) {
      this.held.delete(oldest);
      return;
    }
  }
}
