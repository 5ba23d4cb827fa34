/** Decides which of some traces match a query, and by which spans: each is looked at whole. */
import { SpoorError } from '../../model/errors';
import type { SpansetFilter } from '../../query/traceql/ast';
import { type FilteredTrace, type Spans, spansetsOf } from '../../query/traceql/spansets';
import { compareBigints } from './block-plan';
import type { CompiledFilter, CompiledQuery } from './compiled-query';
import { ALWAYS } from './span-condition';
import type { SpanLoader } from './span-loader';
import type { StoredSpan } from './stored-span';
import { TraceFacts, type TraceFactsRow } from './trace-facts';

/** Matched spans of one trace that are held; more of them are not looked at. */
const MAX_SPANS = 200_000;

export interface TraceMatch {
  readonly trace: TraceFactsRow;
  /** Spans that match. */
  readonly count: number;
  /** Null where the row of the trace decided. */
  readonly sets: readonly Spans<StoredSpan>[] | null;
}

/** @param mayEnd where time is up. @returns null where it was */
export async function evaluateTraces(
  compiled: CompiledQuery,
  traces: readonly TraceFactsRow[],
  loader: SpanLoader,
  mayEnd: boolean,
): Promise<TraceMatch[] | null> {
  const { turns } = compiled;
  const trees = compiled.needsTree ? await loader.trees(traces) : null;
  const read = new Map<string, TraceSpans>();
  for (const row of traces) {
    const facts = new TraceFacts(row);
    facts.tree = trees?.get(row.trace_id) ?? null;
    read.set(row.trace_id, { facts, matched: compiled.filters.map(() => []), count: 0 });
  }
  const { filters, resultsNeedBody } = compiled;
  const needsBody = ({ verdicts }: StoredSpan): boolean =>
    resultsNeedBody || filters.some((filter, i) => filter.needsBody && verdicts[i] === 'maybe');
  const conditions = filters.map(({ condition }) => condition);
  if (compiled.needsParents) {
    return (await matchWithParents(compiled, traces, loader, read, mayEnd))
      ? matchesOf(compiled, traces, read, mayEnd)
      : null;
  }
  for await (const spans of loader.spansOf(traces, conditions)) {
    const others: StoredSpan[] = [];
    for (const span of spans) {
      if (turns.isDue && (await turns.end()) && mayEnd) return null;
      if (needsBody(span)) others.push(span);
      else match(filters, span, read);
    }
    for await (const run of loader.withBodies(others)) {
      for (const span of run) {
        if (turns.isDue && (await turns.end()) && mayEnd) return null;
        match(filters, span, read);
      }
    }
  }
  return matchesOf(compiled, traces, read, mayEnd);
}

/** Spans of each trace with their messages first: a parent may come after its children. @returns false where time is up */
async function matchWithParents(
  { filters, turns }: CompiledQuery,
  traces: readonly TraceFactsRow[],
  loader: SpanLoader,
  read: ReadonlyMap<string, TraceSpans>,
  mayEnd: boolean,
): Promise<boolean> {
  const conditions = [...filters.map(({ condition }) => condition), ALWAYS];
  for (const trace of traces) {
    const byId = new Map<bigint, StoredSpan>();
    for await (const spans of loader.spansOf([trace], conditions)) {
      for await (const run of loader.withBodies(spans)) {
        if (turns.isDue && (await turns.end()) && mayEnd) return false;
        if (byId.size + run.length > MAX_SPANS) throw tooManyParents();
        for (const span of run) byId.set(span.spanId, span);
      }
    }
    for (const span of byId.values()) span.parent = byId.get(span.parentSpanId ?? 0n) ?? null;
    for (const span of byId.values()) {
      if (turns.isDue && (await turns.end()) && mayEnd) return false;
      match(filters, span, read);
    }
  }
  return true;
}

function tooManyParents(): SpoorError {
  const message = `A trace has more than ${MAX_SPANS} spans, too many to ask about parents; leave out parent. or ask for other traces.`;
  return new SpoorError('VALIDATION_ERROR', message, [{ field: 'query', code: 'too_many_spans', message }]);
}

async function matchesOf(
  compiled: CompiledQuery,
  traces: readonly TraceFactsRow[],
  read: ReadonlyMap<string, TraceSpans>,
  mayEnd: boolean,
): Promise<TraceMatch[] | null> {
  const { turns } = compiled;
  const matches: TraceMatch[] = [];
  for (const trace of traces) {
    if (turns.isDue && (await turns.end()) && mayEnd) return null;
    const spans = read.get(trace.trace_id) as TraceSpans;
    const sets = await spansetsOf(compiled.query.pipeline, filtered(compiled, spans), turns);
    if (sets.length === 0) continue;
    const count = sets.reduce((sum, { spans: some }) => sum + some.length, 0);
    matches.push({ trace, count, sets });
  }
  return matches;
}

interface TraceSpans {
  readonly facts: TraceFacts;
  /** By filter. */
  readonly matched: StoredSpan[][];
  count: number;
}

function match(filters: readonly CompiledFilter[], span: StoredSpan, read: ReadonlyMap<string, TraceSpans>): void {
  const trace = read.get(span.row.trace_id);
  if (!trace || trace.count >= MAX_SPANS) return;
  span.trace = trace.facts;
  let matches = false;
  for (const [i, { holds }] of filters.entries()) {
    const verdict = span.verdicts[i];
    if (verdict === 'no' || (verdict === 'maybe' && !holds(span))) continue;
    trace.matched[i]?.push(span);
    matches = true;
  }
  if (matches) trace.count++;
}

function filtered({ filters }: CompiledQuery, { matched, facts }: TraceSpans): FilteredTrace<StoredSpan> {
  const byFilter = new Map<SpansetFilter, StoredSpan[]>();
  for (const [i, { filter }] of filters.entries()) {
    const spans = matched[i] ?? [];
    spans.sort((a, b) => compareBigints(a.row.start_ns, b.row.start_ns) || compareBigints(a.spanId, b.spanId));
    byFilter.set(filter, spans);
  }
  return {
    matched: (filter) => byFilter.get(filter) ?? [],
    parentOf: (spanId) => facts.tree?.parentOf(spanId) ?? null,
  };
}
