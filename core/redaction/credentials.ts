/** Tells credentials that follow the name of a scheme from words: people write of basic understanding and of bearer bonds. */
import { isShownInstead, isTokenLike } from './token-likeness';

const utf8 = new TextDecoder('utf-8', { fatal: true });
const MIN_TOKEN = 8;
const MIN_PASSWORD = 4;
const USERS = /^(?:(?:proxy)?user(?:_?name)?|usr|foo|name|login|me|uid|id)?$/i;
const PASSWORDS = /^(?:auth|my|user|db|proxy)?_?(?:pass(?:w(?:or)?d)?|pwd|pw|secret|bar)$/i;
/** Of each part of a JWT, as of the rule for those that stand alone. */
const MIN_JWT_PART = 8;

/** A name and a password, joined by a colon, in base64. */
export function isBasicCredentials(text: string): boolean {
  let length = 0;
  while (length < text.length && text[length] !== '=' && text[length] !== '.' && text[length] !== '~') length++;
  // One character more than whole bytes take: the text was cut off.
  const encoded = text.slice(0, length % 4 === 1 ? length - 1 : length);
  try {
    const packed = atob(encoded.replaceAll('-', '+').replaceAll('_', '/'));
    const plain = utf8.decode(Uint8Array.from(packed, (character) => character.charCodeAt(0)));
    return plain.includes(':') && !/\p{Cc}/u.test(plain);
  } catch {
    return false;
  }
}

/** A JWT, or what is no word; in a header anything that is not shown in place of a token. */
export function isBearerToken(text: string, isInHeader: boolean): boolean {
  if (isShownInstead(text)) return false;
  const parts = text.split('.');
  if (parts.length === 3 && parts.every((part) => part.length >= MIN_JWT_PART)) return true;
  return isInHeader || isTokenLike(text, MIN_TOKEN);
}

/** Not what documents write: `user:pass@`, `user:<password>@`, `a:b@`. */
export function isUrlPassword(user: string, password: string): boolean {
  if (password.length < MIN_PASSWORD || isShownInstead(password)) return false;
  if (user === '' && password.includes(':')) return false;
  return !(USERS.test(user) && PASSWORDS.test(password));
}
