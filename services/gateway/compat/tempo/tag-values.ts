/** Values of an attribute or an intrinsic, for completion. */
import { SpoorError } from '../../../../core/model/errors';
import type { Field } from '../../../../core/query/traceql/ast';
import { fieldNamed } from '../../../../core/query/traceql/field-name';
import { parseTraceql } from '../../../../core/query/traceql/parse';
import { fieldText } from '../../../../core/query/traceql/print';
import { cut, integerParameter, invalid, textParameter } from '../parameters';
import type { Answered, Asked, CompatSource } from '../protocol';
import { json } from '../protocol';
import { attributeText } from '../traceql-text';
import { textOfLiteral, typeOfLiteral, type ValueType } from '../values';
import { FIXED_VALUES } from './intrinsics';
import { type Range, rangeOf } from './range';

/** As many as an answer of ours holds. */
const MAX_VALUES = 1_000;
const WAIT_MS = 4_000;

interface TagValue {
  readonly type: ValueType;
  readonly value: string;
}

/** With their types. */
export async function tagValuesTyped(source: CompatSource, asked: Asked): Promise<Answered> {
  const tag = asked.param('tag');
  const field = fieldNamed(tag);
  if (!field) throw invalid(`invalid tag name: ${cut(tag)} is no identifier of TraceQL, such as span.http.route`);
  return json({ tagValues: await valuesOf(source, asked, tag, field), metrics: {} });
}

/** As text. The tag is a bare key, as `http.route`. */
export async function tagValues(source: CompatSource, asked: Asked): Promise<Answered> {
  const tag = asked.param('tag');
  const old = OLD_TAGS.get(tag);
  if (old) return json({ tagValues: old, metrics: {} });
  const named = fieldNamed(OLD_NAMES.get(tag) ?? tag);
  const bare = fieldNamed(attributeText(null, tag));
  const field = named ?? bare;
  if (!field) throw invalid(`invalid tag name: ${cut(tag)}`);
  const values = await valuesOf(source, asked, fieldText(field), field);
  return json({ tagValues: [...new Set(values.map(({ value }) => value))].sort(), metrics: {} });
}

const OLD_TAGS: ReadonlyMap<string, readonly string[]> = new Map([
  ['status.code', ['error', 'ok', 'unset']],
  ['error', ['true']],
]);
const OLD_NAMES: ReadonlyMap<string, string> = new Map([
  ['root.name', 'rootName'],
  ['root.service.name', 'rootServiceName'],
]);

async function valuesOf(source: CompatSource, asked: Asked, tag: string, field: Field): Promise<TagValue[]> {
  const { query } = asked;
  const most = Math.min(integerParameter(query, 'limit') || MAX_VALUES, MAX_VALUES);
  const range = rangeOf(query);
  const fixed = FIXED_VALUES.get(tag);
  if (fixed) return fixed.map((value) => ({ type: 'keyword', value }));
  const among = searchOf(textParameter(query, 'q'));
  const isListed = field.kind === 'attribute' && (field.scope === null || LISTED.has(field.scope));
  const values =
    among === null && isListed ? await listed(source, field, range) : await grouped(source, asked, field, among, range);
  return values.slice(0, most);
}

const LISTED: ReadonlySet<string> = new Set(['span', 'resource']);

/** What is typed may be unfinished, as `{ span.x = }`: then it narrows nothing. Null: all spans. */
function searchOf(text: string | null): string | null {
  if (text === null) return null;
  try {
    const { pipeline, metrics } = parseTraceql(text);
    const [only] = pipeline.stages;
    const isEverything = pipeline.stages.length === 1 && only?.kind === 'filter' && only.condition === null;
    return isEverything || metrics ? null : text;
  } catch (error) {
    if (error instanceof SpoorError) return null;
    throw error;
  }
}

/** From the counts of keys and values. */
async function listed({ api }: CompatSource, { kind, name, ...field }: Field, range: Range): Promise<TagValue[]> {
  const scopes =
    kind === 'attribute' && 'scope' in field && field.scope !== null ? [field.scope] : ['span', 'resource'];
  const pages = await Promise.all(
    scopes.map((scope) => api.listAttributeValues(`${scope}.${name}`, { ...range, limit: MAX_VALUES })),
  );
  const values = new Map<string, TagValue>();
  for (const { value, isText } of pages.flatMap(({ data }) => data)) {
    const type = isText ? 'string' : typeOfLiteral(value);
    values.set(`${type} ${value}`, { type, value });
  }
  return [...values.values()];
}

/** Of the spans that a query leaves. */
async function grouped(
  { store }: CompatSource,
  { signal }: Asked,
  field: Field,
  among: string | null,
  range: Range,
): Promise<TagValue[]> {
  const { groups } = await store.groupsTyped(
    { query: among ?? '{ }', by: fieldText(field), waitMs: WAIT_MS, ...range },
    signal,
  );
  return (
    groups
      // Those that are too long or too rare for a group are together in one, whose name is no value.
      .filter(({ value }) => value !== 'nil' && !(typeOfLiteral(value) === 'keyword' && value.includes(' ')))
      .map(({ value }) => ({ type: typeOfLiteral(value), value: textOfLiteral(value) }))
  );
}
