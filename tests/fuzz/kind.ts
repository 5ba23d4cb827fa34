import type { Random } from './random';

export interface HostileKind {
  readonly name: string;
  /** @returns what is wrong, or null @throws Error that is a refusal by name, where it cannot be read */
  readonly run: (bytes: Uint8Array) => string | null | Promise<string | null>;
  readonly draw: (random: Random) => Uint8Array;
}
