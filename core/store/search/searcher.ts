/** Starts searches: what they share is read once. */
import { NEWEST_FIRST, type TraceSort } from '../../api/trace-list-query';
import { parseTraceId } from '../../model/ids';
import { plainQuestions, traceqlOf } from '../../query/plain-search';
import type { TraceqlQuery } from '../../query/traceql/ast';
import { parseTraceql } from '../../query/traceql/parse';
import type { Turns } from '../../query/traceql/turns';
import { filtersIn } from '../../query/traceql/walk';
import { EVERY_KEY, type SearchesKey } from '../../search/searched-keys';
import type { BlockSummaries } from '../blocks/block-summaries';
import type { HeldLimits, KnownOperation, SharedPart } from '../dictionary/shared-parts';
import { type OperationMinutes, readOperationMinutes } from '../figures/operation-minutes';
import type { PayloadCodec } from '../payloads/payloads';
import { decodeRows, INT8, orNull, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { type PlannedBlock, planBlocks, type TimeRange } from './block-plan';
import type { Place } from './candidates';
import { ConditionCompiler } from './compile-condition';
import { type CompiledFilter, type CompiledQuery, compileQuery } from './compiled-query';
import { KnownParts, type KnownValues } from './known-parts';
import { planSearch, type SearchParts } from './search-plan';
import { SortedSearch } from './sorted-search';
import { SpanLoader } from './span-loader';
import { type SpanSlice, spanSlices } from './span-slices';
import type { StoredSpan } from './stored-span';
import { isTraceCondition } from './trace-condition';
import { evaluateTraces } from './trace-evaluation';
import { TraceSearch } from './trace-search';

type Slices =
  /** SQL over `t`. */
  | { readonly of: 'traces'; readonly condition: string }
  | { readonly of: 'spans'; readonly slices: AsyncGenerator<SpanSlice> }
  /** Only a look at whole traces tells which match. */
  | { readonly of: 'matches'; readonly search: TraceSearch };

type FoundSpans =
  | { readonly kind: 'slices'; readonly slices: AsyncGenerator<SpanSlice> }
  | {
      readonly kind: 'traces';
      readonly spans: AsyncGenerator<readonly StoredSpan[]>;
      readonly complete: () => boolean;
    };

/** Spans of traces that are looked at whole, until time is up: those that start in the range. */
function foundIn(search: TraceSearch, { from, to }: TimeRange): FoundSpans {
  const isIn = ({ row }: StoredSpan): boolean =>
    (from === null || row.start_ns >= from) && (to === null || row.start_ns < to);
  let complete = false;
  async function* spans(): AsyncGenerator<readonly StoredSpan[]> {
    while (!complete && !search.turns.isOver) {
      const { matches, done } = await search.next(100);
      for (const { sets } of matches) for (const set of sets ?? []) yield set.spans.filter(isIn);
      complete = done;
    }
  }
  return { kind: 'traces', spans: spans(), complete: () => complete };
}

/** The filter of a query that is nothing else and looks at one span at a time. */
function onlyFilter({ query, filters, needsTrace, needsTree, needsParents }: CompiledQuery): CompiledFilter | null {
  const [only] = filters;
  const isAll = query.pipeline.stages.length === 1 && query.pipeline.stages[0] === only?.filter;
  return only && isAll && !needsTrace && !needsTree && !needsParents ? only : null;
}

export type PagedSearch = TraceSearch | SortedSearch;

export class Searcher {
  private readonly parts: KnownParts;
  private readonly compiler: ConditionCompiler;
  private readonly loader: SpanLoader;
  /** The last step of pruning that a search has seen. */
  private readonly movedBefore = new WeakMap<PagedSearch, string>();

  constructor(
    sql: SqlClient,
    workspaceId: number,
    codec: PayloadCodec,
    private readonly blocks: BlockSummaries,
    searchesKey: SearchesKey = EVERY_KEY,
    limits?: HeldLimits,
  ) {
    this.parts = new KnownParts(sql, workspaceId, searchesKey, limits);
    this.compiler = new ConditionCompiler(sql, workspaceId, this.parts);
    this.loader = new SpanLoader(sql, workspaceId, this.parts, codec);
  }

  /** What the search box says, as TraceQL: what it calls a field is one where spans have it. @throws SpoorError VALIDATION_ERROR */
  async traceqlOf(text: string): Promise<string> {
    const { keys, ids } = plainQuestions(text);
    return traceqlOf(text, await this.parts.plainKnowledge(keys, ids));
  }

  /** @param after the last trace of the page before @param turns of its pages. @throws TraceqlSyntaxError */
  async search(
    query: TraceqlQuery,
    range: TimeRange,
    after: Place | null,
    turns: Turns,
    sort: TraceSort = NEWEST_FIRST,
  ): Promise<PagedSearch> {
    const parts = await this.prepare(query, turns);
    const search =
      sort === NEWEST_FIRST ? new TraceSearch(parts, range, after) : new SortedSearch(parts, range, sort, after);
    if (search.readsBlocks) this.movedBefore.set(search, await this.lastMove());
    return search;
  }

  /** A search that gives the spans of each trace, also where its row decides. @throws TraceqlSyntaxError */
  async withSpans(query: TraceqlQuery, range: TimeRange, after: Place | null, turns: Turns): Promise<TraceSearch> {
    const search = new TraceSearch(await this.prepare(query, turns), range, after, true);
    if (search.readsBlocks) this.movedBefore.set(search, await this.lastMove());
    return search;
  }

  /** Reads the messages of spans that were found without. */
  async readBodies(spans: readonly StoredSpan[]): Promise<void> {
    const without = spans.filter(({ body }) => body === null);
    for await (const _ of this.loader.withBodies(without));
  }

  /** Whether a search that waited can go on: spans are in the blocks where they were when it was planned. */
  async isStillThere(search: PagedSearch): Promise<boolean> {
    return !search.readsBlocks || (await this.lastMove()) === this.movedBefore.get(search);
  }

  /** Changes with each step of pruning, which alone takes spans out of their blocks. */
  private async lastMove(): Promise<string> {
    const { sql, workspaceId } = this.loader;
    const rows = await sql.query(
      "select id || '.' || xmin::text as step from pruning where workspace_id = $1 order by id desc limit 1",
      [workspaceId],
    );
    return decodeRows({ step: TEXT }, rows)[0]?.step ?? '';
  }

  /** What to count for a query: traces that overlap the range, or spans that start in it. @throws TraceqlSyntaxError */
  async slices(query: TraceqlQuery, range: TimeRange, turns: Turns): Promise<Slices> {
    const parts = await this.prepare(query, turns);
    const plan = planSearch(parts, range);
    if (plan.kind === 'traces' && plan.matches !== 'unknown') return { of: 'traces', condition: plan.sql };
    if (plan.kind === 'traces' || !onlyFilter(parts.compiled)) {
      return { of: 'matches', search: new TraceSearch(parts, range, null) };
    }
    return { of: 'spans', slices: spanSlices(this.loader, plan.blocks, plan.filter, range) };
  }

  /** The spans that a query leaves, for what is counted of them: those that start in the range. @throws TraceqlSyntaxError */
  async spans(query: TraceqlQuery, range: TimeRange, turns: Turns): Promise<FoundSpans> {
    const parts = await this.prepare(query, turns);
    const only = onlyFilter(parts.compiled);
    if (only) {
      const blocks = planBlocks(parts.blocks, only.condition, range);
      return { kind: 'slices', slices: spanSlices(this.loader, blocks, only, range) };
    }
    return foundIn(new TraceSearch(parts, range, null, true), range);
  }

  /**
   * All spans that start in the range: closed blocks that lie in it whole, newest first, whose minutes say it all, and the spans
   * of the others.
   */
  async everything(
    range: TimeRange,
    turns: Turns,
  ): Promise<{ readonly whole: number[]; readonly slices: AsyncGenerator<SpanSlice> }> {
    const { compiled, blocks } = await this.prepare(parseTraceql('{ } | count_over_time()'), turns);
    const filter = compiled.filters[0] as CompiledFilter;
    const isWhole = ({ summary }: PlannedBlock): boolean =>
      summary !== null &&
      (range.from === null || summary.firstStartNs >= range.from) &&
      (range.to === null || summary.lastStartNs < range.to);
    const planned = planBlocks(blocks, filter.condition, range);
    const others = planned.filter((block) => !isWhole(block));
    return {
      whole: planned.filter(isWhole).map(({ id }) => id),
      slices: spanSlices(this.loader, others, filter, range),
    };
  }

  /** What the minutes of some blocks say of each operation. */
  minutesOf(blocks: readonly number[]): Promise<readonly OperationMinutes[]> {
    const { sql, workspaceId } = this.loader;
    return readOperationMinutes(sql, workspaceId, `block_id = any('{${blocks.join(',')}}'::int4[])`);
  }

  operations(): SharedPart<KnownOperation> {
    return this.parts.shared.operations;
  }

  /** When the newest span starts; null: there is none. */
  async lastStart(): Promise<bigint | null> {
    const { closed, open } = await this.blocks.read();
    const starts = closed.map(({ lastStartNs }) => lastStartNs);
    if (open.length > 0) {
      const range = { from: null, to: null };
      const where = this.loader.inBlocks(
        open.map((id) => ({ id })),
        range,
      );
      const rows = await this.loader.inBlockOrder((tx) =>
        tx.query(`select max(s.start_ns) as last from span s where ${where}`),
      );
      const last = decodeRows({ last: orNull(INT8) }, rows)[0]?.last ?? null;
      if (last !== null) starts.push(last);
    }
    return starts.reduce<bigint | null>((newest, start) => (newest === null || start > newest ? start : newest), null);
  }

  /** Ids of the spans that a query leaves of one trace. @throws SpoorError */
  async spansOf(query: TraceqlQuery, traceId: string, turns: Turns): Promise<BigUint64Array> {
    await this.parts.refresh();
    const compiled = await compileQuery(query, this.compiler, turns);
    const id = parseTraceId(traceId);
    const traces = id === null ? [] : await this.loader.traces([id], { from: null, to: null });
    const matches = (await evaluateTraces(compiled, traces, this.loader, false)) ?? [];
    const spans = new Set(matches.flatMap(({ sets }) => sets ?? []).flatMap((set) => set.spans));
    return BigUint64Array.from(spans, ({ spanId }) => BigInt.asUintN(64, spanId));
  }

  /** The values of an attribute of spans that are in the dictionary; null: no span has it. */
  async valuesOf(key: string): Promise<KnownValues | null> {
    await this.parts.refresh();
    return this.parts.valuesOf(key);
  }

  /** Of those that are in the dictionary. */
  attributes(
    ids: readonly number[],
  ): Promise<{ readonly id: number; readonly field: string; readonly value: string }[]> {
    return this.parts.named(ids);
  }

  private async prepare(query: TraceqlQuery, turns: Turns): Promise<SearchParts> {
    // Blocks first: what is compiled after knows all that stands in them. The plain list does not wait for them.
    const ofTraces = !query.metrics && filtersIn(query.pipeline).every(isTraceCondition);
    const blocks = ofTraces ? { closed: [], open: [] } : await this.blocks.read();
    await this.parts.refresh();
    const compiled = await compileQuery(query, this.compiler, turns);
    return { compiled, loader: this.loader, parts: this.parts, blocks };
  }
}
