/** Conditions as other tools put them, as text of TraceQL. */
import type { AttributeScope } from '../../../core/query/traceql/ast';
import { fieldText } from '../../../core/query/traceql/print';

export function attributeText(scope: AttributeScope | null, name: string): string {
  return fieldText({ kind: 'attribute', scope, name, at: 0 });
}

export function quoted(text: string): string {
  return fieldText({ kind: 'string', value: text });
}

/** That the field says this, whatever its type: tools that know only text ask so for numbers and booleans. */
export function saysText(field: string, text: string): string {
  const ways = [`${field} = ${quoted(text)}`];
  if (/^-?\d{1,18}$/.test(text) || /^-?\d{1,15}\.\d{1,15}$/.test(text) || text === 'true' || text === 'false') {
    ways.push(`${field} = ${text}`);
  }
  return anyOf(ways);
}

export function anyOf(conditions: readonly string[]): string {
  return conditions.length === 1 ? (conditions[0] ?? '') : `(${conditions.join(' || ')})`;
}

/** A search for traces with a span that meets them all. */
export function filterText(conditions: readonly string[]): string {
  return conditions.length === 0 ? '{ }' : `{ ${conditions.join(' && ')} }`;
}

/** A regular expression that means the text itself. */
export function escapedPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

export function durationText(ns: bigint): string {
  return `${ns}ns`;
}
