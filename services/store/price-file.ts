/**
 * Prices of models: the list that comes with Spoor, and in front of it the user's own, `prices.json` in the data folder, which is read
 * again when it changes: costs are computed when they are looked at.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PriceBook, type PriceEntry } from '../../core/pricing/price-book';
import list from '../../resources/prices.json';

const FILE = 'prices.json';
/** Whether it changed is looked at no more often. */
const PACE_MS = 2_000;

const price = z.number().min(0);
const PRICES = z.object({
  input: price.optional(),
  output: price.optional(),
  cacheRead: price.optional(),
  cacheWrite: price.optional(),
  cacheWriteHour: price.optional(),
  inputAudio: price.optional(),
  outputAudio: price.optional(),
});
const ENTRY = PRICES.extend({
  provider: z.string().min(1).nullable().default(null),
  model: z.string().min(1),
  from: z.iso.date().optional(),
  above: z.array(PRICES.extend({ tokens: z.number().int().min(1) })).optional(),
  tiers: z.record(z.string(), PRICES).optional(),
});
const OWN = z.object({ prices: z.array(ENTRY).max(10_000) });

export class PriceFile {
  private book = new PriceBook(list.prices);
  private readAt = Number.NEGATIVE_INFINITY;
  private version = '';

  /** @param onTrouble told once of a file that cannot be read; the list stands until it can */
  constructor(
    private readonly dataDir: string,
    private readonly onTrouble: (reason: string) => void,
  ) {}

  /** As it is now. */
  read(): PriceBook {
    if (performance.now() - this.readAt < PACE_MS) return this.book;
    this.readAt = performance.now();
    const path = join(this.dataDir, FILE);
    const stats = statSync(path, { throwIfNoEntry: false });
    const version = stats ? `${stats.mtimeMs} ${stats.size}` : '';
    if (version === this.version) return this.book;
    this.version = version;
    this.book = new PriceBook([...(stats ? this.own(path) : []), ...list.prices]);
    return this.book;
  }

  private own(path: string): readonly PriceEntry[] {
    try {
      return OWN.parse(JSON.parse(readFileSync(path, 'utf8'))).prices;
    } catch (error) {
      const issue = error instanceof z.ZodError ? error.issues[0] : null;
      const reason = issue ? `${issue.path.join('.')}: ${issue.message}` : String(error);
      this.onTrouble(`${path}: ${reason}`);
      return [];
    }
  }
}
