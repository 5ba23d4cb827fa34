/** Tokens that say who issued them: a prefix, then so many characters of a set. Forms follow what issuers document. */
import { after, type Chars, isDigit, isLetterOrDigit, isUpperOrDigit, isWord, runEnd, wordOr } from './chars';
import type { Matcher } from './matchers';
import { isIssued, isOneCharacter } from './token-likeness';

const DASH = 0x2d;
const DOT = 0x2e;
const isHex = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66) || (code >= 0x41 && code <= 0x46);
const ALPHABETS = {
  /** Letters and digits. */
  a: isLetterOrDigit,
  /** Upper case and digits. */
  u: isUpperOrDigit,
  x: isHex,
  /** Base64url. */
  w: wordOr('-'),
  /** With dots. */
  d: wordOr('.=-'),
  /** Base64. */
  b: wordOr('+/='),
  /** Paths. */
  p: wordOr('@/-'),
} as const;
type Alphabet = keyof typeof ALPHABETS;

/** By alphabet and least length: prefixes. */
const FORMS: readonly (readonly [alphabet: Alphabet, min: number, prefixes: string])[] = [
  ['w', 16, 'glpat- gldt- glft- glrt- glrtr- glsoat- glptt- glagent- glimt- glcbt- gloas- glffct- GR1348941'],
  ['a', 30, 'hf_ api_org_ npm_ nfp_ pnu_ lin_api_ r8_ gsk_ pplx- jina_ xai- apify_api_ LTAI'],
  [
    'x',
    32,
    'dapi dop_v1_ doo_v1_ dor_v1_ shpat_ shpca_ shppa_ shpss_ rubygems_ sntryu_ sbp_ pul- key- sgp_ sgp_local_ shippo_live_ shippo_test_',
  ],
  [
    'w',
    32,
    'p8e- s-s4t2ud- s-s4t2af- rdme_ tk-us- xkeysib- xsmtpsib- PMAK- fo1_ fio-u- sha256~ dnkey- ico- lsv2_pt_ lsv2_sk_ pcsk_ tvly-',
  ],
  [
    'w',
    40,
    'phx_ duffel_test_ duffel_live_ access-sandbox- access-production- access-development- nvapi- HRKU-AA ATATT3 ATCTT3',
  ],
  ['w', 22, 'sq0atp- sq0csp- figd_ dckr_pat_ GOCSPX- e2b_ sb_secret_ tskey- NRAK- NRII- NRJS- AQVN ABSK'],
  [
    'd',
    30,
    'SG. hvs. hvb. dp.pt. dp.st. dt0c01. pscale_tkn_ pscale_oauth_ pscale_pw_ tfp_ ya29. sl. 1//0 pat. sat. v1.0-',
  ],
  ['w', 50, 'pypi-AgEIcHlwaS5vcmc pypi-AgENdGVzdC5weXBpLm9yZw'],
  [
    'b',
    40,
    'ops_eyJ sntrys_eyJ fm1a_ fm1r_ fm2_ hooks.slack.com/services/ hooks.slack.com/workflows/ hooks.slack.com/triggers/ eyJrIjoi bedrock-api-key- glc_eyJ',
  ],
  ['a', 43, 'oy2 EAAC EAAM AKCp cmVmd EZAK EZTK CLOJARS_ glsa_ ntn_ secret_'],
  ['u', 58, 'AGE-SECRET-KEY-1'],
  ['a', 16, 'sm_aat_ sm_pat_ sm_sat_ whsec_ fw_'],
  ['w', 12, 'FLWSECK_TEST- FLWSECK- FLWPUBK_TEST-'],
  ['w', 30, 'A3-'],
  ['p', 60, '.webhook.office.com/webhookb2/'],
];

interface Form {
  readonly isIn: (code: number) => boolean;
  readonly min: number;
}

const BY_PREFIX: ReadonlyMap<string, Form> = new Map(
  FORMS.flatMap(([alphabet, min, prefixes]) =>
    prefixes.split(' ').map((prefix) => [prefix, { isIn: ALPHABETS[alphabet], min }] as const),
  ),
);
/** As people write them: in this case only. */
export const ISSUED_PREFIXES: readonly string[] = [...BY_PREFIX.keys()];

/** Of a token: more of it says no more. */
const LOOKED_AT = 64;

export function issuedToken(prefix: string): Matcher {
  const { isIn, min } = BY_PREFIX.get(prefix) as Form;
  return token(prefix, isIn, { min });
}

/** `PREFIX[class]{min,max}`, as one word; what documents show in its place is none. @param isExact nothing looks like it by chance */
export function token(
  prefix: string,
  isIn: (code: number) => boolean,
  { min, max = Number.POSITIVE_INFINITY, isExact = false }: { min: number; max?: number; isExact?: boolean },
): Matcher {
  const isToken = isExact ? (text: string) => !isOneCharacter(text) : isIssued;
  return (chars, at, end) => {
    if (after(chars, at, prefix) < 0 || !beginsToken(chars, at)) return null;
    const stop = runEnd(chars, end, isIn, max);
    if (stop - end < min || (isExact && !chars.isBorder(stop))) return null;
    return chars.scale > 1 || isToken(chars.slice(end, Math.min(stop, end + LOOKED_AT)))
      ? { start: at, keep: at, end: stop }
      : null;
  };
}
/** Within base64url a dash is a letter. */
function beginsToken(chars: Chars, at: number): boolean {
  if (chars.scale > 1 || chars.at(at) === DOT) return true;
  const before = chars.at(at - 1);
  return chars.isBorder(at) && ((before !== DASH && before !== DOT) || !isWord(chars.at(at - 2)));
}

/** Of OpenAI and those who do as it does: `sk-`, which words begin with too. */
export const secretKey: Matcher = (chars, at, end, from) => {
  const match = token('sk-', ALPHABETS.w, { min: 20 })(chars, at, end, from);
  if (match === null || chars.scale > 1) return match;
  const text = chars.slice(end, Math.min(match.end, end + LOOKED_AT));
  return /^(?:proj|svcacct|admin|or|None)-/.test(text) || /\d/.test(text) ? match : null;
};

/** Digits, a colon, 35 characters: bots of Telegram. */
export const telegramToken: Matcher = (chars, at, end, from) => {
  let start = at;
  while (start > from && at - start < 16 && isDigit(chars.at(start - 1))) start--;
  if (at - start < 5 || after(chars, at, ':AA') < 0) return null;
  const stop = runEnd(chars, end, ALPHABETS.w, 40);
  return stop - end === 33 ? { start, keep: start, end: stop } : null;
};

/** 32 hexadecimal digits and where: keys of Mailchimp. */
export const mailchimpKey: Matcher = (chars, at, end, from) => {
  const stop = runEnd(chars, end, isDigit, 3);
  let start = at;
  while (start > from && at - start < 33 && isHex(chars.at(start - 1))) start--;
  return stop > end && at - start === 32 ? { start, keep: start, end: stop } : null;
};

/** `abc8Q~…`: client secrets of Azure. @param at of the digit */
export const azureSecret: Matcher = (chars, at, end, from) => {
  if (after(chars, at + 1, 'Q~') < 0 || at - 3 < from) return null;
  const isIn = wordOr('.~-');
  const start = at - 3;
  if (runEnd(chars, start, isIn, 4) !== at + 1) return null;
  const stop = runEnd(chars, end, isIn, 40);
  return stop - end >= 31 && stop - end <= 34 && (chars.scale > 1 || isIssued(chars.slice(end, stop)))
    ? { start, keep: start, end: stop }
    : null;
};

/** `SK` and 32 hexadecimal digits: keys of Twilio. */
export const twilioKey: Matcher = (chars, at) => {
  if (after(chars, at, 'SK') < 0 || !chars.isBorder(at)) return null;
  const stop = runEnd(chars, at + 2, isHex, 33);
  return stop - at === 34 ? { start: at, keep: at, end: stop } : null;
};

/** `pat`, 14 characters, a dot, 64 hexadecimal digits: tokens of Airtable. */
export const airtableToken: Matcher = (chars, at, end) => {
  if (chars.at(end + 14) !== DOT || after(chars, at, 'pat') < 0 || !chars.isBorder(at)) return null;
  if (runEnd(chars, end, isLetterOrDigit, 15) !== end + 14) return null;
  const stop = runEnd(chars, end + 15, isHex, 65);
  return stop - end === 79 ? { start: at, keep: at, end: stop } : null;
};
