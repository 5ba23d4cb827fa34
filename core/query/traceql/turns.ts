/** Work of one answer in turns with what others ask: at the end of each, time is looked at, and whether anybody still waits. */
import { AnswerSteps } from './regex';

const TURN_MS = 10;
/** Of regular expressions: about as long. */
const STEPS_A_TURN = 500_000;

export class Turns extends AnswerSteps {
  private beganMs = performance.now();
  private leftAtBegin = this.left;

  /** @param untilMs of `performance.now()`: an answer that may be partial ends then */
  constructor(
    private signal?: AbortSignal | undefined,
    private untilMs = Number.POSITIVE_INFINITY,
  ) {
    super();
  }

  /** Another answer begins, with the steps that one has. */
  renew(signal: AbortSignal | undefined, untilMs: number): void {
    this.left = AnswerSteps.MOST;
    this.signal = signal;
    this.untilMs = untilMs;
    this.begin();
  }

  /** Whether an answer that may be partial should end. */
  get isOver(): boolean {
    return performance.now() >= this.untilMs || this.areLow;
  }

  /** Asked between any two things that are done. */
  get isDue(): boolean {
    return (
      this.leftAtBegin - this.left >= STEPS_A_TURN ||
      performance.now() - this.beganMs >= TURN_MS ||
      this.signal?.aborted === true
    );
  }

  /** Lets others go on. @returns whether the answer should end. @throws the reason for which nobody waits any more */
  async end(): Promise<boolean> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.signal?.throwIfAborted();
    this.begin();
    return this.isOver;
  }

  private begin(): void {
    this.beganMs = performance.now();
    this.leftAtBegin = this.left;
  }
}
