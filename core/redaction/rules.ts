/**
 * What is taken out of telemetry before it reaches the disk: secrets unless the user says otherwise, personal content only where
 * the user asks. Key forms follow what their issuers document; each pattern is linear in the length of the text.
 */
export interface RedactionSettings {
  /** Credentials by key name and by their form. */
  readonly secrets: boolean;
  readonly emails: boolean;
  /** Payment card numbers with a right check digit. */
  readonly cards: boolean;
  /** Attribute keys whose values go, whatever they hold; `*` stands for any characters. */
  readonly keys: readonly string[];
  /** Regular expressions; what they match goes. */
  readonly patterns: readonly { readonly name: string; readonly pattern: string }[];
}

export const DEFAULT_REDACTION: RedactionSettings = {
  secrets: true,
  emails: false,
  cards: false,
  keys: [],
  patterns: [],
};

export interface PatternRule {
  readonly name: string;
  /** With the `g` flag. A group named `keep` stays, in front of what goes. */
  readonly pattern: RegExp;
  /** Looks closer at a match. */
  readonly accept?: (match: string) => boolean;
}

interface KeyRule {
  readonly name: string;
  readonly pattern: RegExp;
}

const SECRET_KEY =
  /(?:^|[._-])(?:authorization|proxy[._-]authorization|cookie|set[._-]cookie|passw(?:or)?d|passphrase|secret|client[._-]?secret|secret[._-]?key|private[._-]?key|api[._-]?key|access[._-]?key|access[._-]?token|refresh[._-]?token|auth[._-]?token|session[._-]?token|id[._-]?token|bearer[._-]?token|connection[._-]?string)$/i;

export const SECRET_PATTERNS: readonly PatternRule[] = [
  {
    name: 'private-key',
    pattern: /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g,
  },
  { name: 'authorization', pattern: /(?<keep>\b(?:Bearer|Basic)\s{1,4})[\w.~+/=-]{8,}/gi },
  { name: 'jwt', pattern: /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/g },
  { name: 'aws-key', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { name: 'aws-secret', pattern: /(?<keep>\baws_secret_access_key["']?\s{0,3}[=:]\s{0,3}["']?)[\w/+]{40}/gi },
  { name: 'github-token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{22,255})/g },
  { name: 'anthropic-key', pattern: /\bsk-ant-[\w-]{20,}/g },
  { name: 'openai-key', pattern: /\bsk-(?:proj-|svcacct-|admin-)?[\w-]{20,}/g },
  { name: 'google-key', pattern: /\bAIza[\w-]{35}/g },
  { name: 'slack-token', pattern: /\bxox[abeoprs]-[\w-]{10,}/g },
  { name: 'stripe-key', pattern: /\b[rs]k_live_[A-Za-z0-9]{16,}/g },
  { name: 'url-password', pattern: /(?<keep>:\/\/[^\s:/@]{1,64}:)[^\s/@]{1,128}(?=@)/g },
  {
    name: 'named-secret',
    pattern:
      /(?<keep>["'?&](?:password|passwd|secret|api_?key|access_?token|refresh_?token|client_?secret|token|sig|signature|authorization)["']?\s{0,3}[=:]\s{0,3}["']?)[^\s"'&,;]{4,}/gi,
  },
];

export const EMAIL: PatternRule = {
  name: 'email',
  pattern: /[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,4}\.[A-Za-z]{2,24}\b/g,
};

export const CARD: PatternRule = {
  name: 'card',
  pattern: /\b\d(?:[ -]?\d){12,18}\b/g,
  accept: (match) => hasCheckDigit(match.replace(/[ -]/g, '')),
};

export interface RuleSet {
  readonly keys: readonly KeyRule[];
  readonly patterns: readonly PatternRule[];
}

/** @throws SyntaxError naming a pattern that is no regular expression. */
export function rulesOf(settings: RedactionSettings): RuleSet {
  return {
    keys: [
      ...(settings.secrets ? [{ name: 'secret-key', pattern: SECRET_KEY }] : []),
      ...settings.keys.map((key) => ({ name: `key ${key}`, pattern: globPattern(key) })),
    ],
    patterns: [
      ...(settings.secrets ? SECRET_PATTERNS : []),
      ...(settings.emails ? [EMAIL] : []),
      ...(settings.cards ? [CARD] : []),
      ...settings.patterns.map(({ name, pattern }) => ({ name, pattern: new RegExp(pattern, 'g') })),
    ],
  };
}

function globPattern(glob: string): RegExp {
  const parts = glob.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i');
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
