/** A query that looks among fewer spans. */
import type { FieldExpression, MathOperand, Pipeline, Spanset, SpansetFilter, TraceqlQuery } from './ast';
import { isSpanset } from './walk';

/** @returns the query with a condition that every span it speaks of has to meet as well */
export function within(query: TraceqlQuery, condition: FieldExpression): TraceqlQuery {
  const { metrics } = query;
  const narrowed = { ...query, pipeline: inPipeline(query.pipeline, condition) };
  if (metrics?.kind !== 'math') return narrowed;
  const side = (operand: MathOperand): MathOperand =>
    typeof operand === 'number' ? operand : within(operand, condition);
  return { ...narrowed, metrics: { ...metrics, left: side(metrics.left), right: side(metrics.right) } };
}

function inPipeline(pipeline: Pipeline, condition: FieldExpression): Pipeline {
  return {
    ...pipeline,
    stages: pipeline.stages.map((stage) => (isSpanset(stage) ? inSpanset(stage, condition) : stage)),
  };
}

function inSpanset(spanset: Spanset, condition: FieldExpression): Spanset {
  if (spanset.kind === 'filter') return inFilter(spanset, condition);
  if (spanset.kind === 'pipeline') return inPipeline(spanset, condition);
  return { ...spanset, left: inSpanset(spanset.left, condition), right: inSpanset(spanset.right, condition) };
}

function inFilter(filter: SpansetFilter, condition: FieldExpression): SpansetFilter {
  if (filter.condition === null) return { ...filter, condition };
  return { ...filter, condition: { kind: 'binary', op: '&&', left: condition, right: filter.condition, at: 0 } };
}
