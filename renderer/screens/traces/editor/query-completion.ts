/** Completion from the catalogue of the workspace: keys and values that are there, with how many spans have them. */
import type { CompletionContext, CompletionResult, Completion as Option } from '@codemirror/autocomplete';
import { formatCompact } from '../../../../core/model/format';
import { SPAN_KIND_NAMES } from '../../../../core/model/span-kind';
import { type Completion, completionAt } from '../../../../core/query/completion';
import { readableTraceql } from '../../../../core/query/facets';
import { ALIASES } from '../../../../core/query/plain-search';
import { INTRINSICS, METRICS } from '../../../../core/query/traceql/ast';
import { atLeast, foundIn } from '../../../connection/answer';
import { api, questions } from '../../../connection/connection';
import { useRecentSearches } from '../../../stores/recent-searches';
import { inExtent } from '../../../stores/time-range';
import { useTraceList } from '../../../stores/trace-list-store';

const SHORT_INTRINSICS = [
  'duration',
  'name',
  'status',
  'statusMessage',
  'kind',
  'text',
  'rootName',
  'rootServiceName',
  'traceDuration',
];
const STEPS = [
  'count() > ',
  'avg(duration) > ',
  'max(duration) > ',
  'by(',
  'select(',
  'coalesce()',
  'compare({ status = error })',
  ...METRICS.map((name) => `${name}(`),
  'topk(',
  'bottomk(',
];
const MAX_OPTIONS = 50;

export async function completeQuery(context: CompletionContext): Promise<CompletionResult | null> {
  const text = context.state.doc.toString();
  if (text === '') return recent();
  const wanted = completionAt(text, context.pos);
  switch (wanted.kind) {
    case 'none':
      return null;
    case 'step':
      return { from: wanted.from, options: STEPS.map((label) => ({ label, type: 'keyword' })) };
    case 'field': {
      if (wanted.typed === '' && !context.explicit) return null;
      const options = wanted.plain ? await plainFields(wanted.typed) : await fields(wanted.typed);
      return { from: wanted.from, options, validFor: /^[\w.:@/-]*$/ };
    }
    case 'value':
      return { from: wanted.from, options: await valuesWithin(wanted) };
  }
}

/** What was searched for lately. */
function recent(): CompletionResult | null {
  const { queries } = useRecentSearches.getState();
  return queries.length === 0
    ? null
    : { from: 0, options: queries.map((label) => ({ label, type: 'text' })), filter: false };
}

/** Where the store does not answer. */
const NOTHING = { data: [] };

async function keys(typed: string): Promise<Option[]> {
  // The scope is not part of what a key is called.
  const query = typed.replace(/^(?:span|resource)?\.?/, '');
  const found = await api.listAttributes({ query, limit: MAX_OPTIONS }).catch(() => NOTHING);
  return found.data.map(({ key, spanCount }) => ({
    label: key,
    detail: `${formatCompact(spanCount)} spans`,
    type: 'property',
  }));
}

async function fields(typed: string): Promise<Option[]> {
  const intrinsics = [...SHORT_INTRINSICS, ...(typed.includes(':') ? INTRINSICS : [])];
  const options = intrinsics.map((label): Option => ({ label, type: 'variable', boost: 1 }));
  const found = await keys(typed);
  // Written without a scope, a key is offered without one.
  return [...options, ...(typed.startsWith('.') ? found.map(unscoped) : found)];
}

function unscoped(option: Option): Option {
  return { ...option, label: option.label.replace(/^(?:span|resource)/, '') };
}

async function plainFields(typed: string): Promise<Option[]> {
  const short = Object.keys(ALIASES).map((name): Option => ({ label: `${name}:`, type: 'variable', boost: 1 }));
  if (typed.length < 3) return short;
  const found = await keys(typed);
  return [
    ...short,
    ...found.map((option) => ({ ...option, label: `${option.label.replace(/^(?:span|resource)\./, '')}:` })),
  ];
}

type Value = Extract<Completion, { kind: 'value' }>;

interface FoundValues {
  readonly groups: readonly { readonly value: string; readonly spans: number }[];
  /** Stands before their numbers, which may be of a part of the spans. */
  readonly least: string;
}

const NONE: FoundValues = { groups: [], least: '' };

/** Counting spans holds up who types. */
const MOST_WAIT_MS = 400;

/** The values of the spans that the rest of the search finds, or else all that are stored. */
async function valuesWithin({ field, typed, quote, rest }: Value): Promise<Option[]> {
  const stored = values(field, typed, quote);
  const { groups, least } = await groupsOf(field, rest);
  const found = groups.filter(({ value }) => value !== 'nil' && value.toLowerCase().includes(typed.toLowerCase()));
  const all = await stored;
  if (found.length === 0) return all;
  const known = new Map(all.map((one) => [one.label, one]));
  return found.slice(0, MAX_OPTIONS).map(({ value, spans }) => ({
    ...(known.get(value) ?? option(value, !/^-?\d+(?:\.\d+)?$/.test(value), quote)),
    detail: `${least}${formatCompact(spans)} spans`,
  }));
}

async function groupsOf(field: string, rest: string): Promise<FoundValues> {
  const { range, deployment } = useTraceList.getState();
  // Its braces may not be closed yet.
  const query = [rest, `${rest} }`].find((one) => readableTraceql(one) !== null);
  if (/^(?:span:)?(?:status|kind)$/.test(field) || query === undefined) return NONE;
  const bounds = inExtent({ range, deployment });
  const answer = await questions.groups({ query, by: field, ...bounds, waitMs: MOST_WAIT_MS }).catch(() => null);
  return answer ? { groups: foundIn(answer).groups, least: atLeast(answer) } : NONE;
}

async function values(field: string, typed: string, quote: 'open' | 'needed' | 'plain'): Promise<Option[]> {
  if (/^(?:span:)?status$/.test(field))
    return constants(quote === 'plain' ? ['error', 'ok'] : ['error', 'ok', 'unset']);
  if (/^(?:span:)?kind$/.test(field)) return constants(SPAN_KIND_NAMES.slice(1));
  if (/^(?:span:)?name$|rootName$/.test(field)) {
    const operations = await api.listOperations({}).catch(() => NOTHING);
    return [...new Set(operations.data.map(({ name }) => name))].map((value) => option(value, true, quote));
  }
  const found = await Promise.all(
    keysOf(field).map((key) => api.listAttributeValues(key, { query: typed, limit: MAX_OPTIONS }).catch(() => NOTHING)),
  );
  return found
    .flatMap(({ data }) => data)
    .map(({ value, isText, spanCount }) => ({
      ...option(value, isText, quote),
      detail: `${formatCompact(spanCount)} spans`,
    }));
}

/** As the catalogue names it; without a scope it may be either. */
function keysOf(field: string): string[] {
  if (/^(?:span|resource)\./.test(field)) return [field];
  if (/rootService/.test(field)) return ['resource.service.name'];
  return field.startsWith('.') ? [`span${field}`, `resource${field}`] : [];
}

function constants(names: readonly string[]): Option[] {
  return names.map((label) => ({ label, type: 'constant' }));
}

function option(value: string, isText: boolean, quote: 'open' | 'needed' | 'plain'): Option {
  const escaped = value.replace(/["\\]/g, '\\$&').replace(/\s/g, ' ');
  if (!isText) return { label: value, type: 'constant' };
  if (quote === 'open') return { label: value, apply: `${escaped}"`, type: 'text' };
  const isBare = quote === 'plain' && /^[^\s":<>=!]+$/.test(value);
  return { label: value, apply: isBare ? value : `"${escaped}"`, type: 'text' };
}
