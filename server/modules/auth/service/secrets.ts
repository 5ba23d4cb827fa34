/** Secrets that are given out once and kept as a digest: they are random, so a fast hash is enough (passwords are not: passwords.ts). */
import { createHash, randomBytes } from 'node:crypto';

const BYTES = 32;

export function newSecret(prefix: string): string {
  return `${prefix}${randomBytes(BYTES).toString('base64url')}`;
}

export function digestOf(secret: string): Uint8Array {
  return createHash('sha256').update(secret).digest();
}
