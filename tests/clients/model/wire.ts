/** A form in which models are asked and answer. */
import type { Answer, Asked, Tokens } from './ledger';

export interface Wire {
  read(body: Json, path: string): Asked;
  /** The whole answer. */
  whole(answer: Answer, tokens: Tokens, asked: Asked): Json;
  /** The same in pieces, as events of a stream; null: it cannot. */
  pieces: ((answer: Answer, tokens: Tokens, asked: Asked) => readonly string[]) | null;
  failure: Json;
}

/** As it came over the wire: read without trust in its form. */
export type Json = { readonly [key: string]: unknown };

export function event(data: Json, name?: string): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
}

export function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter((one): one is Json => typeof one === 'object' && one !== null) : [];
}

export function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return list(value)
    .flatMap((part) => (typeof part.text === 'string' ? part.text : []))
    .join('');
}

export function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** As streams are cut: at words. */
export function words(whole: string): string[] {
  return whole === '' ? [] : whole.split(/(?<= )/);
}
