/**
 * Regular expressions that people write: RE2's syntax, so no text makes one take exponential time; of a bounded size; and with a
 * budget of steps for each text, as looking for all matches may still take the square of its length.
 */
import { RE2JS, RE2JSException } from 're2js';
import { estimatedSize } from './pattern-size';

/** Of the compiled program: what a step may cost at most. */
const MAX_INSTRUCTIONS = 1_000;
const MAX_PATTERN_CHARS = 2_000;
/** Steps for a text: some for any, and for each of its characters two looks of a pattern's weight and some more. */
const STEPS_FOR_ANY = 1_000_000;
const SLACK_A_CHAR = 20;
/** Instructions that one step stands for. */
const INSTRUCTIONS_A_STEP = 32;
/** What the largest pattern may take. */
const MOST_A_CHAR = stepsAChar(weightOf(MAX_INSTRUCTIONS));

function weightOf(instructions: number): number {
  return 1 + instructions / INSTRUCTIONS_A_STEP;
}

function stepsAChar(weight: number): number {
  return 2 * weight + SLACK_A_CHAR;
}

/** Says what is wrong with a pattern and what to do. */
export class PatternError extends SyntaxError {
  override readonly name = 'PatternError';
}

/** What texts may take together, say those of one request. */
export interface StepBudget {
  left: number;
}

/** @param chars of the texts together */
export function stepBudget(chars: number): StepBudget {
  return { left: STEPS_FOR_ANY * 8 + MOST_A_CHAR * chars };
}

interface FoundMatch {
  readonly start: number;
  /** Behind a group named `keep`, where the pattern has one that begins a match; else the start. */
  readonly keep: number;
  readonly end: number;
}

export interface Found {
  readonly matches: readonly FoundMatch[];
  /** False: the budget ran out, and what lies behind the last match is not known. */
  readonly isComplete: boolean;
}

/** Ends a search whose budget ran out. */
class OutOfSteps extends Error {}

const UNANCHORED = 0;
const END_OF_TEXT = -8;
/** Bits of an answer of `step` that are the width of the character. */
const WIDTH_BITS = 3;

/** A text as the engine reads it, which counts how often it does. */
class CountedInput {
  steps = 0;

  constructor(
    private readonly text: string,
    private readonly weight: number,
    private readonly budget: number,
  ) {}

  /** A character and its width; the engine's one way to read forwards. */
  step(at: number): number {
    this.count(this.weight);
    if (at >= this.text.length) return END_OF_TEXT;
    const code = this.text.codePointAt(at) ?? 0;
    return (code << WIDTH_BITS) | (code > 0xffff ? 2 : 1);
  }

  /** What borders there are in front of a character. */
  context(at: number): number {
    this.count(2);
    const before = at > 0 ? this.text.charCodeAt(at - 1) : -1;
    const behind = at < this.text.length ? this.text.charCodeAt(at) : -1;
    const isBorder = isWordCode(before) !== isWordCode(behind);
    return (
      (before < 0 ? BEGIN_TEXT | BEGIN_LINE : 0) |
      (before === NEWLINE ? BEGIN_LINE : 0) |
      (behind < 0 ? END_TEXT | END_LINE : 0) |
      (behind === NEWLINE ? END_LINE : 0) |
      (isBorder ? WORD_BORDER : NO_WORD_BORDER)
    );
  }

  /** How far behind `at` the text begins that a pattern begins with; -1: nowhere. */
  index({ prefix }: { readonly prefix: string }, at: number): number {
    const found = this.find(prefix, at);
    return found < 0 ? -1 : found - at;
  }

  hasString({ str }: { readonly str: string }, at: number): boolean {
    return this.find(str, at) >= 0;
  }

  /** The engine then looks for itself. */
  hasAnyString(): boolean {
    return true;
  }

  canCheckPrefix(): boolean {
    return true;
  }

  prefixLength({ prefix }: { readonly prefix: string }): number {
    return prefix.length;
  }

  endPos(): number {
    return this.text.length;
  }

  private find(part: string, at: number): number {
    const found = this.text.indexOf(part, at);
    // Far quicker than a look at each.
    this.count(1 + ((found < 0 ? this.text.length : found) - at) / 16);
    return found;
  }

  private count(steps: number): void {
    this.steps += steps;
    if (this.steps > this.budget) throw new OutOfSteps();
  }
}

const NEWLINE = 10;
const BEGIN_LINE = 1;
const END_LINE = 2;
const BEGIN_TEXT = 4;
const END_TEXT = 8;
const WORD_BORDER = 16;
const NO_WORD_BORDER = 32;

function isWordCode(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0x30 && code <= 0x39) || code === 0x5f
  );
}

export class UserPattern {
  private readonly regex: RE2JS;
  /** Number of the group named `keep`; 0: there is none. */
  private readonly keep: number;
  private readonly weight: number;

  /** @throws PatternError */
  constructor(
    readonly source: string,
    { ignoreCase = false, dotAll = false }: { ignoreCase?: boolean; dotAll?: boolean } = {},
  ) {
    const flags = RE2JS.LOOKBEHINDS | (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (dotAll ? RE2JS.DOTALL : 0);
    if (source.length > MAX_PATTERN_CHARS) {
      throw new PatternError(`The pattern is longer than ${MAX_PATTERN_CHARS} characters: make several of it.`);
    }
    if (estimatedSize(source) > 8 * MAX_INSTRUCTIONS) throw tooLarge(source);
    this.regex = compiled(source, flags);
    if (this.regex.programSize() > MAX_INSTRUCTIONS) throw tooLarge(source);
    this.keep = this.regex.namedGroups().keep ?? 0;
    this.weight = weightOf(this.regex.programSize());
  }

  /** Instructions of the compiled program. */
  get size(): number {
    return this.regex.programSize();
  }

  /** Whether it matches somewhere; null: the budget ran out before that was known. */
  isIn(text: string, budget: StepBudget = stepBudget(text.length)): boolean | null {
    return this.counted(text, budget, (input) => this.search(input, 0, 0, null) !== null) ?? null;
  }

  /** All matches, but empty ones. */
  matchesIn(text: string, budget: StepBudget = stepBudget(text.length)): Found {
    const matches: FoundMatch[] = [];
    const isComplete = this.counted(text, budget, (input) => {
      const behind: unknown = this.regex.re2().createLookbehindState();
      const places = this.keep > 0 ? 2 * (this.keep + 1) : 2;
      let at = 0;
      // Most texts have none, and whether they do is told quicker; not of a pattern that looks behind, which takes as long.
      if (behind === null && this.search(input, 0, 0, null) === null) return true;
      while (at <= text.length) {
        const found = this.search(input, at, places, behind);
        if (!found) break;
        const [start = 0, end = 0] = found;
        const isKept = this.keep > 0 && found[2 * this.keep] === start;
        const keep = isKept ? (found[2 * this.keep + 1] ?? start) : start;
        if (end > keep) matches.push({ start, keep, end });
        at = end > start ? end : end + 1;
      }
      return true;
    });
    return { matches, isComplete: isComplete ?? false };
  }

  /** Where a match and its groups begin and end. @param places that are wanted: 0 tells only whether */
  private search(input: CountedInput, at: number, places: number, behind: unknown): readonly number[] | null {
    return this.regex.re2().executeEngine(input, at, UNANCHORED, places, behind);
  }

  private counted<T>(text: string, budget: StepBudget, run: (input: CountedInput) => T): T | undefined {
    const input = new CountedInput(
      text,
      this.weight,
      Math.min(budget.left, STEPS_FOR_ANY + stepsAChar(this.weight) * text.length),
    );
    try {
      return run(input);
    } catch (error) {
      if (error instanceof OutOfSteps) return undefined;
      throw error;
    } finally {
      budget.left -= input.steps;
    }
  }
}

function compiled(source: string, flags: number): RE2JS {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(source), flags);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new PatternError(`${shown(source)} ${reasonOf(source, error)}`);
  }
}

function tooLarge(source: string): PatternError {
  return new PatternError(
    `${shown(source)} is too large: what it repeats comes to more than ${MAX_INSTRUCTIONS} steps. Lower the numbers in braces, or use * or +.`,
  );
}

function reasonOf(source: string, error: RE2JSException): string {
  if (/\(\?<?[=!]/.test(source)) {
    return 'looks ahead or behind with (?=, (?!, or (?<!, which RE2 cannot do in linear time. Write what may stand there instead, or make two patterns of it.';
  }
  if (/\\[1-9]|\\k</.test(source)) {
    return 'refers back to a group (\\1), which RE2 cannot do in linear time. Write out what may stand there.';
  }
  return `cannot be read: ${error.message.replace('error parsing regexp: ', '')}. It follows RE2: github.com/google/re2/wiki/Syntax.`;
}

function shown(source: string): string {
  return `The pattern “${source.length > 80 ? `${source.slice(0, 80)}…` : source}”`;
}
