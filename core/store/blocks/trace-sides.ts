/** What is known of spans of a trace that were sent with an id that another has: rows of `span_side`. */
import { decodeRows, INT8, orNull, TEXT } from '../sql/row-spec';
import type { SqlStatements } from '../sql/sql-client';

export interface StoredSide {
  readonly sentId: bigint;
  /** Null: it was sent without a parent. */
  readonly sentParentId: bigint | null;
}

/** Spans that are compared with each other for having one id: who sends more draws no ids at all. */
export const CROWDED = 256;

export class TraceSides {
  private readonly byStored = new Map<bigint, StoredSide>();
  /** Ids under which spans are stored beside the one that keeps the id. */
  private readonly bySent = new Map<bigint, bigint[]>();

  get size(): number {
    return this.byStored.size;
  }

  ofStored(spanId: bigint): StoredSide | undefined {
    return this.byStored.get(spanId);
  }

  /** Of several that were sent with this id, all but the one that kept it. */
  besides(sentId: bigint): readonly bigint[] {
    return this.bySent.get(sentId) ?? [];
  }

  /** Whether spans below this id may belong below any of several. */
  areCompared(sentId: bigint): boolean {
    return this.bySent.has(sentId) && !this.isCrowded(sentId);
  }

  /** Whether so many were sent with this id that the one that has it keeps it, and spans below it stay below that one. */
  isCrowded(sentId: bigint): boolean {
    return this.besides(sentId).length >= CROWDED;
  }

  /** The id that a stored span was sent with, where that is another. */
  sentIdOf(spanId: bigint | null): bigint | undefined {
    return spanId === null ? undefined : this.byStored.get(spanId)?.sentId;
  }

  /** @param sides by the ids under which they are stored */
  replace(sentId: bigint, sides: ReadonlyMap<bigint, StoredSide>): void {
    for (const spanId of this.besides(sentId)) this.byStored.delete(spanId);
    for (const [spanId, side] of sides) this.byStored.set(spanId, side);
    if (sides.size > 0) this.bySent.set(sentId, [...sides.keys()]);
    else this.bySent.delete(sentId);
  }

  /** Adds a side, or replaces what is known of it. */
  add(spanId: bigint, side: StoredSide): void {
    const isKnown = this.byStored.has(spanId);
    this.byStored.set(spanId, side);
    if (isKnown) return;
    const known = this.bySent.get(side.sentId);
    if (known) known.push(spanId);
    else this.bySent.set(side.sentId, [spanId]);
  }
}

/** Of those traces that have any. */
export async function readSides(
  sql: SqlStatements,
  workspaceId: number,
  traceIds: readonly string[],
): Promise<ReadonlyMap<string, TraceSides>> {
  const byTrace = new Map<string, TraceSides>();
  if (traceIds.length === 0) return byTrace;
  const rows = await sql.query(
    `select replace(s.trace_id::text, '-', '') as trace_id, s.span_id, s.sent_id, s.sent_parent_id
     from unnest($2::uuid[]) as i (trace_id), lateral (
       select * from span_side where workspace_id = $1 and trace_id = i.trace_id offset 0) s order by s.trace_id, s.span_id`,
    [workspaceId, traceIds],
  );
  const spec = { trace_id: TEXT, span_id: INT8, sent_id: INT8, sent_parent_id: orNull(INT8) };
  for (const { trace_id, span_id, sent_id, sent_parent_id } of decodeRows(spec, rows)) {
    const sides = byTrace.get(trace_id) ?? new TraceSides();
    byTrace.set(trace_id, sides);
    sides.add(span_id, { sentId: sent_id, sentParentId: sent_parent_id });
  }
  return byTrace;
}
