/** What the requests in flight have become: each is bounded by itself (core/otlp/decode-budget.ts), all together are here. */
import { SpoorError } from '../../core/model/errors';

/** One more is decoded below it, so that they never hold more than this and one request. */
const MAX_HELD_BYTES = 512 * 1024 * 1024;
/** The same for each of several holders, so that one leaves room to the others. */
const MAX_BYTES_OF_ONE = 256 * 1024 * 1024;

export class DecodedBytes {
  private held = 0;

  /** @param outer what this is a part of; null: it is the whole */
  constructor(
    private readonly limit = MAX_HELD_BYTES,
    private readonly outer: DecodedBytes | null = null,
  ) {}

  /** The share of one holder, such as a workspace. */
  share(limit = MAX_BYTES_OF_ONE): DecodedBytes {
    return new DecodedBytes(limit, this);
  }

  /** Before a request is decoded. @throws SpoorError SERVICE_UNAVAILABLE */
  check(): void {
    this.outer?.check();
    if (this.held >= this.limit) {
      throw new SpoorError('SERVICE_UNAVAILABLE', 'More arrives than the database can store; try again shortly.');
    }
  }

  /** Counts `cost` bytes as held until `store` is done. */
  async holding<T>(cost: number, store: () => Promise<T>): Promise<T> {
    this.add(cost);
    try {
      return await store();
    } finally {
      this.add(-cost);
    }
  }

  private add(bytes: number): void {
    this.held += bytes;
    this.outer?.add(bytes);
  }
}
