/**
 * Answers that time may have cut off. The parts have different names, so that what reads one has to say what it does where not all was
 * looked through: what was found so far is neither nothing nor everything.
 */
import type { SpoorApi } from '../../core/operations/operations';

export type Answer<A> = WholeAnswer<A> | PartialAnswer<A>;

interface WholeAnswer<A> {
  readonly state: 'complete';
  readonly whole: A;
}

interface PartialAnswer<A> {
  readonly state: 'partial';
  /** At least this; what is missing may be anything. */
  readonly soFar: A;
}

type CutOff = { readonly complete: boolean } | { readonly search: { readonly complete: boolean } };

/** Methods whose answers say whether they are all. */
export type QuestionName = {
  [M in keyof SpoorApi]: Awaited<ReturnType<SpoorApi[M]>> extends CutOff ? M : never;
}[keyof SpoorApi];

/** What a screen asks, and how far the answer is. */
export interface Question<A> {
  /** Null: nothing has been answered yet. */
  readonly answer: Answer<A> | null;
  /** The answer is to what was asked before: shown dimmed, and not taken for an answer to this. */
  readonly isOld: boolean;
  /** Why it could not be answered; null: it could, or may be yet. */
  readonly failure: string | null;
  readonly askAgain: () => void;
}

export function answerOf<A extends CutOff>(answer: A): Answer<A> {
  const isWhole = 'search' in answer ? answer.search.complete : answer.complete;
  return answerFrom(answer, isWhole);
}

export function answerFrom<A>(found: A, isWhole: boolean): Answer<A> {
  return isWhole ? { state: 'complete', whole: found } : { state: 'partial', soFar: found };
}

/** For figures that are right as far as they go, beside words that say whether that is all: `atLeast`, or `QuestionNote`. */
export function foundIn<A>(answer: Answer<A>): A {
  return answer.state === 'complete' ? answer.whole : answer.soFar;
}

/** What stands before a count. */
export function atLeast({ state }: Answer<unknown>): string {
  return state === 'complete' ? '' : 'at least ';
}
