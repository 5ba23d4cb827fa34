/**
 * What is asked for with every request and changes seldom, kept by each copy of the server: keys are `domain:workspace:scope:id`.
 * Who changes something says which keys to forget, and every copy does. All who ask for what is not there wait for one answer.
 */
import type { ServerDatabase } from './database';

/** For as long as this it is believed where nobody says otherwise. */
export const HOT_MS = 30_000;
const FORGET = 'spoor_forget';
const MAX_ENTRIES = 20_000;

interface Entry {
  readonly until: number;
  readonly value: Promise<unknown>;
}

export class Cache {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly database: Pick<ServerDatabase, 'listen' | 'notify'>) {}

  async start(): Promise<void> {
    // Nothing named: some may have been missed.
    await this.database.listen(FORGET, (prefix) => this.drop(prefix));
  }

  /** @param load gives what is kept, never undefined; what it throws is not kept */
  get<T>(key: string, ttlMs: number, load: () => Promise<T>): Promise<T> {
    const known = this.entries.get(key);
    if (known && known.until > Date.now()) return known.value as Promise<T>;
    const value = load();
    const entry = { until: Date.now() + ttlMs, value };
    this.entries.delete(key);
    for (const oldest of this.entries.keys()) {
      if (this.entries.size < MAX_ENTRIES) break;
      this.entries.delete(oldest);
    }
    this.entries.set(key, entry);
    value.catch(() => {
      if (this.entries.get(key) === entry) this.entries.delete(key);
    });
    return value;
  }

  /** Here and in every other copy. Who does not hear of it forgets by and by. */
  async forget(prefix: string): Promise<void> {
    this.drop(prefix);
    await this.database.notify(FORGET, prefix).catch(() => {});
  }

  private drop(prefix: string): void {
    for (const key of this.entries.keys()) if (key.startsWith(prefix)) this.entries.delete(key);
  }
}
