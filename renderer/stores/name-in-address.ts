/** Names as a part of an address. They are whatever senders make of them, and addresses are decoded on the way, some characters twice. */
import { base64FromBytes, bytesFromBase64 } from '../../core/otlp/base64';

const PLAIN = /^[\w.:@-]+$/;

/** @param taken addresses of pages of their own */
export function partOfName(name: string, taken: readonly string[] = []): string {
  if (PLAIN.test(name) && !taken.includes(name)) return name;
  const base64 = base64FromBytes(new TextEncoder().encode(name));
  return `~${base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}

export function nameOfPart(part: string): string {
  const bytes = part.startsWith('~') ? bytesFromBase64(part.slice(1)) : null;
  return bytes ? new TextDecoder().decode(bytes) : part;
}
