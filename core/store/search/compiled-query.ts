/** A search for traces, compiled: its filters as conditions on spans, and what has to be read to decide them. */
import type { Field, FieldExpression, SpansetFilter, TraceqlQuery } from '../../query/traceql/ast';
import { type Condition, conditionOf } from '../../query/traceql/evaluate';
import type { Turns } from '../../query/traceql/turns';
import { fieldsIn, filtersIn, needsAncestors, resultFields } from '../../query/traceql/walk';
import type { ConditionCompiler } from './compile-condition';
import { plainForm } from './plain-form';
import { ALWAYS, type SpanCondition } from './span-condition';

export interface CompiledFilter {
  readonly filter: SpansetFilter;
  readonly condition: SpanCondition;
  readonly holds: Condition;
  /** What has to hold of the span alone; true where the condition needs its trace. */
  readonly relaxed: FieldExpression;
  readonly needsBody: boolean;
  /** Of the query. */
  readonly turns: Turns;
}

export interface CompiledQuery {
  readonly query: TraceqlQuery;
  readonly filters: readonly CompiledFilter[];
  /** Of all that is done for it, in one answer after the other. */
  readonly turns: Turns;
  /** Whether it asks about traces, as far as their rows say. */
  readonly needsTrace: boolean;
  readonly needsTree: boolean;
  /** Whether it asks what the parents of spans say of themselves. */
  readonly needsParents: boolean;
  /** Of spans that match, whatever their filters need. */
  readonly resultsNeedBody: boolean;
}

export async function compileQuery(
  query: TraceqlQuery,
  compiler: ConditionCompiler,
  turns: Turns,
): Promise<CompiledQuery> {
  const { pipeline, metrics } = query;
  const all = filtersIn(pipeline);
  if (metrics?.kind === 'compare') all.push(metrics.selection);
  const filters: CompiledFilter[] = [];
  for (const filter of all) filters.push(await compileFilter(filter, compiler, turns));
  const results = resultFields(query);
  const fields = [...results, ...all.flatMap(({ condition }) => (condition ? fieldsIn(plainForm(condition)) : []))];
  return {
    query,
    filters,
    turns,
    needsTrace: fields.some(isOfTrace),
    needsTree: needsAncestors(pipeline) || fields.some(isOfTree),
    needsParents: fields.some(isOfParent),
    resultsNeedBody: results.some(isInBody),
  };
}

async function compileFilter(
  filter: SpansetFilter,
  compiler: ConditionCompiler,
  turns: Turns,
): Promise<CompiledFilter> {
  const expression = plainForm(filter.condition ?? TRUE);
  const condition = filter.condition ? await compiler.compile(expression, turns) : ALWAYS;
  return {
    filter,
    condition,
    holds: conditionOf(expression, turns),
    relaxed: relax(expression, true),
    needsBody: fieldsIn(expression).some(isInBody) || compiler.readsNames(expression),
    turns,
  };
}

const TRUE: FieldExpression = { kind: 'boolean', value: true };
const TREE_FIELDS: ReadonlySet<string> = new Set([
  'span:childCount',
  'nestedSetLeft',
  'nestedSetRight',
  'nestedSetParent',
]);
const TRACE_FIELDS: ReadonlySet<string> = new Set([
  'trace:duration',
  'trace:rootName',
  'trace:rootService',
  'trace:id',
]);
const BODY_FIELDS: ReadonlySet<string> = new Set([
  'span:text',
  'span:statusMessage',
  'event:name',
  'event:timeSinceStart',
  'link:traceID',
  'link:spanID',
]);
const BODY_SCOPES: ReadonlySet<string | null> = new Set(['span', 'event', 'link', null]);

/** Whether the message of a span has to be read for it. */
export function isInBody(field: Field): boolean {
  return field.kind === 'parent' || field.kind === 'attribute'
    ? BODY_SCOPES.has(field.scope)
    : BODY_FIELDS.has(field.name);
}

/** Whether only the trace as a whole can tell. */
export function isOfTrace(field: Field): boolean {
  return field.kind === 'intrinsic' && TRACE_FIELDS.has(field.name);
}

/** Whether the other spans of the trace have to be read for it. */
function isOfTree(field: Field): boolean {
  return field.kind === 'intrinsic' && TREE_FIELDS.has(field.name);
}

function isOfParent({ kind }: Field): boolean {
  return kind === 'parent';
}

/** What stays true of every span that matches when conditions on its trace are taken for `most`. */
function relax(expression: FieldExpression, most: boolean): FieldExpression {
  if (expression.kind === 'binary' && (expression.op === '&&' || expression.op === '||')) {
    return { ...expression, left: relax(expression.left, most), right: relax(expression.right, most) };
  }
  if (expression.kind === 'unary' && expression.op === '!') {
    return { ...expression, operand: relax(expression.operand, !most) };
  }
  const needsTrace = fieldsIn(expression).some((field) => isOfTrace(field) || isOfTree(field) || isOfParent(field));
  return needsTrace ? { kind: 'boolean', value: most } : expression;
}
