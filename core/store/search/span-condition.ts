/**
 * A condition on spans as far as the database can decide it: a tree of leaves, each of which is a set of numbers that columns of
 * `span` hold, or plain SQL. What it cannot decide stays `unknown`, or lies in payloads: then SQL finds every span that may
 * match, and those are looked at again (StoredSpan).
 */
import { LINE_BYTES } from '../../search/bloom';
import { WORDS_VERSION } from '../../search/words';
import type { BlockSummary } from '../blocks/block-summaries';
import { countOf, type Terms } from '../blocks/block-terms';
import { RAW_IN_PAYLOAD } from '../dictionary/part-ids';

/** Holds for a span that has one of the numbers, and perhaps for one whose payload does. */
export interface IdLeaf {
  readonly kind: 'ids';
  /** Elements of `span.attributes`. */
  readonly attributes: readonly number[];
  readonly operations: readonly number[];
  readonly resources: readonly number[];
  readonly scopes: readonly number[];
  /** Elements that say where in the payload a match may lie; null: anywhere. */
  readonly payload: readonly number[] | null;
  /** Of which the filter over a block's payloads holds one where one matches, whole; null: it does not know. */
  readonly hashes: readonly (readonly number[])[] | null;
  /** Whether these are of words: filters that were made by an older version do not know them all. */
  readonly ofWords: boolean;
  /** Whether every span that has one of the numbers matches. */
  readonly exact: boolean;
  /** The word that the payload must have a text with; null: it is not that. */
  readonly word: string | null;
}

interface ColumnLeaf {
  readonly kind: 'column';
  /** On `s`; no parameters. */
  readonly sql: string;
  /** At most so many spans of a block. */
  readonly most: (block: BlockSummary) => number;
}

export type SpanCondition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly SpanCondition[] }
  | { readonly kind: 'not'; readonly part: SpanCondition }
  | { readonly kind: 'constant'; readonly value: boolean }
  /** To be looked at in each span. */
  | { readonly kind: 'unknown' }
  | ColumnLeaf
  | IdLeaf;

export const ALWAYS: SpanCondition = { kind: 'constant', value: true };

/** What is known of the payloads of the blocks that a statement looks into. */
export type PayloadMay = (leaf: IdLeaf) => boolean;
export const PAYLOADS_UNKNOWN: PayloadMay = ({ payload }) => payload === null || payload.length > 0;

/** SQL over `s` that holds for every span that matches (`most`), or only for spans that do. */
export function conditionSql(condition: SpanCondition, payloadMay: PayloadMay, most = true): string {
  switch (condition.kind) {
    case 'constant':
      return String(condition.value);
    case 'unknown':
      return String(most);
    case 'column':
      return condition.sql;
    case 'not':
      return `not (${conditionSql(condition.part, payloadMay, !most)})`;
    case 'ids':
      return idsSql(condition, most ? payloadMay(condition) : false, most);
    default: {
      const parts = condition.parts.map((part) => `(${conditionSql(part, payloadMay, most)})`);
      return parts.join(` ${condition.kind} `) || String(condition.kind === 'and');
    }
  }
}

/** Whether `conditionSql` holds for no other spans. */
export function isExact(condition: SpanCondition, payloadMay: PayloadMay): boolean {
  switch (condition.kind) {
    case 'constant':
    case 'column':
      return true;
    case 'unknown':
      return false;
    case 'not':
      return isExact(condition.part, payloadMay);
    case 'ids':
      return condition.exact && !payloadMay(condition);
    default:
      return condition.parts.every((part) => isExact(part, payloadMay));
  }
}

/** Numbers that an array operator is quicker with than a hashed set. */
const FEW = 16;

function idsSql(leaf: IdLeaf, payload: boolean, most: boolean): string {
  if (!most && !leaf.exact) return 'false';
  const alternatives: string[] = [];
  const columns = { operation_id: leaf.operations, resource_id: leaf.resources, scope_id: leaf.scopes };
  for (const [column, ids] of Object.entries(columns)) {
    if (ids.length > 0) alternatives.push(`s.${column} = any('{${ids.join(',')}}'::int4[])`);
  }
  if (payload && leaf.payload === null) alternatives.push('s.payload_id <> 0');
  const elements = payload && leaf.payload ? [...leaf.attributes, ...leaf.payload] : leaf.attributes;
  if (elements.length > FEW) {
    alternatives.push(
      `exists (select 1 from unnest(s.attributes) as e where e = any('{${elements.join(',')}}'::int4[]))`,
    );
  } else if (elements.length > 0) alternatives.push(`s.attributes && '{${elements.join(',')}}'::int4[]`);
  return alternatives.join(' or ') || 'false';
}

/** Whether the filter of a block may hold a hash. */
export type BloomMay = (hash: number) => boolean;

/** Whether a closed block may have a span that matches. */
export function blockMayMatch(condition: SpanCondition, block: BlockSummary, bloomMay: BloomMay): boolean {
  switch (condition.kind) {
    case 'constant':
      return condition.value;
    case 'unknown':
    case 'not':
      return true;
    case 'column':
      return condition.most(block) > 0;
    case 'ids':
      return hasOne(condition, block) || payloadMayMatch(condition, block, bloomMay);
    case 'and':
      return condition.parts.every((part) => blockMayMatch(part, block, bloomMay));
    case 'or':
      return condition.parts.some((part) => blockMayMatch(part, block, bloomMay));
  }
}

export function payloadMayMatch(leaf: IdLeaf, { terms, words }: BlockSummary, bloomMay: BloomMay): boolean {
  if (leaf.payload?.length === 0) return false;
  const attributes = terms?.attributes;
  if (!attributes) {
    // What it has is not known, but its filter is.
  } else if (leaf.payload === null) {
    if ((attributes.ids[0] ?? 1) > 0) return false;
  } else if (!leaf.payload.some((element) => countOf(attributes, element) > 0)) return false;
  if (leaf.hashes === null || (leaf.ofWords && words < WORDS_VERSION)) return true;
  if (leaf.hashes.some((all) => all.every(bloomMay))) return true;
  // What is packed whole is not known by its value, only by its words.
  if (leaf.payload?.includes(RAW_IN_PAYLOAD) !== true) return false;
  return !attributes || countOf(attributes, RAW_IN_PAYLOAD) > 0;
}

/** At most so many spans of a closed block match, by what is known of it. */
export function mostSpans(condition: SpanCondition, block: BlockSummary): number {
  switch (condition.kind) {
    case 'constant':
      return condition.value ? block.spans : 0;
    case 'unknown':
    case 'not':
      return block.spans;
    case 'column':
      return condition.most(block);
    case 'ids': {
      const { terms } = block;
      if (!terms) return block.spans;
      const counts = [
        countsOf(condition.operations, terms.operations),
        countsOf(condition.attributes, terms.attributes),
        countsOf(condition.resources, terms.resources),
        countsOf(condition.scopes, terms.scopes),
        // What a filter says of payloads is worth more than that they are there.
        condition.hashes === null ? countsOf(condition.payload ?? [], terms.attributes) : 0,
      ];
      return Math.min(
        block.spans,
        counts.reduce((sum, count) => sum + count),
      );
    }
    case 'and':
      return condition.parts.reduce((least, part) => Math.min(least, mostSpans(part, block)), block.spans);
    case 'or':
      return Math.min(
        block.spans,
        condition.parts.reduce((sum, part) => sum + mostSpans(part, block), 0),
      );
  }
}

/** What a span says of itself in numbers. */
export interface SpanNumbers {
  readonly attributes: readonly number[];
  readonly operation_id: number;
  readonly resource_id: number;
  readonly scope_id: number;
  readonly payload_id: number;
}

/** Whether a span may match, when it is known which words its payload may hold. */
export function spanMayMatch(condition: SpanCondition, span: SpanNumbers, mayHold: (word: string) => boolean): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.parts.every((part) => spanMayMatch(part, span, mayHold));
    case 'or':
      return condition.parts.some((part) => spanMayMatch(part, span, mayHold));
    case 'constant':
      return condition.value;
    case 'ids': {
      const { word, payload } = condition;
      if (word === null || payload !== null) return true;
      return (
        (span.payload_id !== 0 && mayHold(word)) ||
        setOf(condition.operations).has(span.operation_id) ||
        setOf(condition.resources).has(span.resource_id) ||
        setOf(condition.scopes).has(span.scope_id) ||
        span.attributes.some((element) => setOf(condition.attributes).has(element))
      );
    }
    default:
      return true;
  }
}

/** Words that payloads are asked for. */
export function wordsIn(condition: SpanCondition): string[] {
  if (condition.kind === 'and' || condition.kind === 'or') return condition.parts.flatMap(wordsIn);
  return condition.kind === 'ids' && condition.word !== null ? [condition.word] : [];
}

/** Every hash that a filter may be asked for. */
export function hashesIn(condition: SpanCondition): number[] {
  if (condition.kind === 'and' || condition.kind === 'or') return condition.parts.flatMap(hashesIn);
  // What is negated rules no block out, but says whether its payloads have to be looked at.
  if (condition.kind === 'not') return hashesIn(condition.part);
  return condition.kind === 'ids' ? (condition.hashes ?? []).flat() : [];
}

/** The line of a block's filter that a hash falls into (core/search/bloom.ts), of `b.bloom`. */
export function bloomLineSql(hash: number): string {
  const lines = `(octet_length(b.bloom) / ${LINE_BYTES})`;
  return `substring(b.bloom from (floor(${hash}::float8 / 4294967296 * ${lines}) * ${LINE_BYTES})::int4 + 1 for ${LINE_BYTES})`;
}

const sets = new WeakMap<readonly number[], ReadonlySet<number>>();

function hasOne(leaf: IdLeaf, { terms }: BlockSummary): boolean {
  if (!terms) return [leaf.operations, leaf.attributes, leaf.resources, leaf.scopes].some(({ length }) => length > 0);
  return (
    anyOf(leaf.operations, terms.operations) ||
    anyOf(leaf.attributes, terms.attributes) ||
    anyOf(leaf.resources, terms.resources) ||
    anyOf(leaf.scopes, terms.scopes)
  );
}

function anyOf(ids: readonly number[], terms: Terms): boolean {
  if (ids.length <= FEW) return ids.some((id) => countOf(terms, id) > 0);
  const set = setOf(ids);
  for (const id of terms.ids) if (set.has(id)) return true;
  return false;
}

function countsOf(ids: readonly number[], terms: Terms): number {
  if (ids.length <= FEW) return ids.reduce((sum, id) => sum + countOf(terms, id), 0);
  const set = setOf(ids);
  return terms.ids.reduce((sum, id, i) => (set.has(id) ? sum + (terms.counts[i] as number) : sum), 0);
}

function setOf(ids: readonly number[]): ReadonlySet<number> {
  let set = sets.get(ids);
  if (!set) {
    set = new Set(ids);
    sets.set(ids, set);
  }
  return set;
}
