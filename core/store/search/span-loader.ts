/** Reads what queries look at: spans of blocks or of traces, their messages, and facts of traces; in runs that hold nobody up. */

import { decodeSpanBody } from '../../otlp/proto-to-json';
import { inBlockOrder } from '../blocks/block-order';
import { PartReader, SPAN_ATTRIBUTES, type StoredParts } from '../payloads/part-reader';
import type { PayloadCodec } from '../payloads/payloads';
import { CopyReader } from '../sql/copy-binary';
import { Pace } from '../sql/pace';
import { decodeRows } from '../sql/row-spec';
import type { SqlClient, SqlStatements } from '../sql/sql-client';
import { BlockFilters } from './block-filters';
import { overlaps, type PlannedBlock, type TimeRange } from './block-plan';
import type { KnownParts } from './known-parts';
import {
  conditionSql,
  isExact,
  PAYLOADS_UNKNOWN,
  type PayloadMay,
  type SpanCondition,
  spanMayMatch,
  wordsIn,
} from './span-condition';
import {
  NO_SPAN,
  readSpanRow,
  SPAN_COLUMNS_SQL,
  type SpanRow,
  StoredSpan,
  VERDICTS,
  type Verdict,
} from './stored-span';
import { TRACE_FACTS_JOIN, TRACE_FACTS_ROW, TRACE_FACTS_SQL, type TraceFactsRow, TraceTree } from './trace-facts';

/** Messages put together at once. */
const BODIES = 200;
/** Traces looked up by one statement. */
const TRACES = 500;
/** Spans of the traces of one statement; a larger trace is read by its blocks. */
const SPANS_AT_ONCE = 4_000;
const MAX_BLOCKS = 32;

export class SpanLoader {
  readonly filters: BlockFilters;
  private readonly partReader: PartReader;

  constructor(
    readonly sql: SqlClient,
    readonly workspaceId: number,
    private readonly parts: KnownParts,
    codec: PayloadCodec,
  ) {
    this.filters = new BlockFilters(sql, workspaceId);
    this.partReader = new PartReader(sql, workspaceId, codec);
  }

  /** Spans of which only these columns are known. */
  async spansBy(columns: readonly Partial<SpanRow>[]): Promise<StoredSpan[]> {
    const rows = columns.map((some) => ({ ...NO_SPAN, ...some }));
    const shared = await this.parts.shared.of(rows, this.sql);
    return rows.map((row) => new StoredSpan(row, shared, this.parts.searchesKey, []));
  }

  /** SQL over `s`: in these blocks, and started in the range. */
  inBlocks(blocks: readonly Pick<PlannedBlock, 'id'>[], { from, to }: TimeRange): string {
    // The sum keeps the planner from the other index, which begins with the workspace.
    const bounds = [`s.workspace_id + 0 = ${this.workspaceId}`, `(${blocksSql(blocks.map(({ id }) => id))})`];
    if (from !== null) bounds.push(`s.start_ns >= ${from}`);
    if (to !== null) bounds.push(`s.start_ns < ${to}`);
    return bounds.join(' and ');
  }

  /**
   * Over spans of blocks: found by the index over blocks, whatever the planner thinks without statistics. It would read a whole
   * partition, or all of it in the order of trace ids.
   */
  async inBlockOrder<T>(run: (sql: SqlStatements) => Promise<T>): Promise<T> {
    return this.sql.transaction(async (tx) => {
      await inBlockOrder(tx, true);
      const result = await run(tx);
      // An answer's other statements may be in the same transaction.
      await inBlockOrder(tx, false);
      return result;
    });
  }

  /** Spans of blocks for which one of the conditions may hold. */
  async spansInBlocks(conditions: readonly SpanCondition[], payloadMay: PayloadMay, where: string) {
    return this.inBlockOrder((tx) => this.spans(conditions, payloadMay, `span s where ${where} and`, tx));
  }

  /** @param from FROM clause with `s`, up to a condition */
  private async spans(
    conditions: readonly SpanCondition[],
    payloadMay: PayloadMay,
    from: string,
    sql: SqlStatements,
  ): Promise<StoredSpan[]> {
    const most = conditions.map((condition) => conditionSql(condition, payloadMay));
    const verdicts = conditions.map((condition, i) => {
      const yes = isExact(condition, payloadMay) ? most[i] : conditionSql(condition, payloadMay, false);
      return `, (case when ${yes} then 2 when ${most[i]} then 1 else 0 end)::int2`;
    });
    const reader = new CopyReader(
      await sql.copyOut(`select ${SPAN_COLUMNS_SQL}${verdicts.join('')} from ${from} ((${most.join(') or (')}))`),
    );
    const rows: SpanRow[] = [];
    const decided: Verdict[][] = [];
    while (reader.next()) {
      rows.push(readSpanRow(reader));
      decided.push(conditions.map(() => VERDICTS[reader.int2()] as Verdict));
    }
    const shared = await this.parts.shared.of(rows, sql);
    return rows.map((row, i) => new StoredSpan(row, shared, this.parts.searchesKey, decided[i] as Verdict[]));
  }

  /** The same spans with their messages, some at a time. */
  async *withBodies(spans: readonly StoredSpan[]): AsyncGenerator<readonly StoredSpan[]> {
    for (let i = 0; i < spans.length; i += BODIES) {
      const some = spans.slice(i, i + BODIES);
      const messages = await this.partReader.messages(some.map(storedParts), SPAN_ATTRIBUTES);
      for (const [at, span] of some.entries()) span.body = decodeSpanBody(messages[at] as Uint8Array);
      yield some;
    }
  }

  /** Those that may match by the bytes of their payloads: cheaper than putting their messages together. */
  async withWords(spans: readonly StoredSpan[], condition: SpanCondition): Promise<readonly StoredSpan[]> {
    const words = [...new Set(wordsIn(condition))];
    if (words.length === 0) return spans;
    const left: StoredSpan[] = [];
    for (let i = 0; i < spans.length; i += BODIES) {
      const some = spans.slice(i, i + BODIES);
      const held = await this.partReader.wordsMaybeIn(some.map(storedParts), words);
      left.push(...some.filter(({ row }, at) => spanMayMatch(condition, row, (word) => held[at]?.has(word) ?? true)));
    }
    return left;
  }

  /** Those that are there and overlap the range. */
  async traces(ids: readonly string[], range: TimeRange): Promise<TraceFactsRow[]> {
    const found: TraceFactsRow[] = [];
    for (let i = 0; i < ids.length; i += TRACES) {
      const rows = await this.sql.query(
        `${TRACE_FACTS_SQL} from unnest($1::uuid[]) as i (trace_id),
           lateral (select * from trace where workspace_id = ${this.workspaceId} and trace_id = i.trace_id
             and deleted_at is null limit 1) t ${TRACE_FACTS_JOIN}`,
        [ids.slice(i, i + TRACES)],
      );
      for (const row of decodeRows(TRACE_FACTS_ROW, rows)) {
        if (overlaps(row, range)) found.push(row);
      }
    }
    return found;
  }

  /** Spans of the traces for which one of the conditions may hold, in runs; in no order. */
  async *spansOf(
    traces: readonly TraceFactsRow[],
    conditions: readonly SpanCondition[],
  ): AsyncGenerator<readonly StoredSpan[]> {
    for (const run of runsOf(traces)) {
      const large = largeOf(run);
      if (large) yield* this.spansOfLarge(large, conditions);
      else yield await this.spans(conditions, PAYLOADS_UNKNOWN, `${this.ofTraces(run)} where`, this.sql);
    }
  }

  /** Parents of every span of each trace, by trace id. */
  async trees(traces: readonly TraceFactsRow[]): Promise<Map<string, TraceTree>> {
    const parents = new Map(traces.map(({ trace_id }) => [trace_id, new Map<bigint, bigint | null>()]));
    const columns = 'select s.trace_id, s.span_id, s.parent_span_id from';
    const order = 'order by s.start_ns, s.span_id';
    for (const run of runsOf(traces)) {
      const large = largeOf(run);
      if (!large) addParents(parents, await this.sql.copyOut(`${columns} ${this.ofTraces(run)} ${order}`));
      else {
        const blocks = await this.blocksOf(large);
        for (let i = 0; i < blocks.length; i += MAX_BLOCKS) {
          const where = this.inTrace(large, blocks.slice(i, i + MAX_BLOCKS));
          const select = `${columns} span s where ${where} ${order}`;
          addParents(parents, await this.inBlockOrder((tx) => tx.copyOut(select)));
        }
      }
    }
    return new Map([...parents].map(([id, of]) => [id, new TraceTree(of)]));
  }

  /** A lateral join, so that each trace is looked up by the index: without statistics the planner would rather scan. */
  private ofTraces(traces: readonly TraceFactsRow[]): string {
    const first = Math.min(...traces.map((trace) => trace.first_block));
    const last = Math.max(...traces.map((trace) => trace.last_block));
    const ids = traces.map((trace) => trace.trace_id).join(',');
    return `unnest('{${ids}}'::uuid[]) as i (trace_id), lateral (select * from span where workspace_id = ${this.workspaceId}
      and trace_id = i.trace_id and block_id between ${first} and ${last} offset 0) s`;
  }

  private async *spansOfLarge(
    trace: TraceFactsRow,
    conditions: readonly SpanCondition[],
  ): AsyncGenerator<readonly StoredSpan[]> {
    const blocks = await this.blocksOf(trace);
    const pace = new Pace(4, MAX_BLOCKS);
    for (let i = 0; i < blocks.length; ) {
      const run = blocks.slice(i, i + pace.next);
      i += run.length;
      yield await pace.timed(() => this.spansInBlocks(conditions, PAYLOADS_UNKNOWN, this.inTrace(trace, run)));
    }
  }

  private inTrace(trace: TraceFactsRow, blocks: readonly number[]): string {
    const range = { from: null, to: null };
    return `${this.inBlocks(
      blocks.map((id) => ({ id })),
      range,
    )} and s.trace_id = '${trace.trace_id}'`;
  }

  private async blocksOf(trace: TraceFactsRow): Promise<number[]> {
    const rows = await this.sql.query(
      'select id from span_block where workspace_id = $1 and id between $2 and $3 order by id',
      [this.workspaceId, trace.first_block, trace.last_block],
    );
    return rows.map(({ id }) => id as number);
  }
}

/** Runs of neighbours as ranges, where these are few: they are checked faster than a list. */
function blocksSql(ids: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const id of [...ids].sort((a, b) => a - b)) {
    const range = ranges.at(-1);
    if (range && id === range.last + 1) range.last = id;
    else ranges.push({ first: id, last: id });
  }
  if (ranges.length > 3) return `s.block_id = any('{${ids.join(',')}}'::int4[])`;
  return ranges.map(({ first, last }) => `s.block_id between ${first} and ${last}`).join(' or ') || 'false';
}

function storedParts({ row }: StoredSpan): StoredParts {
  return {
    attributes: row.attributes,
    payloadId: row.payload_id,
    payloadIndex: row.payload_index,
    blockId: row.block_id,
  };
}

function addParents(to: ReadonlyMap<string, Map<bigint, bigint | null>>, rows: Uint8Array): void {
  const reader = new CopyReader(rows);
  while (reader.next()) {
    const parents = to.get(reader.uuid());
    const id = reader.int8();
    // No span has the id 0.
    const parent = reader.int8Or(0n);
    parents?.set(id, parent === 0n ? null : parent);
  }
}

/** The trace of a run that is too large for one statement. */
function largeOf(run: readonly TraceFactsRow[]): TraceFactsRow | null {
  const [only] = run;
  return only && run.length === 1 && only.span_count > SPANS_AT_ONCE ? only : null;
}

/** As many traces as one statement takes. */
function runsOf(traces: readonly TraceFactsRow[]): TraceFactsRow[][] {
  const runs: TraceFactsRow[][] = [];
  let spans = 0;
  for (const trace of traces) {
    const last = runs.at(-1);
    if (last && spans + trace.span_count <= SPANS_AT_ONCE) last.push(trace);
    else {
      runs.push([trace]);
      spans = 0;
    }
    spans += trace.span_count;
  }
  return runs;
}
