/**
 * What is taken out of telemetry before it reaches the disk: secrets unless the user says otherwise, personal content only where
 * the user asks. A rule is anchors that a match must hold and a matcher that looks closer; each is linear in the length of the text.
 */
import { isLetterOrDigit, isUpperOrDigit, isWord, wordOr } from './chars';
import { writtenForms } from './encoded-runs';
import {
  airtableToken,
  azureSecret,
  ISSUED_PREFIXES,
  issuedToken,
  mailchimpKey,
  secretKey,
  telegramToken,
  token,
  twilioKey,
} from './issued-tokens';
import {
  awsSecret,
  basicCredentials,
  bearerToken,
  email,
  jwt,
  type Matcher,
  privateKey,
  urlPassword,
  userOption,
} from './matchers';
import { namedSecret } from './named-secrets';
import { type KeyRule, keyRule, SECRET_KEYS } from './secret-keys';
import { ENCODED_NAME_ENDS, NAME_ENDS } from './secret-names';
import { AnchoredRule, CardRule, PatternRule, type TextRule } from './text-rules';

export interface RedactionSettings {
  /** Credentials by key name and by their form. */
  readonly secrets: boolean;
  readonly emails: boolean;
  /** Payment card numbers with a right check digit. */
  readonly cards: boolean;
  /** Attribute keys whose values go, whatever they hold; `*` stands for any characters. */
  readonly keys: readonly string[];
  /** Regular expressions of RE2; what they match goes. */
  readonly patterns: readonly { readonly name: string; readonly pattern: string }[];
}

export const DEFAULT_REDACTION: RedactionSettings = {
  secrets: true,
  emails: false,
  cards: false,
  keys: [],
  patterns: [],
};

export const NAMED_SECRET = 'named-secret';
const BASE64_URL = wordOr('-');
/** Forms that have no prefix of their own. */
const OTHER_TOKENS: ReadonlyMap<string, Matcher> = new Map([
  [':AA', telegramToken],
  ...['discord.com/api/webhooks/', 'discordapp.com/api/webhooks/'].map(
    (address) => [address, token(address, wordOr('-/'), { min: 60 })] as const,
  ),
  ['-us', mailchimpKey],
  ['pat', airtableToken],
  ['API-', token('API-', isUpperOrDigit, { min: 26, max: 26, isExact: true })],
  ['-u ', userOption],
  ['--user ', userOption],
  ...[...'0123456789'].map((digit) => [`${digit}Q~`, azureSecret] as const),
  ...[...'0123456789abcdef'].map((digit) => [`SK${digit}`, twilioKey] as const),
]);

function always(matcher: Matcher): () => Matcher {
  return () => matcher;
}

export const SECRET_RULES: readonly TextRule[] = [
  new AnchoredRule('private-key', ['-----BEGIN '], always(privateKey)),
  new AnchoredRule(
    'authorization',
    ['bearer', 'basic'],
    (anchor) => (anchor === 'basic' ? basicCredentials : bearerToken),
    ['bearer', 'basic'].flatMap(writtenForms),
  ),
  new AnchoredRule('jwt', ['eyJ'], always(jwt)),
  new AnchoredRule('aws-key', ['AKIA', 'ASIA', 'ABIA', 'ACCA'], (anchor) =>
    token(anchor, isUpperOrDigit, { min: 16, max: 16, isExact: true }),
  ),
  new AnchoredRule('aws-secret', ['aws_secret_access_key'], always(awsSecret), writtenForms('aws_secret_access_key')),
  new AnchoredRule('github-token', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'], (anchor) =>
    anchor.length === 4
      ? token(anchor, isLetterOrDigit, { min: 36, max: 255 })
      : token(anchor, isWord, { min: 22, max: 255 }),
  ),
  new AnchoredRule('anthropic-key', ['sk-ant-'], (anchor) => token(anchor, BASE64_URL, { min: 20 })),
  new AnchoredRule('openai-key', ['sk-'], always(secretKey)),
  new AnchoredRule('google-key', ['AIza'], always(token('AIza', BASE64_URL, { min: 35, max: 35 }))),
  new AnchoredRule('slack-token', [...[...'abeoprs'].map((kind) => `xox${kind}-`), 'xapp-', 'xoxe.xox'], (anchor) =>
    token(anchor, BASE64_URL, { min: 10 }),
  ),
  new AnchoredRule(
    'stripe-key',
    ['sk', 'rk'].flatMap((kind) => [`${kind}_live_`, `${kind}_test_`, `${kind}_prod_`]),
    (anchor) => token(anchor, isLetterOrDigit, { min: 16 }),
  ),
  new AnchoredRule('api-token', ISSUED_PREFIXES, issuedToken),
  new AnchoredRule('api-token', [...OTHER_TOKENS.keys()], (anchor) => OTHER_TOKENS.get(anchor) as Matcher, []),
  new AnchoredRule('url-password', ['://', ':\\/\\/'], always(urlPassword), ['://']),
  new AnchoredRule(NAMED_SECRET, NAME_ENDS, always(namedSecret), ENCODED_NAME_ENDS.flatMap(writtenForms)),
];

export const EMAIL: TextRule = new AnchoredRule('email', ['@'], always(email));
export const CARD: TextRule = new CardRule();

export interface RuleSet {
  /** Members of JSON whose names say so are secret. */
  readonly names: boolean;
  readonly keys: readonly KeyRule[];
  readonly texts: readonly TextRule[];
}

/** @throws PatternError naming a pattern that cannot be used, and why. */
export function rulesOf(settings: RedactionSettings): RuleSet {
  return {
    names: settings.secrets,
    keys: [...(settings.secrets ? [SECRET_KEYS] : []), ...settings.keys.map(keyRule)],
    texts: [
      ...(settings.secrets ? SECRET_RULES : []),
      ...(settings.emails ? [EMAIL] : []),
      ...(settings.cards ? [CARD] : []),
      ...settings.patterns.map(({ name, pattern }) => new PatternRule(name, pattern)),
    ],
  };
}
