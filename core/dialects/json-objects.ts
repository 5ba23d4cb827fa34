import type { PlainValue } from '../model/json-types';

export type JsonObject = { readonly [key: string]: PlainValue };

export function isObject(value: PlainValue | undefined): value is JsonObject & { [key: string]: PlainValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text that is not empty. */
export function textOf(value: PlainValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
