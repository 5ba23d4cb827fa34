/** Attribute keys whose values go: by what their last part says, or as users list them. */
import { Glob } from '../patterns/glob';
import type { ByteChars } from './chars';

export interface KeyRule {
  readonly name: string;
  readonly test: (key: string) => boolean;
  /** In lower case, of ASCII: a key that the rule takes holds one. Null: none is known. */
  readonly anchors: readonly string[] | null;
  /** A key that the rule takes ends with the anchor. */
  readonly endsWithAnchor: boolean;
}

const SEPARATORS = ['_', '-', '.'] as const;
/** `?` is a separator or nothing, `_` a separator. */
const NAMES =
  'authorization proxy_authorization cookie set_cookie password passwd passphrase secret client?secret secret?key private?key api?key access?key access?token refresh?token auth?token session?token id?token bearer?token connection?string';
const SECRET_NAMES: ReadonlySet<string> = new Set(
  NAMES.split(' ').flatMap((name) => {
    const separators = name.includes('?') ? ['', ...SEPARATORS] : name.includes('_') ? SEPARATORS : [''];
    return separators.map((separator) => name.replace(/[?_]/, separator));
  }),
);
const LONGEST_NAME = Math.max(...[...SECRET_NAMES].map(({ length }) => length));

export const SECRET_KEYS: KeyRule = {
  name: 'secret-key',
  anchors: [...SECRET_NAMES],
  endsWithAnchor: true,
  test: (key) => {
    const tail = key.slice(-LONGEST_NAME - 1).toLowerCase();
    const isWhole = key.length <= LONGEST_NAME;
    for (let at = 0; at < tail.length; at++) {
      const begins = at === 0 ? isWhole : /[._-]/.test(tail[at - 1] as string);
      if (begins && SECRET_NAMES.has(tail.slice(at))) return true;
    }
    return false;
  },
};

export function keyRule(key: string): KeyRule {
  const glob = new Glob(key);
  const ascii = glob.literal
    .split(/[^\x20-\x7e]/)
    .reduce((best, part) => (part.length > best.length ? part : best), '');
  return {
    name: `key ${key}`,
    test: (name) => glob.matches(name),
    // Some letters have a lower case beyond ASCII and an upper case in it; they are in no key that anybody lists.
    anchors: ascii === '' ? null : [ascii],
    endsWithAnchor: glob.isExact && ascii === key.toLowerCase(),
  };
}

const KEY_TAG = 0x0a;
const VALUE_TAG = 0x12;
/** Keys that are longer and stand behind their value, as no encoder writes them, are not looked for. */
const LONGEST_KEY = 1_024;

/** Whether a key may end here in raw bytes: the tag of its value follows, or its own tag and length stand in front of it. */
export function mayEndKey(chars: ByteChars, start: number, end: number): boolean {
  if (chars.at(end) === VALUE_TAG) return true;
  const { bytes } = chars;
  const first = Math.max(end - LONGEST_KEY, 1);
  for (let at = start; at >= first; at--) {
    chars.at(at);
    const length = end - at;
    const isShort = length < 0x80 && bytes[at - 1] === length && bytes[at - 2] === KEY_TAG;
    const isLong = bytes[at - 1] === length >> 7 && bytes[at - 2] === ((length & 0x7f) | 0x80);
    if (isShort || (isLong && bytes[at - 3] === KEY_TAG)) return true;
  }
  return false;
}
