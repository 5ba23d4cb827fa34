/** The spans that a query asks for, by what a field says of them: how many, how many failed, how long they took. */

import type { SpanGroup, SpanGroups } from '../../api/search';
import { SpoorError } from '../../model/errors';
import { LatencySketch } from '../../model/latency-sketch';
import { STATUS_ERROR, spanKindName } from '../../model/span-kind';
import type { Field, TraceqlQuery } from '../../query/traceql/ast';
import { valuesOf } from '../../query/traceql/evaluate';
import { fieldNamed } from '../../query/traceql/field-name';
import type { Turns } from '../../query/traceql/turns';
import { literalOf, literalsOf, textOf } from '../../query/traceql/values';
import type { KnownOperation, SharedPart } from '../dictionary/shared-parts';
import { Pace } from '../sql/pace';
import { decodeRows, FLOAT8, INT4, INT8 } from '../sql/row-spec';
import type { TimeRange } from './block-plan';
import { isInBody } from './compiled-query';
import { columnOf } from './measure-spans';
import type { Searcher } from './searcher';
import { eachSpan, type SpanSlice } from './span-slices';
import type { StoredSpan } from './stored-span';

const MAX_GROUPS = 200;
/** Groups held while they are counted. */
const MAX_HELD = 20_000;
/** What stands in payloads is too long or too rare to be a group of its own. */
const LONG_VALUES = 'long or rare values';

interface Group {
  spans: number;
  errors: number;
  readonly sketch: LatencySketch;
}

/** @throws SpoorError VALIDATION_ERROR for what is no field */
export function groupField(text: string): Field {
  const field = fieldNamed(text);
  if (field) return field;
  throw new SpoorError(
    'VALIDATION_ERROR',
    `${text} is not a field, such as resource.service.name or span.http.route.`,
    [{ field: 'by', code: 'no_field', message: 'name an attribute or an intrinsic' }],
  );
}

/** @param literals whether values always tell their types */
export async function groupSpans(
  searcher: Searcher,
  search: TraceqlQuery,
  field: Field,
  range: TimeRange,
  turns: Turns,
  literals = false,
): Promise<SpanGroups> {
  const groups = new Map<string, Group>();
  let overflowed = false;
  const groupOf = (value: string): Group | null => {
    const known = groups.get(value);
    if (known) return known;
    if (groups.size >= MAX_HELD) {
      overflowed = true;
      return null;
    }
    const group = { spans: 0, errors: 0, sketch: new LatencySketch() };
    groups.set(value, group);
    return group;
  };
  const add: Add = (value, spans, errors, durationNs) => {
    const group = groupOf(value);
    if (!group) return;
    group.spans += spans;
    group.errors += errors;
    group.sketch.add(durationNs, spans);
  };
  const values = valuesOf(field, turns);
  const elements = await elementsOf(searcher, field);
  const inPayload = [...elements.keys()].find((element) => element < 0) ?? null;
  const addSpan = (span: StoredSpan): void => {
    const isLong = inPayload !== null && span.row.attributes.includes(inPayload);
    const names = isLong ? [LONG_VALUES] : literalsOf(values(span));
    for (const name of names) add(name, 1, span.row.status === STATUS_ERROR ? 1 : 0, Number(span.row.duration_ns));
  };
  // As a metric by that field: so that all it takes is read.
  const counted = { kind: 'metric', name: 'count_over_time', of: null, quantiles: [], by: [field] } as const;
  const query = { ...search, metrics: counted };
  const everything = isEverything(query) ? await searcher.everything(range, turns) : null;
  const nameOfOperation = everything && operationName(field, searcher.operations());
  const byMinutes = nameOfOperation ? everything : null;
  const found: Awaited<ReturnType<Searcher['spans']>> = byMinutes
    ? { kind: 'slices', slices: byMinutes.slices }
    : await searcher.spans(query, range, turns);
  let complete = true;
  if (found.kind === 'traces') {
    for await (const spans of found.spans) for (const span of spans) addSpan(span);
    complete = found.complete();
  } else {
    for await (const slice of found.slices) {
      complete = true;
      const column = slice.exact ? columnOf(field) : null;
      if (column) await addByColumn(slice, column, field, add);
      else if (slice.exact && elements.size > 0) await addByElement(slice, elements, add, turns);
      else complete = await eachSpan(slice, isInBody(field), addSpan);
      complete &&= slice.rest.isNone;
      if (turns.isDue) await turns.end();
      if (turns.isOver) break;
    }
  }
  const pace = new Pace(8, 256);
  while (byMinutes && nameOfOperation && byMinutes.whole.length > 0) {
    if (turns.isDue) await turns.end();
    if (turns.isOver) break;
    const blocks = byMinutes.whole.splice(0, pace.next);
    const minutes = await pace.timed(() => searcher.minutesOf(blocks));
    const operation = await searcher.operations().of(minutes.map(({ operationId }) => operationId));
    for (const { operationId, spans, errors, sketch, sign } of minutes) {
      const group = groupOf(nameOfOperation(operation(operationId) ?? NO_OPERATION));
      if (!group) continue;
      group.spans += spans;
      group.errors += errors;
      group.sketch.mergeEncoded(sketch, sign);
    }
  }
  const isWhole = complete && (byMinutes?.whole.length ?? 0) === 0;
  return { groups: sorted(groups, literals), complete: isWhole && !overflowed };
}

function isEverything({ pipeline }: TraceqlQuery): boolean {
  const [only] = pipeline.stages;
  return pipeline.stages.length === 1 && only?.kind === 'filter' && only.condition === null;
}

const NO_OPERATION: KnownOperation = { name: '', kind: 0, service: '' };

/** The value of a field that follows from a span's operation; null of other fields. */
function operationName(
  field: Field,
  { held, heldTo }: SharedPart<KnownOperation>,
): ((operation: KnownOperation) => string) | null {
  if (field.kind === 'intrinsic') {
    if (field.name === 'span:name') return ({ name }) => literalOf(name);
    return field.name === 'span:kind' ? ({ kind }) => spanKindName(kind) : null;
  }
  const isService = field.kind === 'attribute' && field.scope === 'resource' && field.name === 'service.name';
  // A service that is called by anything but text has no name there.
  const areNamed = heldTo === null && [...held.values()].every(({ service }) => service !== '');
  return isService && areNamed ? ({ service }) => literalOf(service) : null;
}

/** @param groups by literal */
function sorted(groups: ReadonlyMap<string, Group>, literals: boolean): SpanGroup[] {
  const alike = new Map<string, number>();
  for (const [literal, { spans }] of groups) {
    if (spans > 0) alike.set(textOf(literal), (alike.get(textOf(literal)) ?? 0) + 1);
  }
  return [...groups]
    .filter(([, { spans }]) => spans > 0)
    .sort(([, a], [, b]) => b.spans - a.spans)
    .slice(0, MAX_GROUPS)
    .map(([literal, { spans, errors, sketch }]) => ({
      // Text that reads like a value of another type is in quotes where both occur.
      value: !literals && alike.get(textOf(literal)) === 1 ? textOf(literal) : literal,
      spans,
      errors,
      p50Ns: sketch.quantile(0.5),
      p95Ns: sketch.quantile(0.95),
    }));
}

/** Of an attribute of spans: its values by their numbers in the dictionary, and the element of those in payloads. */
type Elements = ReadonlyMap<number, readonly string[]>;

async function elementsOf(searcher: Searcher, field: Field): Promise<Elements> {
  if (field.kind !== 'attribute' || field.scope !== 'span') return new Map();
  const known = await searcher.valuesOf(field.name);
  const elements = new Map<number, readonly string[]>();
  for (const [id, value] of known?.values ?? []) if (value !== null) elements.set(id, literalsOf([value]));
  if (known) elements.set(-known.keyId, [LONG_VALUES]);
  return elements;
}

type Add = (value: string, spans: number, errors: number, durationNs: number) => void;

/** Spans one by one, as their rows are: counting them by an element of an array takes SQL longer than giving them all. */
async function addByElement(slice: SpanSlice, elements: Elements, add: Add, turns: Turns): Promise<void> {
  const rows = await slice.copy('s.attributes, s.status, s.duration_ns');
  while (rows.next()) {
    if (turns.isDue) await turns.end();
    const element = rows.int4Array().find((one) => elements.has(one));
    const isError = rows.int2() === STATUS_ERROR;
    const duration = Number(rows.int8());
    const names = element === undefined ? NONE : (elements.get(element) as readonly string[]);
    for (const name of names) add(name, 1, isError ? 1 : 0, duration);
  }
}

const NONE = literalsOf([]);
const ROW = { key: INT4, spans: INT8, errors: INT8, duration: FLOAT8 };

async function addByColumn(
  slice: SpanSlice,
  column: NonNullable<ReturnType<typeof columnOf>>,
  field: Field,
  add: Add,
): Promise<void> {
  // Durations within 0.5 % are one row.
  const duration =
    '(case when s.duration_ns <= 0 then sign(s.duration_ns) else exp(round(ln(s.duration_ns::float8) * 100) / 100) end)';
  const rows = await slice.select(
    `s.${column}::int4 as key, count(*) as spans, count(*) filter (where s.status = ${STATUS_ERROR}) as errors,
     ${duration}::float8 as duration`,
    `group by 1, ${duration}`,
  );
  const values = valuesOf(field);
  const counted = decodeRows(ROW, rows);
  const ids = [...new Set(counted.map(({ key }) => key))];
  const known = await slice.spansBy(ids.map((id) => ({ [column]: id })));
  const names = new Map(ids.map((id, i) => [id, literalsOf(values(known[i] as StoredSpan))]));
  for (const { key: id, spans, errors, duration: ns } of counted) {
    for (const name of names.get(id) ?? []) add(name, Number(spans), Number(errors), ns);
  }
}
