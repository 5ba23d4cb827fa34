/** Bodies of requests that are JSON: what is not UTF-8 is refused, not replaced by marks that nobody sent. */
import { SpoorError } from './errors';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** @throws SpoorError VALIDATION_ERROR where it is not UTF-8 or not JSON */
export function jsonOfBody(body: Uint8Array): unknown {
  let text: string;
  try {
    text = UTF8.decode(body);
  } catch {
    throw new SpoorError('VALIDATION_ERROR', 'The body is not UTF-8. Send JSON encoded as UTF-8.');
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new SpoorError('VALIDATION_ERROR', 'The body is not JSON.');
  }
}
