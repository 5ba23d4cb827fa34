/** Decides whether what stands behind a name is a secret, by the name and the place. Words of people are none. */
import type { SecretKind } from './secret-names';
import { isShownInstead, isTokenLike, isWordy } from './token-likeness';

export type Place =
  /** The whole string of a member of an object: its ends are known. */
  | 'member'
  /** A parameter of a URL. */
  | 'query'
  /** A header, or a line of settings, with nothing else behind it. */
  | 'setting'
  /** A text in quotes, in code. */
  | 'quoted'
  /** A bare word, in code or prose. */
  | 'bare'
  /** A bare word with signs, which only a password is. */
  | 'strong';

const MIN_VALUE = 4;
const MIN_CHOSEN = 6;
const MIN_CREDENTIALS = 8;
const MIN_BARE_TOKEN = 16;
/** What forms, schemas and defaults say of a value. */
const ABOUT_VALUES =
  /^(?:true|false|yes|no|none|null|nil|undefined|nan|string|text|str|number|object|required|optional|hidden|masked|unset|empty|default|value|password|passwd|passphrase|pwd|pass|secret|token|key|api_?-?key|basic|bearer|digest|oauth2?|header|query|cookie|body|include|omit|same-origin)$/i;
/** Words that make up what stands for a value: `SuperSecretToken`, `my-api-key`. */
const STAND_INS = new Set(
  'super my the some test dummy fake mock top client access refresh auth api db user new old secret token key password passwd pass value here for id is this a'.split(
    ' ',
  ),
);
/** Of what people write; a passphrase has none. */
const FUNCTION_WORDS =
  /(?:^|\s)(?:the|a|an|is|are|was|be|to|of|for|in|on|by|with|or|and|must|should|your|my|this|that|it|as|at|from|not|if|user|le|la|de|der|die|das|den|ein|el|un|una|que|mot|please|enter)(?:\s|$)/i;
const SCHEME =
  /^(?:bearer|basic|token|api-?(?:key|token)|digest|negotiate|ntlm|hawk|oauth|key|bot|splunk|aws4-hmac-sha256)[ ]+/i;
const PART_WITH_PASSWORD = /(?:password|pwd|accountkey|sharedaccesskey|secret)\s*=\s*[^;\s]{4}/i;

/** Letters, digits, and signs that neither code nor prose has within a word. */
const STRONG = /^(?=.{8})(?=.*[A-Za-z])(?=.*\d)(?=.*[!@#$%^*?~])/;
/** What has such signs and is no password. */
const NO_PASSWORD = new RegExp(
  [
    // An address, with what follows it: a port, a path, the prompt of a shell; a package and its version, an image and its digest.
    String.raw`^(?:mailto:)?[\w.+-]+@[\^~]?[\w-]+(?:\.[\w.-]+(?:[:/?#]|$)|:[\d~/])`,
    String.raw`@sha\d+:`,
    // A place: a URL or a part of one, a path, a file, an issue.
    String.raw`^[^:/]+:\/\/|^arn:`,
    String.raw`^[\w.:-]+\/[\w./:-]*[?#*]`,
    String.raw`\.(?:md|html?|php|aspx?|jsp)[?#]`,
    String.raw`^[\w.-]+\?[\w.-]+=`,
    // A variable, a call, a format, a comparison, a choice, a value that is not null.
    String.raw`^[$%@#*!?~]|[=:/]{2}|^[\w.]*[*%^]\d|^[\w$.]+\?(?:\?|[\w$.]*:)|^[a-z][\w$.]*!$`,
    // The end of a sentence, or of what is emphasized.
    String.raw`[.?:]$|[^\d]!$|\*\*$|~~$`,
  ].join('|'),
);

/** Where in a value the secret begins; -1: there is none. */
export function secretStart(kind: SecretKind, place: Place, value: string): number {
  if (value.length < MIN_VALUE || isTakenOut(value)) return -1;
  if (kind === 'authorization') return credentialsStart(place, value);
  return isSecret(kind, place, value) ? 0 : -1;
}

/** By an earlier rule, or whoever sent it. */
function isTakenOut(value: string): boolean {
  return value.includes('[redacted ');
}

function isSecret(kind: SecretKind, place: Place, value: string): boolean {
  switch (kind) {
    case 'cookie':
      return (
        place !== 'bare' && place !== 'quoted' && /(?:^|; ?)[\w.-]+=[^;\s]{6}/.test(value) && !isShownInstead(value)
      );
    case 'connection':
      return PART_WITH_PASSWORD.test(value) && !isShownInstead(value);
    case 'signature':
      return place === 'query' && isParameter(value);
    case 'token':
      return place === 'query' ? isParameter(value) : isTokenLike(value, place === 'bare' ? MIN_BARE_TOKEN : undefined);
    case 'password':
    case 'key':
      return isChosen(kind, place, value);
    default:
      return false;
  }
}

function isParameter(value: string): boolean {
  if (isShownInstead(value) || isAboutValue(value)) return false;
  return value.length >= MIN_CREDENTIALS && (/\d/.test(value) || !isWordy(value));
}

/** Under a name that leaves no doubt, whatever is no word about it; in code and prose only what is no name of something else. */
function isChosen(kind: 'password' | 'key', place: Place, value: string): boolean {
  if (isAboutValue(value) || isShownInstead(value)) return false;
  if (/\s/.test(value)) return place === 'member' && kind === 'password' && !isProse(value);
  if (place === 'query') return true;
  if (place === 'member') return !isLabel(value) && (kind === 'password' || value.length >= MIN_CHOSEN);
  if (place === 'bare') return isTokenLike(value, MIN_BARE_TOKEN);
  if (place === 'strong') return STRONG.test(value) && !NO_PASSWORD.test(value) && !isIdentifier(value);
  if (place === 'setting' && !/\d/.test(value) && isWordy(value)) return false;
  return value.length >= MIN_CHOSEN && isMixed(value) && !isIdentifier(value);
}

function isAboutValue(value: string): boolean {
  if (ABOUT_VALUES.test(value)) return true;
  const words = value.replace(/([a-z])([A-Z])/g, '$1 $2').split(/[ _-]/);
  return words.every((word) => STAND_INS.has(word.toLowerCase()));
}

/** Letters with digits or signs. */
function isMixed(value: string): boolean {
  return /[A-Za-z]/.test(value) && /[^A-Za-z_./:-]/.test(value);
}

/** A capitalized word, as forms have it: “Passwort”. */
function isLabel(value: string): boolean {
  return /^\p{Lu}\p{Ll}+[:*]?$/u.test(value);
}

/** A sentence, a path in code, a call. */
function isProse(value: string): boolean {
  return FUNCTION_WORDS.test(value) || /[.?!:]$/.test(value) || /^\p{Lu}\p{Ll}+ \p{L}+/u.test(value);
}

function isIdentifier(value: string): boolean {
  return (
    /^[A-Za-z_$][\w$]*(?:[?!]?\.#?[A-Za-z_$][\w$]*)+!?$/.test(value) ||
    /`/.test(value) ||
    /[()[\]{}]/.test(value) ||
    /^[\\/]|:\/\//.test(value)
  );
}

function credentialsStart(place: Place, value: string): number {
  const scheme = SCHEME.exec(value)?.[0].length ?? 0;
  const rest = value.slice(scheme);
  if (rest.length < MIN_CREDENTIALS || isShownInstead(rest) || (scheme === 0 && /\s/.test(rest))) return -1;
  if (isTokenLike(rest, MIN_CREDENTIALS)) return scheme;
  if (place === 'quoted' || place === 'bare') return -1;
  // A header says so, and the scheme does.
  if (scheme > 0) return /^[\w.~+/=-]+$/.test(rest) || (rest.includes('=') && !isProse(rest)) ? scheme : -1;
  return isMixed(rest) && !isWordy(rest) ? scheme : -1;
}
