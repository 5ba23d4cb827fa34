/** How long a question is given whose answer was cut off, and when it is asked again. */
import type { Answer } from '../connection/answer';

const FIRST_MS = 1_000;
const LONGEST_MS = 16_000;
const SOON_MS = 500;
const LATER_MS = 20_000;

/** One second, then four, then sixteen. What sixteen seconds do not suffice for is asked again now and then. */
export class Patience {
  /** For the next time it is asked. */
  waitMs = FIRST_MS;

  /** An answer has come. */
  noted<A>(answer: Answer<A>): Answer<A> {
    this.waitMs = answer.state === 'partial' ? Math.min(4 * this.waitMs, LONGEST_MS) : FIRST_MS;
    return answer;
  }

  /** False: the answer is complete. */
  askAgainInMs({ state }: Answer<unknown>): number | false {
    if (state === 'complete') return false;
    return this.waitMs < LONGEST_MS ? SOON_MS : LATER_MS;
  }
}
