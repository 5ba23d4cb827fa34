/**
 * What is taken out of telemetry before it reaches the disk: secrets unless the user says otherwise, personal content only where
 * the user asks. A rule is anchors that a match must hold and a matcher that looks closer; each is linear in the length of the text.
 */
import {
  awsSecret,
  BASE64_URL,
  basicCredentials,
  bearerToken,
  email,
  isLetterOrDigit,
  isUpperOrDigit,
  isWord,
  jwt,
  type Matcher,
  namedSecret,
  privateKey,
  token,
  urlPassword,
} from './matchers';
import { type KeyRule, keyRule, SECRET_KEYS } from './secret-keys';
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

const SECRET_NAMES =
  'password passwd secret apikey api_key accesstoken access_token refreshtoken refresh_token clientsecret client_secret token sig signature authorization';

function always(matcher: Matcher): () => Matcher {
  return () => matcher;
}

export const SECRET_RULES: readonly TextRule[] = [
  new AnchoredRule('private-key', ['-----BEGIN '], always(privateKey)),
  new AnchoredRule('authorization', ['bearer', 'basic'], (anchor) =>
    anchor === 'basic' ? basicCredentials : bearerToken,
  ),
  new AnchoredRule('jwt', ['eyJ'], always(jwt)),
  new AnchoredRule('aws-key', ['AKIA', 'ASIA'], (anchor) =>
    token(anchor, isUpperOrDigit, { min: 16, max: 16, endsWord: true }),
  ),
  new AnchoredRule('aws-secret', ['aws_secret_access_key'], always(awsSecret)),
  new AnchoredRule('github-token', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'], (anchor) =>
    anchor.length === 4
      ? token(anchor, isLetterOrDigit, { min: 36, max: 255 })
      : token(anchor, isWord, { min: 22, max: 255 }),
  ),
  new AnchoredRule('anthropic-key', ['sk-ant-'], (anchor) => token(anchor, BASE64_URL, { min: 20 })),
  new AnchoredRule('openai-key', ['sk-'], (anchor) => token(anchor, BASE64_URL, { min: 20 })),
  new AnchoredRule('google-key', ['AIza'], always(token('AIza', BASE64_URL, { min: 35, max: 35 }))),
  new AnchoredRule(
    'slack-token',
    [...'abeoprs'].map((kind) => `xox${kind}-`),
    (anchor) => token(anchor, BASE64_URL, { min: 10 }),
  ),
  new AnchoredRule('stripe-key', ['rk_live_', 'sk_live_'], (anchor) => token(anchor, isLetterOrDigit, { min: 16 })),
  new AnchoredRule('url-password', ['://'], always(urlPassword)),
  new AnchoredRule('named-secret', SECRET_NAMES.split(' '), always(namedSecret)),
];

export const EMAIL: TextRule = new AnchoredRule('email', ['@'], always(email));
export const CARD: TextRule = new CardRule();

export interface RuleSet {
  readonly keys: readonly KeyRule[];
  readonly texts: readonly TextRule[];
}

/** @throws PatternError naming a pattern that cannot be used, and why. */
export function rulesOf(settings: RedactionSettings): RuleSet {
  return {
    keys: [...(settings.secrets ? [SECRET_KEYS] : []), ...settings.keys.map(keyRule)],
    texts: [
      ...(settings.secrets ? SECRET_RULES : []),
      ...(settings.emails ? [EMAIL] : []),
      ...(settings.cards ? [CARD] : []),
      ...settings.patterns.map(({ name, pattern }) => new PatternRule(name, pattern)),
    ],
  };
}
