/** Regular expressions of TraceQL: RE2's syntax, the whole text, linear time (Tempo matches by the same rules, through Go). */
import { SpoorError } from '../../model/errors';
import { PatternError, type StepBudget, UserPattern } from '../../patterns/user-pattern';
import { TraceqlSyntaxError } from './syntax-error';

/** Characters of a text that are looked at: a prompt of megabytes must not hold the database. */
const MAX_MATCHED = 65_536;
/** Steps that the patterns of one answer may take over all texts: some seconds of work. */
const MAX_STEPS = 200_000_000;

/** Steps that patterns took, of any query. */
let taken = 0;

export function stepsTaken(): number {
  return taken;
}

/** What the patterns of a query may take for one answer. */
export class AnswerSteps implements StepBudget {
  static readonly MOST = MAX_STEPS;
  left = MAX_STEPS;

  /** Of what multiplies values with each other. @throws SpoorError VALIDATION_ERROR when it took too many */
  spend(steps: number): void {
    this.left -= steps;
    if (this.left >= 0) return;
    const message = `This query takes more than ${MAX_STEPS} steps over what is stored, where it puts many values of a span together. Ask for fewer values at once, or for a shorter time.`;
    throw new SpoorError('VALIDATION_ERROR', message, [{ field: 'query', code: 'too_many_steps', message }]);
  }

  /** Whether an answer that may be partial should end: the rest is for what it has begun. */
  get areLow(): boolean {
    return this.left < MAX_STEPS / 2;
  }
}

export class TextPattern {
  private readonly pattern: UserPattern;

  /** @param at where in the query it stands. @throws TraceqlSyntaxError */
  constructor(
    pattern: string,
    at: number,
    private readonly budget: StepBudget = new AnswerSteps(),
  ) {
    try {
      // By itself first: what is wrong with it must not depend on what is put around it.
      new UserPattern(pattern, { dotAll: true });
      this.pattern = new UserPattern(`\\A(?:${pattern})\\z`, { dotAll: true });
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      throw new TraceqlSyntaxError(
        `the regular expression cannot be used: ${error.message.replace(/\.$/, '')}`,
        at,
        pattern.length + 2,
      );
    }
  }

  /** Instructions of its program. */
  get size(): number {
    return this.pattern.size;
  }

  /** @throws SpoorError VALIDATION_ERROR when this and the texts before took too many steps */
  matches(text: string): boolean {
    const before = this.budget.left;
    const found = this.pattern.isIn(text.length > MAX_MATCHED ? text.slice(0, MAX_MATCHED) : text, this.budget);
    taken += before - this.budget.left;
    if (found === null) throw tooManySteps(this.pattern.source);
    return found;
  }
}

function tooManySteps(source: string): SpoorError {
  const shown = source.length > 80 ? `${source.slice(0, 80)}…` : source;
  const message = `A regular expression of this query takes more than ${MAX_STEPS} steps over what is stored (${shown}). Make it simpler, ask for other conditions as well, or for a shorter time.`;
  return new SpoorError('VALIDATION_ERROR', message, [{ field: 'query', code: 'too_many_steps', message }]);
}
