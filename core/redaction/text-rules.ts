/** A rule for texts: what it is called, what a match must hold, and the matches in a text. */
import { literalIn } from '../patterns/literal';
import { type StepBudget, UserPattern } from '../patterns/user-pattern';
import { Anchors } from './anchors';
import { type ByteChars, type Steps, TextChars } from './chars';
import { writtenForms } from './encoded-runs';
import { type Match, type Matcher, nextCard } from './matchers';

export interface TextMatches {
  readonly matches: readonly Match[];
  /** False: the budget of a user's pattern ran out. */
  readonly isComplete: boolean;
}

export interface TextRule {
  readonly name: string;
  /** In lower case, of ASCII; null: what matches need not hold any. */
  readonly anchors: readonly string[] | null;
  /** The same in each case that they are written in. */
  readonly written: readonly string[];
  /** A match may hold what JSON is made of. */
  readonly mayCross: boolean;
  matchesIn(text: string, steps: Steps, budget: StepBudget): TextMatches;
  /** Whether raw bytes may hold a match. @param start of an anchor; 0 where the rule has none */
  mayBeIn(chars: ByteChars, start: number, end: number): boolean;
}

/** A rule of ours: each match holds an anchor. */
export class AnchoredRule implements TextRule {
  readonly mayCross = false;
  readonly anchors: readonly string[];
  private readonly automaton: Anchors;
  private readonly matchers: readonly Matcher[];
  private readonly different: readonly Matcher[];

  /** @param anchors as they are written @param written what is looked for in base64 instead of them */
  constructor(
    readonly name: string,
    anchors: readonly string[],
    matcherOf: (anchor: string) => Matcher,
    readonly written: readonly string[] = anchors,
  ) {
    this.anchors = anchors.map((text) => text.toLowerCase());
    this.automaton = new Anchors(this.anchors.map((text, owner) => ({ text, owner })));
    this.matchers = anchors.map(matcherOf);
    this.different = [...new Set(this.matchers)];
  }

  matchesIn(text: string, steps: Steps): TextMatches {
    const chars = new TextChars(text, steps);
    const matches: Match[] = [];
    let from = 0;
    this.automaton.inText(text, steps, (owner, start, end) => {
      const match = start < from ? null : (this.matchers[owner] as Matcher)(chars, start, end, from);
      if (match) {
        matches.push(match);
        from = match.end;
      }
      return false;
    });
    return { matches, isComplete: true };
  }

  mayBeIn(chars: ByteChars, start: number, end: number): boolean {
    // Of anchors at one place any may be meant.
    return this.different.some((matcher) => matcher(chars, start, end, 0) !== null);
  }
}

export class CardRule implements TextRule {
  readonly name = 'card';
  readonly anchors = null;
  readonly written = [];
  readonly mayCross = false;

  matchesIn(text: string, steps: Steps): TextMatches {
    const chars = new TextChars(text, steps);
    const matches: Match[] = [];
    for (let match = nextCard(chars, 0); match; match = nextCard(chars, match.end)) {
      if (hasCheckDigit(text.slice(match.start, match.end).replace(/[ -]/g, ''))) matches.push(match);
    }
    return { matches, isComplete: true };
  }

  mayBeIn(chars: ByteChars): boolean {
    return nextCard(chars, 0) !== null;
  }
}

export class PatternRule implements TextRule {
  readonly anchors: readonly string[] | null;
  readonly written: readonly string[];
  readonly mayCross = true;
  private readonly pattern: UserPattern;

  /** @throws PatternError */
  constructor(
    readonly name: string,
    source: string,
  ) {
    this.pattern = new UserPattern(source);
    const literal = literalIn(source);
    this.anchors = literal === null ? null : [literal.toLowerCase()];
    this.written = literal === null ? [] : writtenForms(literal);
  }

  matchesIn(text: string, _: Steps, budget: StepBudget): TextMatches {
    return this.pattern.matchesIn(text, budget);
  }

  /** What a pattern says of a text it does not say of raw bytes. */
  mayBeIn(): boolean {
    return true;
  }
}

/** Luhn's algorithm. */
function hasCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
