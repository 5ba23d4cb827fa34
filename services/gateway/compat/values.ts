/** Literals of TraceQL as values with a type, as found sets, series and groups carry them. */
import type { AnyValue } from '../../../core/model/json-types';

export function anyValueOf(literals: readonly string[]): AnyValue {
  const [first] = literals;
  if (literals.length === 1 && first !== undefined) return ofOne(first);
  return { arrayValue: { values: literals.map(ofOne) } };
}

function ofOne(literal: string): AnyValue {
  const value = textOfLiteral(literal);
  switch (typeOfLiteral(literal)) {
    case 'bool':
      return { boolValue: value === 'true' };
    case 'int':
      return { intValue: value };
    case 'float':
      return { doubleValue: Number.isFinite(Number(value)) ? Number(value) : (value as 'NaN') };
    default:
      return { stringValue: value };
  }
}

/** As Tempo calls them. */
export type ValueType = 'string' | 'int' | 'float' | 'bool' | 'keyword';

export function typeOfLiteral(literal: string): ValueType {
  if (literal.startsWith('"')) return 'string';
  if (literal === 'true' || literal === 'false') return 'bool';
  if (/^-?\d{1,19}$/.test(literal)) return 'int';
  return literal === 'NaN' || /^-?Infinity$/.test(literal) || /^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(literal)
    ? 'float'
    : 'keyword';
}

export function textOfLiteral(literal: string): string {
  return literal.startsWith('"') ? (JSON.parse(literal) as string) : literal;
}
