/** What the rules that come with Spoor look for. Each pattern is linear in the length of the text. */
import type { Guardrail } from '../api/guardrail';
import { type StepBudget, UserPattern } from '../patterns/user-pattern';
import type { Match } from '../redaction/matchers';
import { CARD, EMAIL, SECRET_RULES } from '../redaction/rules';
import type { TextRule as RedactionRule, TextMatches } from '../redaction/text-rules';

export interface TextRule {
  readonly name: string;
  readonly matchesIn: (text: string, budget: StepBudget) => TextMatches;
  /** The excerpt tells what it was, not what it said. */
  readonly isSecret: boolean;
  /** Of three characters and more, in lower case: what holds none of them does not match. Null: none are known. */
  readonly hints: readonly string[] | null;
}

/** A pattern of ours, with the `g` flag, all of whose repetitions are bounded. @param accept looks closer at a match */
function bounded(pattern: RegExp, accept: (match: string) => boolean = () => true): TextRule['matchesIn'] {
  return (text) => {
    const matches: Match[] = [];
    for (const { 0: said, index } of text.matchAll(pattern)) {
      if (accept(said)) matches.push({ start: index, keep: index, end: index + said.length });
    }
    return { matches, isComplete: true };
  };
}

function secret(rule: RedactionRule, hints = rule.anchors): TextRule {
  return {
    name: rule.name,
    matchesIn: (text, budget) => rule.matchesIn(text, { count: 0 }, budget),
    isSecret: true,
    hints,
  };
}

/** The receiver takes secrets out before they are stored, and leaves this. */
const TAKEN_OUT = {
  name: 'taken out',
  matchesIn: bounded(/\[redacted [\w -]{1,60}\]/g),
  isSecret: false,
  hints: ['[redacted '],
};

const IBAN = {
  name: 'iban',
  matchesIn: bounded(/\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b/g, isIban),
  isSecret: true,
  hints: null,
};
const US_SOCIAL_SECURITY = {
  name: 'social security number',
  matchesIn: bounded(/\b(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b/g),
  isSecret: true,
  hints: null,
};
const PHONE = {
  name: 'phone',
  matchesIn: bounded(/(?<![\w+])\+[1-9]\d{0,2}[ .-]?(?:\(?\d{1,4}\)?[ .-]?){2,4}\d{2,4}\b/g),
  isSecret: true,
  hints: null,
};

/** As they are collected in public lists; who hides better is not found. */
const INJECTIONS: readonly (readonly [pattern: RegExp, ...hints: string[]])[] = [
  [
    /\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|preceding|all|your|any)\b[^.\n]{0,40}\b(?:instructions?|prompts?|rules?|guidelines|directions|context)\b/gi,
    'ignore',
    'disregard',
    'forget',
    'override',
    'bypass',
  ],
  [
    /\b(?:reveal|print|show|repeat|output|leak|tell me)\b[^.\n]{0,40}\b(?:system prompt|initial prompt|hidden (?:prompt|instructions)|your instructions)\b/gi,
    'system prompt',
    'initial prompt',
    'hidden prompt',
    'hidden instructions',
    'your instructions',
  ],
  [
    /\b(?:you are|act as|pretend to be|you're)\b[^.\n]{0,20}\b(?:now )?(?:DAN|in developer mode|jailbroken|unrestricted|an? unfiltered)\b/gi,
    ' dan',
    'developer mode',
    'jailbroken',
    'unrestricted',
    'unfiltered',
  ],
  [/\bdo anything now\b/gi, 'do anything now'],
  [/<\|(?:im_start|system|start_header_id)\|>/g, '<|im', '<|s'],
  [/\[(?:\/?INST|SYSTEM)\][^[]{0,80}/g, '[inst', '[/inst', '[system'],
  [/\b(?:do not|don't|never) (?:tell|inform|mention (?:this|it) to) the user\b/gi, 'the user'],
];

/** Of a rule that looks for texts; empty for others. @throws PatternError for a pattern that cannot be used */
export function textRulesOf({ kind, pattern }: Pick<Guardrail, 'kind' | 'pattern'>): readonly TextRule[] {
  switch (kind) {
    case 'secrets':
      return [...SECRET_RULES.map((rule) => secret(rule)), TAKEN_OUT];
    case 'personal-data':
      return [secret(EMAIL, null), secret(CARD), IBAN, US_SOCIAL_SECURITY, PHONE];
    case 'prompt-injection':
      return INJECTIONS.map(([injection, ...hints]) => ({
        name: 'prompt injection',
        matchesIn: bounded(injection),
        isSecret: false,
        hints,
      }));
    case 'pattern':
      return pattern === null ? [] : [patternRule(pattern)];
    default:
      return [];
  }
}

function patternRule(source: string): TextRule {
  const pattern = new UserPattern(source, { ignoreCase: true });
  return {
    name: 'pattern',
    matchesIn: (text, budget) => pattern.matchesIn(text, budget),
    isSecret: false,
    hints: null,
  };
}

/** ISO 7064, modulo 97. */
function isIban(match: string): boolean {
  const text = match.replaceAll(' ', '');
  let remainder = 0;
  for (const character of text.slice(4) + text.slice(0, 4)) {
    for (const digit of String(Number.parseInt(character, 36))) remainder = (remainder * 10 + Number(digit)) % 97;
  }
  return remainder === 1;
}
