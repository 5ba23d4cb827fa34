/**
 * Narrowing a search by a click: a value of a field is asked for, or no longer. Words stay words, and TraceQL stays TraceQL: there
 * the value becomes a condition of its first filter.
 */
import { traceqlOf } from './plain-search';
import type { FieldExpression, Pipeline, Spanset, Static } from './traceql/ast';
import { fieldNamed } from './traceql/field-name';
import { parseTraceql } from './traceql/parse';
import { fieldText, printTraceql } from './traceql/print';

export interface Facet {
  /** As TraceQL names it. */
  readonly field: string;
  /** What the plain search calls it. */
  readonly word: string;
}

/** Of several values of a field any will do. @returns the search with the value, or without it where it was there */
export function withFacet(search: string, facet: Facet, value: string): string {
  if (isTraceql(search)) return inTraceql(search, facet, value);
  const token = `${facet.word}:${quoted(value)}`;
  const tokens = tokensOf(search);
  const others = tokens.filter((one) => one !== token);
  return [...others, ...(others.length < tokens.length ? [] : [token])].join(' ');
}

export function hasFacet(search: string, facet: Facet, value: string): boolean {
  if (!isTraceql(search)) return tokensOf(search).includes(`${facet.word}:${quoted(value)}`);
  const wanted = fieldText(literal(facet, value));
  return conditionsOf(search).some((condition) => alternativesOf(facet, condition)?.includes(wanted));
}

/** The search narrowed to the spans of a group: its field has that value, as groups show it. */
export function withCondition(search: string, field: string, value: string): string {
  const literal = value === 'nil' ? 'nil' : literalOf(field, value);
  return narrowedBy(search, `${field} = ${literal}`);
}

/** The search narrowed to traces, or spans, that took about so long: at least what is asked for, in round numbers. */
export function withDuration(search: string, of: 'traces' | 'spans', fromNs: number, toNs: number): string {
  const field = of === 'traces' ? 'trace:duration' : 'duration';
  const [from, to] = [rounded(fromNs, Math.floor), rounded(toNs, Math.ceil)];
  return narrowedBy(search, `${field} >= ${from}ns && ${field} < ${to}ns`);
}

/** Three digits and then zeros. */
function rounded(ns: number, round: (value: number) => number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(ns, 1))) - 2);
  return round(ns / unit) * unit;
}

/** @param narrower what is between the braces of a filter */
function narrowedBy(search: string, narrower: string): string {
  const traceql = readableTraceql(search);
  if (traceql === null) return search;
  const wanted = parseTraceql(`{ ${narrower} }`).pipeline.stages[0];
  const condition = wanted?.kind === 'filter' ? wanted.condition : null;
  const query = parseTraceql(traceql);
  const narrowed: Narrow = (before) =>
    before && condition ? { kind: 'binary', op: '&&', left: before, right: condition, at: 0 } : (condition ?? before);
  return printTraceql({ ...query, pipeline: inPipeline(query.pipeline, narrowed) });
}

/** Numbers and constants as they are; whether an attribute is a number nobody can tell from its text, so both are asked for. */
function literalOf(field: string, value: string): string {
  if (/^(?:span:)?(?:status|kind)$/.test(field)) return value;
  const text = fieldText({ kind: 'string', value });
  const isBare = /^-?\d+(?:\.\d+)?$/.test(value) || value === 'true' || value === 'false';
  return isBare && /^(?:span|resource|event|link|instrumentation)?\./.test(field)
    ? `${value} || ${field} = ${text}`
    : text;
}

export function isTraceql(search: string): boolean {
  return /^\s*[{(]/.test(search);
}

/** The search as TraceQL; null where it cannot be read. */
export function readableTraceql(search: string): string | null {
  try {
    const traceql = traceqlOf(search);
    parseTraceql(traceql);
    return traceql;
  } catch {
    return null;
  }
}

function tokensOf(search: string): string[] {
  // A quote that is still open reaches to the end, as the search reads it.
  return search.match(/(?:[^\s"]|"(?:[^"\\]|\\[\s\S])*(?:"|\\?$))+/g) ?? [];
}

function quoted(value: string): string {
  return /^[^\s":<>=!]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}

function literal({ field }: Facet, value: string): Static {
  if (field === 'status') return { kind: 'status', value: value as 'error' };
  return { kind: 'string', value };
}

function conditionsOf(search: string): FieldExpression[] {
  try {
    const first = firstFilter(parseTraceql(search).pipeline.stages[0] as Spanset);
    return first?.kind === 'filter' && first.condition ? operands(first.condition, '&&') : [];
  } catch {
    return [];
  }
}

function firstFilter(spanset: Spanset): Spanset | null {
  if (spanset.kind === 'filter') return spanset;
  if (spanset.kind === 'spansets') return firstFilter(spanset.left);
  return firstFilter(spanset.stages[0] as Spanset);
}

function operands(expression: FieldExpression, op: '&&' | '||'): FieldExpression[] {
  if (expression.kind !== 'binary' || expression.op !== op) return [expression];
  return [...operands(expression.left, op), ...operands(expression.right, op)];
}

function joined(parts: readonly FieldExpression[], op: '&&' | '||'): FieldExpression | null {
  return parts.reduce<FieldExpression | null>(
    (left, right) => (left === null ? right : { kind: 'binary', op, left, right, at: 0 }),
    null,
  );
}

function inTraceql(search: string, facet: Facet, value: string): string {
  try {
    const query = parseTraceql(search);
    const field = fieldNamed(facet.field);
    if (!field) return search;
    const toggled: FieldExpression = { kind: 'binary', op: '=', left: field, right: literal(facet, value), at: 0 };
    const narrowed = (condition: FieldExpression | null): FieldExpression | null => {
      const all = condition ? operands(condition, '&&') : [];
      const at = all.findIndex((one) => alternativesOf(facet, one) !== null);
      const any = at < 0 ? [] : operands(all[at] as FieldExpression, '||');
      const left = any.filter((one) => fieldText(one) !== fieldText(toggled));
      const changed = joined(left.length < any.length ? left : [...any, toggled], '||');
      if (at < 0) all.push(toggled);
      else all.splice(at, 1, ...(changed ? [changed] : []));
      return joined(all, '&&');
    };
    return printTraceql({ ...query, pipeline: inPipeline(query.pipeline, narrowed) });
  } catch {
    return search;
  }
}

/** The values, as text, of which a condition asks for any; null where it asks for anything else. */
function alternativesOf({ field }: Facet, condition: FieldExpression): string[] | null {
  const values = operands(condition, '||').map((one) =>
    one.kind === 'binary' && one.op === '=' && fieldText(one.left) === field ? fieldText(one.right) : null,
  );
  return values.includes(null) ? null : (values as string[]);
}

type Narrow = (condition: FieldExpression | null) => FieldExpression | null;

function inPipeline({ stages }: Pipeline, narrow: Narrow): Pipeline {
  const [first, ...rest] = stages;
  return { kind: 'pipeline', stages: [inSpanset(first as Spanset, narrow), ...rest] };
}

function inSpanset(spanset: Spanset, narrow: Narrow): Spanset {
  if (spanset.kind === 'filter') return { kind: 'filter', condition: narrow(spanset.condition) };
  if (spanset.kind === 'pipeline') return inPipeline(spanset, narrow);
  return { ...spanset, left: inSpanset(spanset.left, narrow) };
}
