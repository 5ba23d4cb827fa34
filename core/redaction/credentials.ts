/** Tells credentials that follow the name of a scheme from words: people write of basic understanding and of bearer bonds. */

const utf8 = new TextDecoder('utf-8', { fatal: true });
/** A token of letters alone that is shorter may be a word. */
const MIN_LETTERS = 20;
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

/** Something with a digit, a JWT, or what is too long for a word. */
export function isBearerToken(text: string): boolean {
  if (/\d/.test(text)) return true;
  const parts = text.split('.');
  if (parts.length === 3 && parts.every((part) => part.length >= MIN_JWT_PART)) return true;
  return text.length >= MIN_LETTERS && (text.includes('_') || !text.split(/[^A-Za-z]/).every(isWord));
}

function isWord(letters: string): boolean {
  const [first = '', ...others] = letters;
  const rest = others.join('');
  if (rest === rest.toLowerCase()) return true;
  return letters.length < MIN_LETTERS && first === first.toUpperCase() && rest === rest.toUpperCase();
}
