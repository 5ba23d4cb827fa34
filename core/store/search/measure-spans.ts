/**
 * Metrics of TraceQL over the spans that a query leaves. Where the database decides which spans match, and what they are grouped
 * by are columns, it also adds them up; else the spans are looked at one by one.
 */
import type { MetricSeries } from '../../api/search';
import type { Field, Metric, TraceqlQuery } from '../../query/traceql/ast';
import { isNumeric } from '../../query/traceql/calculate';
import { valuesOf } from '../../query/traceql/evaluate';
import { fieldText } from '../../query/traceql/print';
import { SeriesBuilder } from '../../query/traceql/series';
import type { TraceSpan } from '../../query/traceql/spansets';
import type { Turns } from '../../query/traceql/turns';
import { literalsOf } from '../../query/traceql/values';
import { fieldsIn } from '../../query/traceql/walk';
import { decodeRows, FLOAT8, INT4, INT8 } from '../sql/row-spec';
import { isInBody } from './compiled-query';
import type { Searcher } from './searcher';
import { eachSpan, type SpanSlice } from './span-slices';
import type { StoredSpan } from './stored-span';

export interface MetricFrame {
  /** Epoch nanoseconds; `to` exclusive. */
  readonly range: { readonly from: bigint; readonly to: bigint };
  readonly stepNs: bigint;
  readonly steps: number;
  readonly turns: Turns;
  /** Whether labels are literals, which tell their types. */
  readonly literals?: boolean;
}

export interface Measured {
  readonly series: readonly MetricSeries[];
  readonly complete: boolean;
}

/** @param isWhole whether counts are 0 in steps without spans */
export async function measureSpans(
  searcher: Searcher,
  query: TraceqlQuery,
  metric: Metric,
  frame: MetricFrame,
  isWhole: boolean,
): Promise<Measured> {
  const builder = new SeriesBuilder(metric, frame.steps, Number(frame.stepNs) / 1e9, frame.literals);
  const add = adder(metric, builder, frame);
  const plan = await searcher.spans(query, frame.range, frame.turns);
  let complete = true;
  if (plan.kind === 'traces') {
    for await (const spans of plan.spans) for (const span of spans) add(span);
    complete = plan.complete();
  } else {
    for await (const slice of plan.slices) {
      complete = (await addSlice(slice, metric, builder, frame, add)) && slice.rest.isNone;
      if (frame.turns.isDue) await frame.turns.end();
      if (frame.turns.isOver) break;
    }
  }
  return { series: builder.series(isWhole), complete: complete && !builder.overflowed };
}

function adder(metric: Metric, builder: SeriesBuilder, { range, stepNs, turns }: MetricFrame) {
  const fields = metric.by.map(fieldText);
  const by = metric.by.map((field) => valuesOf(field, turns));
  const of = metric.of ? valuesOf(metric.of, turns) : null;
  return (span: TraceSpan & Pick<StoredSpan, 'row'>): void => {
    const { start_ns } = span.row;
    if (start_ns < range.from || start_ns >= range.to) return;
    const step = Number((start_ns - range.from) / stepNs);
    const values = of ? of(span).filter(isNumeric) : null;
    for (const names of namesOf(
      by.map((each) => literalsOf(each(span))),
      turns,
    )) {
      if (!values) builder.add(step, fields, names, 0);
      for (const value of values ?? []) builder.add(step, fields, names, Number(value));
    }
  };
}

/** A span with several values of a field is in a series of each. @param literals of each field */
function namesOf(literals: readonly (readonly string[])[], turns: Turns): readonly (readonly string[])[] {
  if (literals.every(({ length }) => length === 1)) return [literals.map(([only]) => only as string)];
  turns.spend(literals.reduce((product, { length }) => product * length, STEPS_A_SERIES));
  return literals.reduce<readonly (readonly string[])[]>(
    (all, names) => all.flatMap((before) => names.map((name) => [...before, name])),
    [[]],
  );
}

/** It is kept, not only looked at. */
const STEPS_A_SERIES = 100;

/** Columns of `span` that hold what a field says of every span of theirs. */
const COLUMNS: readonly {
  readonly column: 'resource_id' | 'operation_id' | 'status' | 'scope_id';
  readonly has: (field: Field) => boolean;
}[] = [
  { column: 'resource_id', has: (field) => field.kind === 'attribute' && field.scope === 'resource' },
  {
    column: 'operation_id',
    has: ({ kind, name }) => kind === 'intrinsic' && (name === 'span:name' || name === 'span:kind'),
  },
  { column: 'status', has: ({ kind, name }) => kind === 'intrinsic' && name === 'span:status' },
  {
    column: 'scope_id',
    has: (field) =>
      field.kind === 'attribute'
        ? field.scope === 'instrumentation'
        : field.kind === 'intrinsic' && field.name.startsWith('instrumentation:'),
  },
];

/** The column that says all of a field; null: there is none. */
export function columnOf(field: Field): (typeof COLUMNS)[number]['column'] | null {
  return COLUMNS.find(({ has }) => has(field))?.column ?? null;
}

const KEYS = { step: INT8, resource_id: INT4, operation_id: INT4, status: INT4, scope_id: INT4 };
const ROW = { ...KEYS, spans: INT8, sum: FLOAT8, least: FLOAT8, most: FLOAT8 };

/** @returns false where time was up first */
async function addSlice(
  slice: SpanSlice,
  metric: Metric,
  builder: SeriesBuilder,
  { range, stepNs, turns }: MetricFrame,
  add: ReturnType<typeof adder>,
): Promise<boolean> {
  const columns = metric.by.map(columnOf);
  const value = valueSql(metric);
  if (!slice.exact || columns.includes(null) || value === null) {
    const needsBody = [...metric.by, ...(metric.of ? fieldsIn(metric.of) : [])].some(isInBody);
    return eachSpan(slice, needsBody, add);
  }
  const keys = COLUMNS.map(({ column }) => `${columns.includes(column) ? `s.${column}::int4` : '0'} as ${column}`);
  // Where each value counts, spans of equal value are one row.
  const each = metric.name === 'quantile_over_time' || metric.name === 'histogram_over_time';
  const rows = await slice.select(
    `(s.start_ns - ${range.from}) / ${stepNs} as step, ${keys.join(', ')}, count(${value}) as spans, sum(${value}) as sum,
     min(${value}) as least, max(${value}) as most`,
    `group by 1, 2, 3, 4, 5${each ? `, ${value}` : ''} having count(${value}) > 0`,
  );
  const fields = metric.by.map(fieldText);
  const sums = decodeRows(ROW, rows);
  const known = await slice.spansBy(sums.map(({ step, spans, sum, least, most, ...ids }) => ids));
  for (const [i, { step, spans, sum, least, most }] of sums.entries()) {
    const span = known[i] as StoredSpan;
    for (const names of namesOf(
      metric.by.map((field) => literalsOf(span.values(field))),
      turns,
    )) {
      builder.merge(Number(step), fields, names, { count: Number(spans), sum, min: least, max: most });
    }
  }
  return true;
}

/** What is added up of each span, as SQL. Null: only the span itself can tell. */
function valueSql({ name, of }: Metric): string | null {
  if (of === null) return '0::float8';
  if (of.kind !== 'intrinsic' || of.name !== 'span:duration') return null;
  // Of quantiles and histograms a value within 0.05 % will do, and makes few rows of many spans.
  if (name === 'quantile_over_time' || name === 'histogram_over_time') {
    return '(case when s.duration_ns = 0 then 0 when s.duration_ns > 0 then exp(round(ln(s.duration_ns::float8) * 1000) / 1000) end)::float8';
  }
  return '(case when s.duration_ns >= 0 then s.duration_ns end)::float8';
}
