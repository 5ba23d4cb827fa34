/**
 * Answers that took long to find are given again for a while: who turns pages, or looks again and again, must not have all calls read each
 * time. What took no time is found anew, so that it says what is stored now.
 */

const SLOW_MS = 250;
/** For so many times as long as finding it took. */
const SHARE = 20;
const MOST_MS = 60_000;
/** A megabyte or so each. */
const MOST_KEPT = 4;

interface Kept<T> {
  readonly answer: T;
  /** When finding it began, RFC 3339. */
  readonly asOf: string;
  readonly until: number;
}

interface Answered<T> {
  readonly answer: T;
  /** Since when it may be out of date; null: it was found just now. */
  readonly asOf: string | null;
}

export class SlowAnswers<T> {
  private readonly kept = new Map<string, Kept<T>>();
  private basis: object | null = null;

  /** @param isEmpty of an answer that says nothing: whoever waits for the first figures is not given it again */
  constructor(
    private readonly isEmpty: (answer: T) => boolean,
    private readonly now: () => number = () => performance.now(),
    private readonly clock: () => Date = () => new Date(),
  ) {}

  /** @param basis what answers depend on beside what is stored: with another, all are found anew */
  async of(question: object, basis: object, find: () => Promise<T>): Promise<Answered<T>> {
    if (basis !== this.basis) this.kept.clear();
    this.basis = basis;
    const key = JSON.stringify(question);
    const known = this.kept.get(key);
    if (known && this.now() < known.until) return { answer: known.answer, asOf: known.asOf };
    this.kept.delete(key);
    const began = this.now();
    const asOf = this.clock().toISOString();
    const answer = await find();
    const took = this.now() - began;
    if (took < SLOW_MS || basis !== this.basis || this.isEmpty(answer)) return { answer, asOf: null };
    this.kept.set(key, { answer, asOf, until: this.now() + Math.min(MOST_MS, took * SHARE) });
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= MOST_KEPT) break;
      this.kept.delete(oldest);
    }
    return { answer, asOf: null };
  }

  /** Drops all kept answers, and does not keep those being found: somebody changed what they are about. */
  forget(): void {
    this.kept.clear();
    this.basis = null;
  }
}
