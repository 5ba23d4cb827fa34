/** Reads what queries look at: spans of blocks or of traces, their messages, and facts of traces; in runs that hold nobody up. */

import { decodeSpanBody } from '../../otlp/proto-to-json';
import { CopyReader } from '../copy-binary';
import { PartReader, SPAN_ATTRIBUTES } from '../part-reader';
import type { PayloadCodec } from '../payloads';
import { decodeRows } from '../row-spec';
import type { SqlClient } from '../sql-client';
import type { PlannedBlock, TimeRange } from './block-plan';
import type { KnownParts } from './known-parts';
import { Pace } from './pace';
import { conditionSql, isExact, PAYLOADS_UNKNOWN, type PayloadMay, type SpanCondition } from './span-condition';
import { SPAN_COLUMNS_SQL, SPAN_ROW, StoredSpan, type Verdict } from './stored-span';
import { TRACE_FACTS_JOIN, TRACE_FACTS_ROW, TRACE_FACTS_SQL, type TraceFactsRow, TraceTree } from './trace-facts';

/** Messages put together at once. */
const BODIES = 200;
/** Traces looked up by one statement. */
const TRACES = 500;
/** Spans of the traces of one statement; a larger trace is read by its blocks. */
const SPANS_AT_ONCE = 4_000;
const MAX_BLOCKS = 32;

export class SpanLoader {
  private readonly partReader: PartReader;

  constructor(
    readonly sql: SqlClient,
    readonly workspaceId: number,
    private readonly parts: KnownParts,
    codec: PayloadCodec,
  ) {
    this.partReader = new PartReader(sql, workspaceId, codec);
  }

  /** SQL over `s`: in these blocks, and started in the range. */
  inBlocks(blocks: readonly Pick<PlannedBlock, 'id'>[], { from, to }: TimeRange): string {
    // The sum keeps the planner from the index over traces: the blocks are found by their own.
    const bounds = [
      `s.workspace_id + 0 = ${this.workspaceId}`,
      `s.block_id = any('{${blocks.map(({ id }) => id).join(',')}}'::int4[])`,
    ];
    if (from !== null) bounds.push(`s.start_ns >= ${from}`);
    if (to !== null) bounds.push(`s.start_ns < ${to}`);
    return bounds.join(' and ');
  }

  /** Those for which one of the conditions may hold. */
  async spans(conditions: readonly SpanCondition[], payloadMay: PayloadMay, where: string, from = 'span s') {
    const most = conditions.map((condition) => conditionSql(condition, payloadMay));
    const verdicts = conditions.map((condition, i) => {
      const yes = isExact(condition, payloadMay) ? most[i] : conditionSql(condition, payloadMay, false);
      return `, case when ${yes} then 'yes' when ${most[i]} then 'maybe' else 'no' end as v${i}`;
    });
    const rows = await this.sql.query(
      `select ${SPAN_COLUMNS_SQL}${verdicts.join('')} from ${from} where ${where} and ((${most.join(') or (')}))`,
    );
    return decodeRows(SPAN_ROW, rows).map((row, i) => {
      return new StoredSpan(
        row,
        this.parts,
        conditions.map((_, at) => rows[i]?.[`v${at}`] as Verdict),
      );
    });
  }

  /** The same spans with their messages, some at a time. */
  async *withBodies(spans: readonly StoredSpan[]): AsyncGenerator<readonly StoredSpan[]> {
    for (let i = 0; i < spans.length; i += BODIES) {
      const some = spans.slice(i, i + BODIES);
      const stored = some.map(({ row }) => {
        return {
          attributes: row.attributes,
          payloadId: row.payload_id,
          payloadIndex: row.payload_index,
          blockId: row.block_id,
        };
      });
      const messages = await this.partReader.messages(stored, SPAN_ATTRIBUTES);
      for (const [at, span] of some.entries()) span.body = decodeSpanBody(messages[at] as Uint8Array);
      yield some;
    }
  }

  /** Those that are there and start in the range. */
  async traces(ids: readonly string[], { from, to }: TimeRange): Promise<TraceFactsRow[]> {
    const found: TraceFactsRow[] = [];
    for (let i = 0; i < ids.length; i += TRACES) {
      const rows = await this.sql.query(
        `${TRACE_FACTS_SQL} from unnest($1::uuid[]) as i (trace_id),
           lateral (select * from trace where workspace_id = ${this.workspaceId} and trace_id = i.trace_id
             and deleted_at is null limit 1) t ${TRACE_FACTS_JOIN}`,
        [ids.slice(i, i + TRACES)],
      );
      for (const row of decodeRows(TRACE_FACTS_ROW, rows)) {
        if ((from === null || row.start_ns >= from) && (to === null || row.start_ns < to)) found.push(row);
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
      const [only] = run;
      if (only && run.length === 1 && only.span_count > SPANS_AT_ONCE) yield* this.spansOfLarge(only, conditions);
      else yield await this.spans(conditions, PAYLOADS_UNKNOWN, 'true', this.ofTraces(run));
    }
  }

  /** Parents of every span of each trace, by trace id. */
  async trees(traces: readonly TraceFactsRow[]): Promise<Map<string, TraceTree>> {
    const trees = new Map<string, TraceTree>();
    for (const trace of traces) {
      const parents = new Map<bigint, bigint | null>();
      for (const from of await this.slicesOf(trace)) {
        const reader = new CopyReader(
          await this.sql.copyOut(`select s.span_id, s.parent_span_id from ${from} order by s.start_ns, s.span_id`),
        );
        while (reader.next()) {
          const id = reader.int8();
          // No span has the id 0.
          const parent = reader.int8Or(0n);
          parents.set(id, parent === 0n ? null : parent);
        }
      }
      trees.set(trace.trace_id, new TraceTree(parents));
    }
    return trees;
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
      yield await pace.timed(() => this.spans(conditions, PAYLOADS_UNKNOWN, this.inTrace(trace, run)));
    }
  }

  private async slicesOf(trace: TraceFactsRow): Promise<string[]> {
    if (trace.span_count <= SPANS_AT_ONCE) return [this.ofTraces([trace])];
    const blocks = await this.blocksOf(trace);
    const slices: string[] = [];
    for (let i = 0; i < blocks.length; i += MAX_BLOCKS)
      slices.push(`span s where ${this.inTrace(trace, blocks.slice(i, i + MAX_BLOCKS))}`);
    return slices;
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
