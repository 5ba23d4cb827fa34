/** What the fields of a span evaluate to, and how values compare. Values of different types are never equal, and never differ. */

import type { AnyValue } from '../../model/json-types';
import type { SpanKindName, StatusCodeName } from '../../model/span-kind';
import { SPAN_KIND_NAMES } from '../../model/span-kind';
import type { Comparison, Static } from './ast';
import { integerOf, isNumeric } from './calculate';
import type { TextPattern } from './regex';

/** A status, a kind of span, or a value that is there and compares with nothing (bytes, a map). */
export class Keyword {
  constructor(
    private readonly type: 'status' | 'spanKind' | 'opaque',
    readonly name: string,
  ) {}

  toString(): string {
    return this.name === '' ? this.type : this.name;
  }
}

const OPAQUE = new Keyword('opaque', '');
const STATUSES: Record<StatusCodeName, Keyword> = {
  unset: new Keyword('status', 'unset'),
  ok: new Keyword('status', 'ok'),
  error: new Keyword('status', 'error'),
};
const KINDS = new Map(SPAN_KIND_NAMES.map((name) => [name, new Keyword('spanKind', name)]));

/** A bigint is an integer that a number would round. */
export type Scalar = string | number | bigint | boolean | Keyword;
/** An array is of an attribute that holds one. */
export type Value = Scalar | readonly Value[];

/** Of all that a field stands for in a span: none (nil), one, or many (events, links). */
export type Values = readonly Value[];

export const NO_VALUES: Values = [];

export const statusValue = (name: StatusCodeName): Keyword => STATUSES[name];
export const spanKindValue = (name: SpanKindName): Keyword => KINDS.get(name) ?? OPAQUE;

/** Null of `nil`. */
export function staticValue(value: Static): Scalar | null {
  switch (value.kind) {
    case 'nil':
      return null;
    case 'status':
      return statusValue(value.value);
    case 'spanKind':
      return spanKindValue(value.value);
    default:
      return value.value;
  }
}

/** Null of a value that says nothing. */
export function valueOfAny(value: AnyValue): Value | null {
  if ('stringValue' in value) return value.stringValue as string;
  if ('boolValue' in value) return value.boolValue as boolean;
  if ('intValue' in value) {
    const number = Number(value.intValue);
    return Number.isSafeInteger(number) ? number : integerOf(BigInt(value.intValue as string));
  }
  if ('doubleValue' in value) return Number(value.doubleValue);
  if ('arrayValue' in value) {
    const { values } = value.arrayValue as { values: readonly AnyValue[] };
    return values.flatMap((item) => valueOfAny(item) ?? []);
  }
  return 'kvlistValue' in value || 'bytesValue' in value ? OPAQUE : null;
}

/**
 * An array compares by its elements: one has to be equal (`=`, `=~`, `<` ...), or all have to differ (`!=`, `!~`).
 * @param right a pattern with `=~` and `!~`
 */
export function compares(op: Comparison, left: Value, right: Value | TextPattern): boolean {
  if (Array.isArray(left)) {
    const each = (item: Value): boolean => compares(op, item, right);
    return op === '!=' || op === '!~' ? left.length > 0 && left.every(each) : left.some(each);
  }
  if (op === '=~' || op === '!~') {
    return typeof left === 'string' && (right as TextPattern).matches(left) === (op === '=~');
  }
  if (Array.isArray(right)) {
    const each = (item: Value): boolean => compares(op, left, item);
    return op === '!=' ? right.length > 0 && right.every(each) : right.some(each);
  }
  const isMixed = typeof left !== typeof right;
  if ((isMixed && !(isNumeric(left) && isNumeric(right))) || left === OPAQUE) return false;
  // A number and a bigint compare by what they are, without a digit lost.
  if (op === '=') return isMixed ? left >= (right as Scalar) && left <= (right as Scalar) : left === right;
  if (op === '!=') return !compares('=', left, right);
  if (typeof left === 'boolean' || left instanceof Keyword) return false;
  const a = left as string | number | bigint;
  const b = right as string | number | bigint;
  if (op === '<') return a < b;
  if (op === '<=') return a <= b;
  return op === '>' ? a > b : a >= b;
}

/** What tells a value from others of another type: text stands in quotes. */
export function literalOf(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return Array.isArray(value) ? `[${value.map(literalOf).join(', ')}]` : String(value);
}

const NIL = 'nil';

/** Literals of what a field stands for, each once: of a list its elements. */
export function literalsOf(values: Values): readonly string[] {
  const [first] = values;
  if (values.length === 1 && first !== undefined && !Array.isArray(first)) return [literalOf(first)];
  const all = new Set(values.flatMap((value) => (Array.isArray(value) ? value.map(literalOf) : [literalOf(value)])));
  return all.size === 0 ? [NIL] : [...all];
}

/** A literal as people read it. */
export function textOf(literal: string): string {
  return literal.startsWith('"') ? (JSON.parse(literal) as string) : literal;
}
