/** Tells by the name of a member, a parameter, a header or a variable what its value may be. */

export type SecretKind =
  /** What people choose: may be words, and short. */
  | 'password'
  /** What machines issue, under a name that says so. */
  | 'key'
  /** What may be an issued token, and often is another: a piece of text, a page, a count. */
  | 'token'
  /** A header: a scheme and credentials. */
  | 'authorization'
  | 'cookie'
  /** Its parts may hold a password. */
  | 'connection'
  /** A secret in a URL, where it grants something; a proof anywhere else. */
  | 'signature';

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

const PASSWORDS = words('password passwd passphrase passcode pwd');
const CREDENTIALS = words('credential credentials creds auth');
/** What a key is for, where it is a secret without doubt. */
const SECRET_KEYS = words('api secret access private encryption signing master');
const OTHER_KEYS = words(
  'auth account service subscription license admin consumer shared deploy ssh webhook client storage app application',
);
const ISSUED_TOKENS = words('access refresh auth session id bearer oauth api security');
/** Tokens of models, of pages and of parsers. */
const HARMLESS_TOKENS = words(
  'page next prev previous continuation continue sync cursor resume scroll pagination count max min num total input output ' +
    'prompt completion reasoning cached special stop start end eos bos pad unk sep cls mask top first last current text new ' +
    'line word sub csrf xsrf delta usage per time cancellation cancel thought answer image audio video system begin role ' +
    'client request logprob syntax lexer lex ast css theme design mock fake public with no by the a this each one every single',
);
const HARMLESS_SECRETS = words('no not is has the a top open');
const COMPOUNDS: ReadonlyMap<string, SecretKind> = new Map([
  ...[...SECRET_KEYS].map((owner) => [`${owner}key`, 'key'] as const),
  ...[...OTHER_KEYS].map((owner) => [`${owner}key`, 'token'] as const),
  ['dbpass', 'password'],
  ['mytoken', 'token'],
  ['bottoken', 'token'],
  ...['accesstoken', 'refreshtoken', 'authtoken', 'sessiontoken', 'clientsecret'].map((name) => [name, 'key'] as const),
  ['connectionstring', 'connection'],
  ['setcookie', 'cookie'],
  ['cookie', 'cookie'],
  ['authorization', 'authorization'],
  ['sig', 'signature'],
  ['signature', 'signature'],
]);
const LONGEST_NAME = 80;

/** A sender has few names. */
const known = new Map<string, SecretKind | null>();
const MAX_KNOWN = 2_000;

/** Null: nothing that is secret. */
export function kindOfName(name: string): SecretKind | null {
  if (name.length > LONGEST_NAME) return null;
  let kind = known.get(name);
  if (kind !== undefined) return kind;
  kind = told(name);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(name, kind);
  return kind;
}

function told(name: string): SecretKind | null {
  const parts = name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((part) => part !== '' && !/^\d+$/.test(part));
  const last = parts.at(-1);
  if (last === undefined) return null;
  const before = parts.at(-2) ?? '';
  if (PASSWORDS.has(last) || /.(?:password|passwd)$/.test(last)) return 'password';
  if (last === 'pass') return before === 'db' || before === 'database' || before === 'key' ? 'password' : null;
  if (last === 'secret') return HARMLESS_SECRETS.has(before) ? null : 'key';
  if (last === 'key') return SECRET_KEYS.has(before) ? 'key' : OTHER_KEYS.has(before) ? 'token' : null;
  if (last === 'token') return ISSUED_TOKENS.has(before) ? 'key' : HARMLESS_TOKENS.has(before) ? null : 'token';
  if (last === 'team') return before === 'honeycomb' ? 'key' : null;
  if (last === 'string') return before === 'connection' ? 'connection' : null;
  if (CREDENTIALS.has(last)) return 'token';
  return COMPOUNDS.get(last) ?? null;
}

/** How the names end, as anchors. */
export const NAME_ENDS: readonly string[] = [
  ...'password passwd passphrase passcode pwd _pass dbpass secret token authorization cookie sig signature'.split(' '),
  ...'credential credentials creds _auth -auth connectionstring connection_string connection-string honeycomb-team'.split(
    ' ',
  ),
  ...[...SECRET_KEYS, ...OTHER_KEYS].flatMap((owner) =>
    ['', '_', '-', '.'].map((separator) => `${owner}${separator}key`),
  ),
];
/** Of those, and of names that end so, what is looked for in base64. */
export const ENCODED_NAME_ENDS =
  'password passwd passphrase secret apikey api_key access_token refresh_token authorization'.split(' ');
