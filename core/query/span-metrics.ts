/** Queries that give numbers over time: how a page tells them from searches, and the search for the spans behind a series. */
import { conditionText, isQuoted, readableTraceql } from './facets';
import { isTraceql } from './plain-search';
import type { FieldExpression, Metric, Stage, Static, TraceqlQuery } from './traceql/ast';
import { fieldText, printTraceql } from './traceql/print';
import { readTraceql } from './traceql/read-query';
import { textOf } from './traceql/values';
import { fieldsIn } from './traceql/walk';

type Labels = Readonly<Record<string, string>>;

/** Null: a search for traces, or nothing that can be read. */
export function spanMetricIn(search: string): TraceqlQuery | null {
  if (!isTraceql(search)) return null;
  try {
    const query = readTraceql(search);
    return query.metrics ? query : null;
  } catch {
    return null;
  }
}

/** The search for the spans that a series is made of; null where it is made of several sets of spans. */
export function searchBehind(query: TraceqlQuery, labels: Labels): string | null {
  const { metrics, pipeline } = query;
  if (metrics?.kind !== 'metric') return null;
  // Where one label is text that reads like another type, all of the series are literals.
  const areLiterals = Object.values(labels).some(isQuoted);
  const conditions = metrics.by.flatMap((field) => {
    const label = labels[fieldText(field)];
    if (label === undefined) return [];
    const value = areLiterals && !isQuoted(label) ? textOf(label) : label;
    return [conditionOf(conditionText(fieldText(field), value))];
  });
  if (labels.bucket !== undefined) conditions.push(bucketCondition(metrics, Number(labels.bucket)));
  const all = conditions.filter((one) => one !== null);
  // Within one filter, conditions speak of the same event or link; groups of several do not.
  const [apart, together] = [all.filter(isOfMany), all.filter((one) => !isOfMany(one))];
  const filters = [...(together.length > 0 ? [conjunction(together)] : []), ...apart];
  const [first, ...others] = pipeline.stages;
  // What was measured is what the last step leaves: there the conditions belong.
  const isMerged = first?.kind === 'filter' && others.length === 0 && together.length > 0;
  const stages: Stage[] = isMerged ? [] : [...pipeline.stages];
  for (const [i, condition] of filters.entries()) {
    const before = isMerged && i === 0 ? first.condition : null;
    stages.push({ kind: 'filter', condition: before ? conjunction([before, condition]) : condition });
  }
  return printTraceql({ pipeline: { kind: 'pipeline', stages }, metrics: null, series: [], hints: [] });
}

/** Of each attribute so many values are counted: those that differ most. */
const COMPARED_VALUES = 30;

/**
 * What sets some of the spans of a search apart from the others; null where the search cannot be read.
 * @param selection what is between the braces of a filter @param range of their starts, epoch milliseconds; left out: of all
 */
export function comparing(
  search: string,
  selection: string,
  range?: { readonly fromMs: number; readonly toMs: number },
): string | null {
  const traceql = readableTraceql(search);
  if (traceql === null) return null;
  const spans = printTraceql({ ...readTraceql(traceql), metrics: null, series: [], hints: [] });
  const bounds = range ? [range.fromMs, range.toMs].map((ms) => `, ${BigInt(Math.round(ms)) * 1_000_000n}`) : [];
  return `${spans} | compare({ ${selection} }, ${COMPARED_VALUES}${bounds.join('')})`;
}

function conditionOf(text: string): FieldExpression | null {
  const [filter] = readTraceql(`{ ${text} }`).pipeline.stages;
  return filter?.kind === 'filter' ? filter.condition : null;
}

function conjunction(conditions: readonly FieldExpression[]): FieldExpression {
  return conditions.reduce((left, right) => ({ kind: 'binary', op: '&&', left, right, at: 0 }));
}

/** Of events or links, of which a span has many. */
function isOfMany(condition: FieldExpression): boolean {
  return fieldsIn(condition).some(
    (field) =>
      (field.kind === 'attribute' && (field.scope === 'event' || field.scope === 'link')) ||
      (field.kind === 'intrinsic' && /^(?:event|link):/.test(field.name)),
  );
}

/** Values above half of a power of two, up to it; of the lowest bucket, all that are not above zero. */
function bucketCondition({ of }: Metric, high: number): FieldExpression | null {
  if (!of) return null;
  const isTime = of.kind === 'intrinsic' && (of.name === 'span:duration' || of.name === 'trace:duration');
  // Durations are whole nanoseconds.
  const bound = (value: number): Static =>
    isTime ? { kind: 'duration', value: Math.floor(value) } : { kind: 'float', value };
  const atMost: FieldExpression = { kind: 'binary', op: '<=', left: of, right: bound(high), at: 0 };
  if (high <= 0) return atMost;
  const above: FieldExpression = { kind: 'binary', op: '>', left: of, right: bound(high / 2), at: 0 };
  return { kind: 'binary', op: '&&', left: above, right: atMost, at: 0 };
}
