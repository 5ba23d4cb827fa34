/** Base64 (RFC 4648) without `Buffer` or `atob`, so that it runs in every room; decoding takes both alphabets, padded or not. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PADDING = '='.charCodeAt(0);
const ascii = new TextDecoder();
const VALUES = new Int8Array(128).fill(-1);
for (let i = 0; i < 64; i++) VALUES[ALPHABET.charCodeAt(i)] = i;
VALUES['-'.charCodeAt(0)] = 62;
VALUES['_'.charCodeAt(0)] = 63;

export function base64FromBytes(bytes: Uint8Array): string {
  // Written in one piece: a text put together letter by letter is an object of the engine for each.
  const letters = new Uint8Array(Math.ceil(bytes.length / 3) * 4);
  let at = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const group = ((bytes[i] as number) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    letters[at++] = ALPHABET.charCodeAt(group >>> 18);
    letters[at++] = ALPHABET.charCodeAt((group >>> 12) & 63);
    letters[at++] = left > 1 ? ALPHABET.charCodeAt((group >>> 6) & 63) : PADDING;
    letters[at++] = left > 2 ? ALPHABET.charCodeAt(group & 63) : PADDING;
  }
  return ascii.decode(letters);
}

/** The bytes, or null when `text` is not base64. */
export function bytesFromBase64(text: string): Uint8Array | null {
  // Not a pattern: one for what stands at the end begins anew at each `=`.
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === PADDING) end--;
  const body = text.slice(0, end);
  if (body.length % 4 === 1) return null;
  const bytes = new Uint8Array(Math.floor((body.length * 3) / 4));
  let group = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < body.length; i++) {
    const value = VALUES[body.charCodeAt(i)] ?? -1;
    if (value < 0) return null;
    group = (group << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (group >>> bits) & 0xff;
    }
  }
  return bytes;
}
