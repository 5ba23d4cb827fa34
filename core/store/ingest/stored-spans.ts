/**
 * Which spans are stored, and which parents are missing, of the traces that spans arrive for. The writer is the only one of its
 * workspace, so what it remembers of a trace is true; what it does not remember it reads once. This is what makes the span
 * table need no unique index.
 */

import { SpanIdSet } from '../blocks/span-id-set';
import { readSides, type TraceSides } from '../blocks/trace-sides';
import { CopyReader } from '../sql/copy-binary';
import { BOOL, decodeRows, INT4, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

/** Ids remembered over all traces, at 16 to 32 bytes each; traces that rested longest are forgotten first. */
const MAX_IDS = 2_000_000;
/** What a trace weighs beside its ids, in ids: its name, its sets, and its place in the map. */
const TRACE_IDS = 24;

/** What one side weighs, in ids. */
const SIDE_WEIGHT = 16;
const NOTHING = { missing: null, sides: null, weight: 0 } as const;

export interface StoredTrace {
  readonly spans: SpanIdSet;
  /** Parents that spans name and that have not arrived. */
  missing: Set<bigint> | null;
  /** Whether stored spans of it are of an agent run. */
  hasAgents: boolean;
  /** Spans that were sent with an id that another has; null: there are none. */
  sides: TraceSides | null;
  /** There is no row of `trace` yet. */
  isNew: boolean;
  /** What it weighed when it was last weighed. */
  weight: number;
}

export class StoredSpans {
  /** By trace id in hex, the most recently used last. */
  private readonly traces = new Map<string, StoredTrace>();
  private ids = 0;
  /** Used by the transaction under way. */
  private used = new Set<StoredTrace>();

  constructor(
    private readonly workspaceId: number,
    private readonly maxIds = MAX_IDS,
  ) {}

  /** How many traces are remembered. */
  get held(): number {
    return this.traces.size;
  }

  /** Forgets everything: the transaction it was told of did not commit. */
  rolledBack(): void {
    this.traces.clear();
    this.used.clear();
    this.ids = 0;
  }

  /** These traces are taken out of the database. */
  forget(traceIds: readonly string[]): void {
    for (const id of traceIds) {
      this.ids -= this.traces.get(id)?.weight ?? 0;
      this.traces.delete(id);
    }
  }

  /** What is stored of these traces; a new trace has nothing. */
  async of(tx: SqlClient, traceIds: readonly string[]): Promise<StoredTrace[]> {
    const unknown = traceIds.filter((id) => !this.traces.has(id));
    if (unknown.length > 0) await this.read(tx, unknown);
    return traceIds.map((id) => {
      const trace = this.traces.get(id) as StoredTrace;
      this.traces.delete(id);
      this.traces.set(id, trace);
      this.used.add(trace);
      return trace;
    });
  }

  /**
   * The transaction has committed: forgets what rested longest. What was just used stays, however large: a trace of a million
   * spans that is forgotten after each batch is read again for the next.
   */
  committed(): void {
    for (const trace of this.used) {
      trace.isNew = false;
      const weight = trace.spans.capacity + TRACE_IDS + SIDE_WEIGHT * (trace.sides?.size ?? 0);
      this.ids += weight - trace.weight;
      trace.weight = weight;
    }
    for (const [id, trace] of this.traces) {
      if (this.ids <= this.maxIds || this.used.has(trace)) break;
      this.ids -= trace.weight;
      this.traces.delete(id);
    }
    this.used.clear();
  }

  /** A lateral join, so that each id is looked up by the primary key: without statistics the planner would rather scan. */
  private async read(tx: SqlClient, traceIds: readonly string[]): Promise<void> {
    for (const id of traceIds) {
      this.traces.set(id, { spans: new SpanIdSet(), ...NOTHING, isNew: true, hasAgents: false });
    }
    const rows = await tx.query(
      `select replace(i.trace_id::text, '-', '') as trace_id, t.span_count, t.first_block, t.last_block, t.changes,
         t.agent_spans > 0 as has_agents
       from unnest($2::uuid[]) as i (trace_id), lateral (
         select span_count, first_block, last_block, changes, agent_spans from trace
         where workspace_id = $1 and trace_id = i.trace_id limit 1) as t`,
      [this.workspaceId, traceIds],
      'stored traces',
    );
    const known = decodeRows(
      { trace_id: TEXT, span_count: INT4, first_block: INT4, last_block: INT4, changes: INT4, has_agents: BOOL },
      rows,
    );
    if (known.length === 0) return;
    for (const { trace_id, span_count, has_agents } of known) {
      const spans = new SpanIdSet(span_count);
      this.traces.set(trace_id, { spans, ...NOTHING, isNew: false, hasAgents: has_agents });
    }
    const ids = known.map(({ trace_id }) => trace_id);
    const blocks = ` and block_id between ${Math.min(...known.map((t) => t.first_block))} and ${Math.max(...known.map((t) => t.last_block))}`;
    await this.readIds(tx, 'span', blocks, ids, (trace, high, low) => trace.spans.add(high, low));
    await this.readMissing(tx, ids);
    const changed = known.filter(({ changes }) => changes > 0).map(({ trace_id }) => trace_id);
    for (const [traceId, sides] of await readSides(tx, this.workspaceId, changed)) {
      (this.traces.get(traceId) as StoredTrace).sides = sides;
    }
  }

  /** What is missing of traces that are remembered. */
  async readMissing(tx: SqlClient, ids: readonly string[]): Promise<void> {
    for (const id of ids) (this.traces.get(id) as StoredTrace).missing = null;
    await this.readIds(tx, 'missing_parent', '', ids, (trace, high, low) => {
      trace.missing ??= new Set();
      trace.missing.add((BigInt(high) << 32n) | BigInt(low >>> 0));
    });
  }

  /** `ids` are hex of our own making, so they may stand in SQL. */
  private async readIds(
    tx: SqlClient,
    table: 'span' | 'missing_parent',
    condition: string,
    ids: readonly string[],
    each: (trace: StoredTrace, high: number, low: number) => void,
  ): Promise<void> {
    const bytes = await tx.copyOut(
      `select i.trace_id, s.span_id from unnest('{${ids.join(',')}}'::uuid[]) as i (trace_id),
       lateral (select span_id from ${table} where workspace_id = ${this.workspaceId} and trace_id = i.trace_id${condition}
         offset 0) as s`,
    );
    const reader = new CopyReader(bytes);
    while (reader.next()) {
      const trace = this.traces.get(reader.uuid()) as StoredTrace;
      const id = reader.int8();
      each(trace, Number(id >> 32n), Number(BigInt.asIntN(32, id)));
    }
  }
}
