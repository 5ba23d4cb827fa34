/**
 * Narrowing a search by a click: a value of a field is asked for, or no longer. Words stay words, and TraceQL stays TraceQL: there
 * the value becomes a condition of its first filter.
 */
import { isTraceql, traceqlOf } from './plain-search';
import { plainTerms } from './plain-terms';
import type { FieldExpression, Pipeline, Spanset, Static, TraceqlQuery } from './traceql/ast';
import { fieldNamed } from './traceql/field-name';
import { fieldText, printTraceql } from './traceql/print';
import { readTraceql } from './traceql/read-query';

export interface Facet {
  /** As TraceQL names it. */
  readonly field: string;
  /** What the plain search calls it. */
  readonly word: string;
  /** Values that are no value of the field, as TraceQL. */
  readonly conditions?: Readonly<Record<string, string>>;
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
  const all = conjunctionOf(facet, value);
  if (all) {
    const there = new Set(conditionsOf(search).map(fieldText));
    return all.every((one) => there.has(fieldText(one)));
  }
  const wanted = fieldText(literal(facet, value));
  return conditionsOf(search).some((condition) => alternativesOf(facet, condition)?.includes(wanted));
}

/** The values of a field that a search asks for. */
export function facetValues(search: string, facet: Facet): string[] {
  if (!isTraceql(search)) return tokensOf(search).flatMap((token) => valueIn(token, facet) ?? []);
  return conditionsOf(search).flatMap((condition) =>
    alternativesOf(facet, condition) === null
      ? []
      : operands(condition, '||').flatMap((one) =>
          one.kind === 'binary' && one.right.kind === 'string' ? [one.right.value] : [],
        ),
  );
}

/** The search as it would be if none of the field's values were asked for: what there is to choose from. */
export function withoutFacet(search: string, facet: Facet): string {
  if (!isTraceql(search)) {
    return tokensOf(search)
      .filter((token) => valueIn(token, facet) === null)
      .join(' ');
  }
  try {
    const query = readTraceql(search);
    const narrowed = (condition: FieldExpression | null): FieldExpression | null =>
      joined(
        (condition ? operands(condition, '&&') : []).filter((one) => alternativesOf(facet, one) === null),
        '&&',
      );
    return printTraceql({ ...query, pipeline: inPipeline(query.pipeline, narrowed) });
  } catch {
    return search;
  }
}

function valueIn(token: string, { word }: Facet): string | null {
  if (!token.startsWith(`${word}:`)) return null;
  const text = token.slice(word.length + 1);
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\(["\\])/g, '$1') : text;
}

/** The search narrowed to the spans of a group: its field has that value, as groups show it. */
export function withCondition(search: string, field: string, value: string): string {
  return narrowedBy(search, conditionText(field, value));
}

/** What holds for the spans of a group, as TraceQL: its field has that value, as groups show it. */
export function conditionText(field: string, value: string): string {
  return `${field} = ${value === 'nil' ? 'nil' : literalOf(field, value)}`;
}

/** The search narrowed to traces, or spans, that took about so long: at least what is asked for, in round numbers. */
export function withDuration(search: string, of: 'traces' | 'spans', fromNs: number, toNs: number): string {
  return narrowedBy(search, durationText(of, fromNs, toNs));
}

export function durationText(of: 'traces' | 'spans', fromNs: number, toNs: number): string {
  const field = of === 'traces' ? 'trace:duration' : 'duration';
  const [from, to] = [rounded(fromNs, Math.floor), rounded(toNs, Math.ceil)];
  return `${field} >= ${from}ns && ${field} < ${to}ns`;
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
  const wanted = readTraceql(`{ ${narrower} }`).pipeline.stages[0];
  const condition = wanted?.kind === 'filter' ? wanted.condition : null;
  const query = readTraceql(traceql);
  const narrowed: Narrow = (before) =>
    before && condition ? { kind: 'binary', op: '&&', left: before, right: condition, at: 0 } : (condition ?? before);
  return printTraceql({ ...query, pipeline: inPipeline(query.pipeline, narrowed) });
}

/** Fields whose values are numbers, whatever the span. */
const NUMBERS =
  /^(?:(?:span:)?duration|traceDuration|trace:duration|span:childCount|event:timeSinceStart|nestedSet(?:Left|Right|Parent))$/;

/** Numbers and constants as they are; whether an attribute is a number nobody can tell from its text, so both are asked for. */
function literalOf(field: string, value: string): string {
  if (/^(?:span:)?(?:status|kind)$/.test(field) || NUMBERS.test(field)) return value;
  if (isQuoted(value)) return value;
  const text = fieldText({ kind: 'string', value });
  const bare = bareOf(value);
  return bare !== null && /^(?:span|resource|event|link|instrumentation|parent)?\./.test(field)
    ? `${bare} || ${field} = ${text}`
    : text;
}

/** A group of text beside one of another type that reads the same (literalsOf). */
export function isQuoted(value: string): boolean {
  return /^"(?:true|false|nil|-?\d[\d.e+-]*)"$/.test(value);
}

/** A number or a boolean as TraceQL writes it; null of what can only be text. */
function bareOf(value: string): string | null {
  if (value === 'true' || value === 'false') return value;
  if (/^-?\d+$/.test(value)) {
    const integer = BigInt(value);
    if (integer === MIN_INTEGER) return 'minInt';
    return integer > MIN_INTEGER && integer < -MIN_INTEGER ? value : null;
  }
  return /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(value) && Number.isFinite(Number(value)) ? value : null;
}

const MIN_INTEGER = -(2n ** 63n);

/** The search as TraceQL; null where it cannot be read. */
export function readableTraceql(search: string): string | null {
  try {
    const traceql = traceqlOf(search);
    readTraceql(traceql);
    return traceql;
  } catch {
    return null;
  }
}

function tokensOf(search: string): string[] {
  return plainTerms(search).map(({ from, to }) => search.slice(from, to));
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
    const first = firstFilter(readTraceql(search).pipeline.stages[0] as Spanset);
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
    const query = readTraceql(search);
    const field = fieldNamed(facet.field);
    if (!field) return search;
    const whole = conjunctionOf(facet, value);
    if (whole) return toggledWhole(query, search, facet, value, whole);
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

/** What has to hold, all of it, for a value that is none of the field's; null: it is one. */
function conjunctionOf({ conditions = {} }: Facet, value: string): FieldExpression[] | null {
  const traceql = Object.hasOwn(conditions, value) ? conditions[value] : undefined;
  return traceql === undefined ? null : conditionsOf(`{ ${traceql} }`);
}

function toggledWhole(
  query: TraceqlQuery,
  search: string,
  facet: Facet,
  value: string,
  whole: readonly FieldExpression[],
): string {
  const texts = new Set(whole.map(fieldText));
  const isThere = hasFacet(search, facet, value);
  const narrowed = (condition: FieldExpression | null): FieldExpression | null => {
    const others = (condition ? operands(condition, '&&') : []).filter((one) => !texts.has(fieldText(one)));
    return joined(isThere ? others : [...others, ...whole], '&&');
  };
  return printTraceql({ ...query, pipeline: inPipeline(query.pipeline, narrowed) });
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
