import { type AnyValue, plainValue } from '../../core/model/json-types';

/** Strings as they are, everything else as JSON. */
export function textOf(value: AnyValue): string {
  const plain = plainValue(value);
  if (plain === null) return '';
  return typeof plain === 'string' ? plain : JSON.stringify(plain, null, typeof plain === 'object' ? 2 : 0);
}

/** As `textOf`, and JSON inside a string (prompts come so) with a line a value, for comparing. */
export function linesOf(value: AnyValue): string {
  const text = textOf(value);
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
