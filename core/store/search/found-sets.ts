/**
 * A search for traces as clients of Tempo ask for it: every set of matched spans with the values that the query speaks of, in their types,
 * and what the services of each trace did. The list of traces (trace-list.ts) shows less, and goes on with its next page.
 */
import type { FoundSet, FoundSpan, FoundTrace, FoundTraces, FoundValue, SetSearch } from '../../api/found-sets';
import { SpoorError } from '../../model/errors';
import { spanIdFromInt8 } from '../../model/ids';
import { STATUS_ERROR } from '../../model/span-kind';
import type { Field, TraceqlQuery } from '../../query/traceql/ast';
import { valuesOf } from '../../query/traceql/evaluate';
import { parseTraceql } from '../../query/traceql/parse';
import { fieldText } from '../../query/traceql/print';
import type { Spans } from '../../query/traceql/spansets';
import { Turns } from '../../query/traceql/turns';
import { literalsOf } from '../../query/traceql/values';
import { fieldsIn, filtersIn, isSpanset, resultFields } from '../../query/traceql/walk';
import { decodeRows, INT4, INT8, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import type { Place } from './candidates';
import { isInBody } from './compiled-query';
import type { Searcher } from './searcher';
import type { StoredSpan } from './stored-span';
import type { TraceMatch } from './trace-evaluation';
import { rangeOf } from './trace-list';
import type { TraceSearch } from './trace-search';

const DEFAULT_WAIT_MS = 8_000;
const STEP_MS = 250;
/** Of a set, and of an answer, in which each trace has its share: whoever asks for all of them gets so many. */
const MAX_SPANS_PER_SET = 1_000;
const MAX_SPANS = 20_000;
const MAX_TRACES = 1_000;

interface Step {
  readonly goesOn: TraceSearch;
  readonly done: boolean;
  readonly traces: readonly FoundTrace[];
  /** No trace has sets that are left out. */
  readonly hasAllSets: boolean;
}

interface ShownSet extends Spans<StoredSpan> {
  readonly shown: readonly StoredSpan[];
}

interface Shown {
  readonly field: Field;
  readonly values: ReturnType<typeof valuesOf>;
}

export class FoundSets {
  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    private readonly searcher: Searcher,
  ) {}

  /** Newest first. @throws SpoorError VALIDATION_ERROR */
  async find(search: SetSearch, signal?: AbortSignal): Promise<FoundTraces> {
    const query = parseTraceql(search.query);
    if (query.metrics) {
      throw new SpoorError('VALIDATION_ERROR', 'This query gives numbers over time, not traces.');
    }
    const untilMs = performance.now() + (search.waitMs ?? DEFAULT_WAIT_MS);
    const limit = Math.min(search.limit, MAX_TRACES);
    const turns = new Turns(signal);
    const traces: FoundTrace[] = [];
    let open: TraceSearch | null = null;
    let after: Place | null = null;
    let done = false;
    let hasAllSets = true;
    const spansPerSet = Math.min(search.spansPerSet || MAX_SPANS_PER_SET, MAX_SPANS_PER_SET);
    // In short steps, between which others change the database.
    do {
      const [before, last] = [open, after];
      let isBegun = false;
      const step: Step = await this.sql.snapshot(async () => {
        turns.renew(signal, Math.min(untilMs, performance.now() + STEP_MS));
        // What it took up in an attempt that does not count is lost to another.
        const canGoOn = before !== null && !isBegun && (await this.searcher.isStillThere(before));
        isBegun = true;
        const goesOn = canGoOn ? before : await this.searcher.withSpans(query, rangeOf(search), last, turns);
        const found = await goesOn.next(limit - traces.length);
        const sets = found.matches.map((match) =>
          shownSets(match.sets ?? [], spansPerSet, Math.ceil(MAX_SPANS / limit)),
        );
        return {
          goesOn,
          done: found.done,
          traces: await this.traces(query, found.matches, sets, turns),
          hasAllSets: found.matches.every((match, i) => sets[i]?.length === (match.sets ?? []).length),
        };
      }, before !== null);
      open = step.goesOn;
      after = step.goesOn.last;
      done = step.done;
      hasAllSets &&= step.hasAllSets;
      traces.push(...step.traces);
    } while (!done && traces.length < limit && performance.now() < untilMs && !signal?.aborted);
    const hasAllTraces = done || (traces.length === limit && limit === search.limit);
    return { traces, complete: hasAllTraces && hasAllSets };
  }

  private async traces(
    query: TraceqlQuery,
    matches: readonly TraceMatch[],
    sets: readonly (readonly ShownSet[])[],
    turns: Turns,
  ): Promise<FoundTrace[]> {
    if (matches.length === 0) return [];
    const shown = shownFields(query, turns);
    const by = query.pipeline.stages.flatMap((stage) => (!isSpanset(stage) && stage.kind === 'by' ? stage.fields : []));
    const spans = sets.flatMap((ofTrace) => ofTrace.flatMap((set) => set.shown));
    if (shown.some(({ field }) => isInBody(field))) await this.searcher.readBodies(spans);
    const services = await this.services(matches);
    return matches.map(({ trace }, i) => ({
      traceId: trace.trace_id,
      rootName: trace.root_name,
      rootService: trace.root_service,
      startNs: trace.start_ns.toString(),
      endNs: trace.end_ns.toString(),
      spanCount: trace.span_count,
      errorCount: trace.error_count,
      services: services.get(trace.trace_id) ?? [],
      sets: (sets[i] ?? []).map(
        (set): FoundSet => ({
          matched: set.spans.length,
          by: by
            .slice(0, set.by.length)
            .map((field) => setValue(`by(${fieldText(field)})`, valuesOf(field, turns), set)),
          spans: set.shown.map((span) => foundSpan(span, shown)),
        }),
      ),
    }));
  }

  /** What each service did in each trace. */
  private async services(matches: readonly TraceMatch[]): Promise<Map<string, FoundTrace['services'][number][]>> {
    const ids = matches.map(({ trace }) => trace.trace_id);
    const rows = await this.sql.query(
      `select replace(i.trace_id::text, '-', '') as trace_id, v.name, sum(s.spans)::int8 as spans, sum(s.errors)::int8 as errors
       from unnest($2::uuid[]) as i (trace_id), lateral (
         select operation_id, count(*) as spans, count(*) filter (where status = ${STATUS_ERROR}) as errors from span
         where workspace_id = $1 and trace_id = i.trace_id group by operation_id) s
       join operation o on o.id = s.operation_id join service v on v.id = o.service_id
       group by 1, 2 order by 1, 3 desc, 2`,
      [this.workspaceId, ids],
    );
    const services = new Map<string, FoundTrace['services'][number][]>();
    for (const { trace_id, name, spans, errors } of decodeRows(
      { trace_id: TEXT, name: TEXT, spans: INT8, errors: INT8 },
      rows,
    )) {
      const all = services.get(trace_id) ?? [];
      all.push({ name, spanCount: Number(spans), errorCount: Number(errors) });
      services.set(trace_id, all);
    }
    return services;
  }

  /** Of these traces, how many spans name a parent that has not arrived. */
  async orphans(traceIds: readonly string[]): Promise<Record<string, number>> {
    const rows = await this.sql.query(
      `select replace(i.trace_id::text, '-', '') as trace_id, s.spans::int4 as spans
       from unnest($2::uuid[]) as i (trace_id), lateral (
         select count(*) as spans from missing_parent m join span p
           on p.workspace_id = m.workspace_id and p.trace_id = m.trace_id and p.parent_span_id = m.span_id
         where m.workspace_id = $1 and m.trace_id = i.trace_id) s where s.spans > 0`,
      [this.workspaceId, traceIds],
    );
    return Object.fromEntries(
      decodeRows({ trace_id: TEXT, spans: INT4 }, rows).map((row) => [row.trace_id, row.spans]),
    );
  }
}

/** The first sets of a trace with their first spans. @param most spans of all sets together: sets for which there is no room are left out */
function shownSets(sets: readonly Spans<StoredSpan>[], spansPerSet: number, most: number): ShownSet[] {
  const kept: ShownSet[] = [];
  let room = most;
  for (const set of sets) {
    if (room <= 0) break;
    const shown = set.spans.slice(0, Math.min(spansPerSet, room));
    kept.push({ ...set, shown });
    room -= shown.length;
  }
  return kept;
}

function foundSpan(span: StoredSpan, shown: readonly Shown[]): FoundSpan {
  const { row, operation } = span;
  const values = shown.flatMap(({ field, values: of }): FoundValue[] => {
    const found = of(span);
    return found.length === 0 ? [] : [{ name: plainName(field), literals: literalsOf(found) }];
  });
  return {
    spanId: spanIdFromInt8(row.span_id),
    name: operation.name,
    service: operation.service,
    startNs: row.start_ns.toString(),
    durationNs: row.duration_ns < 0n ? null : row.duration_ns.toString(),
    values,
  };
}

/** Whatever the query asks about, each field once; what only the tree of a trace or a parent tells is left out. */
function shownFields(query: TraceqlQuery, turns: Turns): Shown[] {
  const asked = [
    ...filtersIn(query.pipeline).flatMap(({ condition }) => (condition ? fieldsIn(condition) : [])),
    ...resultFields(query),
  ].filter((field) => field.kind === 'attribute' || (field.kind === 'intrinsic' && !UNSHOWN.test(field.name)));
  const byName = new Map(asked.map((field) => [fieldText(field), field]));
  return [...byName.values()].map((field) => ({ field, values: valuesOf(field, turns) }));
}

const UNSHOWN = /^(trace:|nestedSet|span:(text|childCount)$)/;

/** An attribute without its scope, as Tempo names it. */
function plainName(field: Field): string {
  return field.kind === 'attribute' ? field.name : fieldText(field);
}

/** Of a set that was told apart from others by it, as any of its spans says it. */
function setValue(
  name: string,
  values: ReturnType<typeof valuesOf>,
  { spans }: Pick<Spans<StoredSpan>, 'spans'>,
): FoundValue {
  const [first] = spans;
  return { name, literals: literalsOf(first ? values(first) : []) };
}
