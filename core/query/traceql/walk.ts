/** What a query asks for, gathered from its tree. */
import type { Field, FieldExpression, Pipeline, Scalar, Spanset, SpansetFilter, TraceqlQuery } from './ast';

/** Whether it is what word searches look in. */
export function isText(expression: FieldExpression): boolean {
  return expression.kind === 'intrinsic' && expression.name === 'span:text';
}

/** Every attribute and intrinsic of an expression, as often as it stands there. */
export function fieldsIn(expression: FieldExpression): Field[] {
  const fields: Field[] = [];
  const open = [expression];
  for (let next = open.pop(); next; next = open.pop()) {
    if (next.kind === 'binary') open.push(next.right, next.left);
    else if (next.kind === 'unary') open.push(next.operand);
    else if (next.kind === 'attribute' || next.kind === 'intrinsic' || next.kind === 'parent') fields.push(next);
  }
  return fields;
}

/** Every filter, in order. */
export function filtersIn(spanset: Spanset): SpansetFilter[] {
  if (spanset.kind === 'filter') return [spanset];
  if (spanset.kind === 'spansets') return [...filtersIn(spanset.left), ...filtersIn(spanset.right)];
  return spanset.stages.flatMap((stage) => (isSpanset(stage) ? filtersIn(stage) : []));
}

/** What the steps after the filters need of matched spans: `by`, `select`, aggregates and metrics. */
export function resultFields({ pipeline, metrics }: TraceqlQuery): Field[] {
  const fields = stageFields(pipeline);
  if (metrics?.kind === 'compare' && metrics.selection.condition) fields.push(...fieldsIn(metrics.selection.condition));
  if (metrics?.kind === 'metric') fields.push(...(metrics.of ? fieldsIn(metrics.of) : []), ...metrics.by);
  return fields;
}

function stageFields(pipeline: Pipeline): Field[] {
  return pipeline.stages.flatMap((stage) => {
    if (isSpanset(stage)) return nestedPipelines(stage).flatMap(stageFields);
    if (stage.kind === 'by' || stage.kind === 'select') return stage.fields.flatMap(fieldsIn);
    return stage.kind === 'coalesce' ? [] : [...scalarFields(stage.left), ...scalarFields(stage.right)];
  });
}

function nestedPipelines(spanset: Spanset): Pipeline[] {
  if (spanset.kind === 'pipeline') return [spanset];
  return spanset.kind === 'spansets' ? [...nestedPipelines(spanset.left), ...nestedPipelines(spanset.right)] : [];
}

function scalarFields(scalar: Scalar): Field[] {
  if (scalar.kind === 'aggregate') return scalar.of ? fieldsIn(scalar.of) : [];
  return scalar.kind === 'scalars' ? [...scalarFields(scalar.left), ...scalarFields(scalar.right)] : [];
}

/** Whether a relation asks for more of the tree than parents of matched spans. */
export function needsAncestors(spanset: Spanset): boolean {
  if (spanset.kind === 'filter') return false;
  if (spanset.kind === 'pipeline') return spanset.stages.some((stage) => isSpanset(stage) && needsAncestors(stage));
  return /(>>|<<)$/.test(spanset.op) || needsAncestors(spanset.left) || needsAncestors(spanset.right);
}

export function isSpanset(stage: Pipeline['stages'][number]): stage is Spanset {
  return stage.kind === 'filter' || stage.kind === 'spansets' || stage.kind === 'pipeline';
}

/** Of one side of `||`: all pairs of ways are ways. */
const MAX_WAYS = 3;

/**
 * Filters of which every trace that matches has a span for at least one; one list of alternatives for each way to look.
 */
export function necessaryFilters(spanset: Spanset): readonly (readonly SpansetFilter[])[] {
  if (spanset.kind === 'filter') return [[spanset]];
  if (spanset.kind === 'pipeline') {
    // What a later step leaves, it leaves of the first.
    return spanset.stages.filter(isSpanset).flatMap(necessaryFilters);
  }
  const left = necessaryFilters(spanset.left);
  const right = necessaryFilters(spanset.right);
  if (spanset.op === '||') {
    const few = (ways: typeof left): typeof left => ways.slice(0, MAX_WAYS);
    return few(left).flatMap((a) => few(right).map((b) => [...a, ...b]));
  }
  return spanset.op.startsWith('!') ? right : [...left, ...right];
}
