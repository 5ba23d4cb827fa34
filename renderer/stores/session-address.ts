/** Where a session's page is. Ids are whatever senders make of them, and addresses are decoded on the way, some characters twice. */
import { base64FromBytes, bytesFromBase64 } from '../../core/otlp/base64';

const PLAIN = /^[\w.:@-]+$/;
const PATH = '/session/';

export function addressOfSession(sessionId: string): string {
  if (PLAIN.test(sessionId)) return PATH + sessionId;
  const base64 = base64FromBytes(new TextEncoder().encode(sessionId));
  return `${PATH}~${base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}

/** @param part of the address, behind the path */
export function sessionOfAddress(part: string): string {
  const bytes = part.startsWith('~') ? bytesFromBase64(part.slice(1)) : null;
  return bytes ? new TextDecoder().decode(bytes) : part;
}
