/** What the requests in flight have become: each is bounded by itself (core/otlp/decode-budget.ts), all together are here. */
import { SpoorError } from '../../core/api/errors';

/** One more is decoded below it, so that they never hold more than this and one request. */
const MAX_HELD_BYTES = 512 * 1024 * 1024;

export class DecodedBytes {
  private held = 0;

  constructor(private readonly limit = MAX_HELD_BYTES) {}

  /** Before a request is decoded. @throws SpoorError SERVICE_UNAVAILABLE */
  check(): void {
    if (this.held >= this.limit) {
      throw new SpoorError('SERVICE_UNAVAILABLE', 'More arrives than the database can store; try again shortly.');
    }
  }

  /** Counts `cost` bytes as held until `store` is done. */
  async holding<T>(cost: number, store: () => Promise<T>): Promise<T> {
    this.held += cost;
    try {
      return await store();
    } finally {
      this.held -= cost;
    }
  }
}
