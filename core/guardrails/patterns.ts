/** What the rules that come with Spoor look for. Each pattern is linear in the length of the text. */
import type { Guardrail } from '../api/guardrail';
import { CARD, EMAIL, type PatternRule, SECRET_PATTERNS } from '../redaction/rules';

export interface TextRule extends PatternRule {
  /** The excerpt tells what it was, not what it said. */
  readonly isSecret: boolean;
  /** Of three characters and more, in lower case: what holds none of them does not match. Null: none are known. */
  readonly hints: readonly string[] | null;
}

/** The receiver takes secrets out before they are stored, and leaves this. */
const TAKEN_OUT = {
  name: 'taken out',
  pattern: /\[redacted [\w -]{1,60}\]/g,
  isSecret: false,
  hints: ['[redacted '],
};

const IBAN = {
  name: 'iban',
  pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b/g,
  accept: isIban,
  isSecret: true,
  hints: null,
};
const US_SOCIAL_SECURITY = {
  name: 'social security number',
  pattern: /\b(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b/g,
  isSecret: true,
  hints: null,
};
/** By name of the redactor's rule. */
const SECRET_HINTS: Readonly<Record<string, readonly string[]>> = {
  'private-key': ['private key'],
  authorization: ['bearer', 'basic'],
  jwt: ['eyj'],
  'aws-key': ['akia', 'asia'],
  'aws-secret': ['aws_secret_access_key'],
  'github-token': ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
  'anthropic-key': ['sk-ant-'],
  'openai-key': ['sk-'],
  'google-key': ['aiza'],
  'slack-token': ['xox'],
  'stripe-key': ['k_live_'],
  'url-password': ['://'],
  'named-secret': ['password', 'passwd', 'secret', 'apikey', 'api_key', 'token', 'sig', 'authorization'],
};
const PHONE = {
  name: 'phone',
  pattern: /(?<![\w+])\+[1-9]\d{0,2}[ .-]?(?:\(?\d{1,4}\)?[ .-]?){2,4}\d{2,4}\b/g,
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

/** Of a rule that looks for texts; empty for others, and for a pattern that cannot be read. */
export function textRulesOf({ kind, pattern }: Pick<Guardrail, 'kind' | 'pattern'>): readonly TextRule[] {
  switch (kind) {
    case 'secrets':
      return [
        ...SECRET_PATTERNS.map((rule) => ({ ...rule, isSecret: true, hints: SECRET_HINTS[rule.name] ?? null })),
        TAKEN_OUT,
      ];
    case 'personal-data':
      return [
        { ...EMAIL, isSecret: true, hints: null },
        { ...CARD, isSecret: true, hints: null },
        IBAN,
        US_SOCIAL_SECURITY,
        PHONE,
      ];
    case 'prompt-injection':
      return INJECTIONS.map(([injection, ...hints]) => ({
        name: 'prompt injection',
        pattern: injection,
        isSecret: false,
        hints,
      }));
    case 'pattern':
      return pattern === null
        ? []
        : [{ name: 'pattern', pattern: new RegExp(pattern, 'gi'), isSecret: false, hints: null }];
    default:
      return [];
  }
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
