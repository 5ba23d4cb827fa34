/**
 * How often PostgreSQL ended by itself of late. Once is bad luck, and a new start mends it; what comes again and again is on the
 * disk. What is longer ago counts no more, so that it is tried again without anybody's doing.
 */
export const MAX_ENDS = 3;
export const LATELY_MS = 10 * 60_000;

export class DatabaseEnds {
  /** @param times when it ended before */
  constructor(
    private times: readonly number[] = [],
    private readonly now: () => number = Date.now,
  ) {}

  note(): void {
    this.times = [...this.lately(), this.now()];
  }

  /** The times that count. */
  lately(): readonly number[] {
    return this.times.filter((at) => this.now() - at < LATELY_MS);
  }

  get areTooMany(): boolean {
    return this.lately().length >= MAX_ENDS;
  }
}
