/** What SQL is told of the value of an attribute, so that it can compare it without decoding the message. */
import type { AnyValue } from '../../model/json-types';
import { readKeyValue } from '../../otlp/proto-to-json';
import { WireReader } from '../../otlp/wire-reader';
import { termsOf } from '../../search/words';

/** By `attribute.type`. */
export const SEARCHABLE_TYPES = ['none', 'text', 'boolean', 'integer', 'double'] as const;

export interface SearchableValue {
  readonly type: (typeof SEARCHABLE_TYPES)[number];
  readonly text: string | null;
  readonly number: number | null;
  /** As the index holds them (core/search/words.ts), each once. */
  readonly words: readonly string[];
}

export const NO_VALUE: SearchableValue = { type: 'none', text: null, number: null, words: [] };

/** @param message an OTLP KeyValue */
export function searchable(message: Uint8Array): SearchableValue {
  const { value } = readKeyValue(new WireReader(message));
  if ('stringValue' in value) {
    const text = (value.stringValue as string).replaceAll('\0', '\u2400');
    return { type: 'text', text, number: null, words: termsOf(text) };
  }
  if ('boolValue' in value) return { type: 'boolean', text: String(value.boolValue), number: null, words: [] };
  if ('intValue' in value) return numeric('integer', value.intValue as string, Number(value.intValue));
  if ('doubleValue' in value) return numeric('double', String(value.doubleValue), Number(value.doubleValue));
  return { ...NO_VALUE, words: [...new Set(textsOf(value).flatMap(termsOf))] };
}

function numeric(type: 'integer' | 'double', text: string, number: number): SearchableValue {
  return { type, text, number: Number.isFinite(number) ? number : null, words: [] };
}

/** Every text within a value. */
function textsOf(value: AnyValue): string[] {
  if ('stringValue' in value) return [value.stringValue as string];
  if ('arrayValue' in value) return (value.arrayValue as { values: readonly AnyValue[] }).values.flatMap(textsOf);
  if ('kvlistValue' in value) {
    const { values } = value.kvlistValue as { values: readonly { value: AnyValue }[] };
    return values.flatMap((pair) => textsOf(pair.value));
  }
  return [];
}
