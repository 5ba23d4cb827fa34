import { type AnyValue, plainValue } from '../model/json-types';

/** A value for tools that know only text: a string as it is, everything else as JSON. */
export function textOfValue(value: AnyValue): string {
  const plain = plainValue(value);
  if (plain === null) return '';
  return typeof plain === 'string' ? plain : JSON.stringify(plain);
}
