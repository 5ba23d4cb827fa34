import { createHash } from 'node:crypto';

/** The first bytes of SHA-256 of a text, as hex: an id for what has one of another shape. */
export function hexOf(text: string, bytes: number): string {
  return createHash('sha256')
    .update(text)
    .digest('hex')
    .slice(0, 2 * bytes);
}
