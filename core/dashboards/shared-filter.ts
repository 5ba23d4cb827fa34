/**
 * One filter for all panels of a dashboard, `service=web http.route!=/health`, and where spans come from, as each kind of panel asks for
 * it. Terms are those of metrics: `service`, attributes of the resource with `resource.` before them, and any other attribute.
 */

import { type FilterTerm, filterTerm, readFilter } from '../metrics/series-filter';
import type { DeploymentFilter } from '../model/deployment';
import { DEPLOYMENT_FIELDS, DEPLOYMENT_KEYS } from '../model/deployment-keys';
import { conditionText } from '../query/facets';
import type { FieldExpression, MathOperand, Pipeline, TraceqlQuery } from '../query/traceql/ast';
import { fieldText, printTraceql } from '../query/traceql/print';
import { readTraceql } from '../query/traceql/read-query';

/** Null: it can be read. */
export function filterProblem(filter: string): string | null {
  try {
    readFilter(filter);
    return null;
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
}

/** TraceQL whose spans, those that are measured, have to pass the filter, too. @throws SpoorError VALIDATION_ERROR */
export function filteredSpans(query: string, filter: string): string {
  const terms = readFilter(filter);
  if (terms.length === 0) return query;
  return printTraceql(narrowed(readTraceql(query), terms.map(conditionOf)));
}

/** A search for logs that have to pass the filter, too. @throws SpoorError VALIDATION_ERROR */
export function filteredLogs(query: string, filter: string, deployment: DeploymentFilter): string {
  const terms = readFilter(filter).map(({ key, value, isNot }) => `${key}${isNot ? '!=' : '='}${quoted(value)}`);
  const origins = DEPLOYMENT_FIELDS.flatMap((field) => {
    const value = deployment[field];
    if (value === undefined) return [];
    return `(${DEPLOYMENT_KEYS[field].map((key) => `resource.${key}=${quoted(value)}`).join(' OR ')})`;
  });
  const all = [...terms, ...origins];
  if (all.length === 0) return query;
  // What one asks for, this or that, is one of what has to hold.
  return [...(query.trim() === '' ? [] : [`(${query})`]), ...all].join(' ');
}

/**
 * A filter of a metric with the terms of the dashboard's. Of what names where spans come from, the first attribute alone is asked for: a
 * filter of metrics has no `or`.
 * @throws SpoorError VALIDATION_ERROR
 */
export function filteredSeries(own: string, filter: string, deployment: DeploymentFilter): string {
  readFilter(filter);
  const origins = DEPLOYMENT_FIELDS.flatMap((field) => {
    const value = deployment[field];
    return value === undefined ? [] : filterTerm(`resource.${DEPLOYMENT_KEYS[field][0]}`, value);
  });
  return [own.trim(), filter.trim(), ...origins].filter((part) => part !== '').join(' ');
}

/** Where numbers are calculated from others, both of them are. */
function narrowed(query: TraceqlQuery, conditions: readonly FieldExpression[]): TraceqlQuery {
  const { metrics } = query;
  if (metrics?.kind !== 'math') return { ...query, pipeline: narrowedPipeline(query.pipeline, conditions) };
  const side = (operand: MathOperand): MathOperand =>
    typeof operand === 'number' ? operand : narrowed(operand, conditions);
  return { ...query, metrics: { ...metrics, left: side(metrics.left), right: side(metrics.right) } };
}

/** What is measured is what the last step leaves: there the conditions belong. */
function narrowedPipeline(pipeline: Pipeline, conditions: readonly FieldExpression[]): Pipeline {
  const [first, ...others] = pipeline.stages;
  const isOne = first?.kind === 'filter' && others.length === 0;
  const all = isOne && first.condition ? [first.condition, ...conditions] : conditions;
  const condition = all.reduce((left, right) => ({ kind: 'binary', op: '&&', left, right, at: 0 }));
  return { kind: 'pipeline', stages: [...(isOne ? [] : pipeline.stages), { kind: 'filter', condition }] };
}

function conditionOf({ key, value, isNot }: FilterTerm): FieldExpression {
  const isResource = key.startsWith('resource.') || key === 'service';
  const name = key === 'service' ? 'service.name' : key.replace(/^resource\./, '');
  const field = fieldText({ kind: 'attribute', scope: isResource ? 'resource' : null, name, at: 0 });
  const [stage] = readTraceql(`{ ${isNot ? '!' : ''}(${conditionText(field, value)}) }`).pipeline.stages;
  if (stage?.kind !== 'filter' || !stage.condition) throw new Error(`no condition of ${field}`);
  return stage.condition;
}

function quoted(value: string): string {
  return `"${value.replace(/[\\"]/g, '\\$&')}"`;
}
