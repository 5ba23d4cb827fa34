/** Rows of calls between services: a row for each pair, minute of the called span, its deployment, and block. */
import { hexFromBytes } from '../../model/ids';
import { LatencySketch, sketchBounds } from '../../model/latency-sketch';
import { STATUS_ERROR } from '../../model/span-kind';
import { hashJoined, SERVICE_OF_SPAN } from '../sql/hash-joined';
import { BYTEA, decodeRows, INT4, INT8, orNull, TEXT } from '../sql/row-spec';
import type { SqlClient, SqlStatements } from '../sql/sql-client';

interface EdgeCounts {
  readonly blockId: number;
  readonly callerId: number;
  readonly calleeId: number;
  /** Of the called span, since the epoch. */
  readonly minute: number;
  /** Of the called span; 0: none is known. */
  readonly deploymentId: number;
  readonly calls: number;
  readonly errors: number;
  /** Of the calls whose duration is known. */
  readonly durationNs: bigint;
  /** Of these; null: a version without sketches counted them, and they were not counted anew yet. */
  readonly sketch: LatencySketch | null;
}

const ROW = {
  block_id: INT4,
  caller_id: INT4,
  callee_id: INT4,
  minute: INT4,
  deployment_id: INT4,
  calls: INT4,
  errors: INT4,
  duration_ns: INT8,
  sketch: orNull(BYTEA),
};
const BUCKET = {
  block_id: INT4,
  caller_id: INT4,
  callee_id: INT4,
  minute: INT4,
  deployment_id: INT4,
  status: INT4,
  calls: INT4,
  bucket: INT4,
  duration_ns: TEXT,
};
type EdgeTable = 'service_edge' | 'deleted_edge';

async function readEdges(
  sql: SqlStatements,
  table: EdgeTable,
  /** SQL over its columns. */
  condition: string,
  parameters: readonly (number | readonly number[] | readonly string[])[],
): Promise<EdgeCounts[]> {
  const rows = await sql.query(`select ${Object.keys(ROW).join(', ')} from ${table} where ${condition}`, parameters);
  return decodeRows(ROW, rows).map((row) => ({
    blockId: row.block_id,
    callerId: row.caller_id,
    calleeId: row.callee_id,
    minute: row.minute,
    deploymentId: row.deployment_id,
    calls: row.calls,
    errors: row.errors,
    durationNs: row.duration_ns,
    sketch: row.sketch && sketchFrom(row.sketch),
  }));
}

/** @param traceId the deleted trace that they are of; null: they are counted */
export async function insertEdges(
  tx: SqlClient,
  workspaceId: number,
  traceId: string | null,
  edges: readonly EdgeCounts[],
): Promise<void> {
  if (edges.length === 0) return;
  const table: EdgeTable = traceId === null ? 'service_edge' : 'deleted_edge';
  await tx.execute(
    `insert into ${table} (workspace_id, ${Object.keys(ROW).join(', ')}${traceId === null ? '' : ', trace_id'})
     select $1, i.block_id, i.caller_id, i.callee_id, i.minute, i.deployment_id, i.calls, i.errors, i.duration_ns,
       decode(i.sketch, 'hex')${traceId === null ? '' : ', $11::uuid'}
     from unnest($2::int4[], $3::int4[], $4::int4[], $5::int4[], $6::int4[], $7::int4[], $8::int4[], $9::int8[], $10::text[])
       as i (block_id, caller_id, callee_id, minute, deployment_id, calls, errors, duration_ns, sketch)`,
    [
      workspaceId,
      edges.map(({ blockId }) => blockId),
      edges.map(({ callerId }) => callerId),
      edges.map(({ calleeId }) => calleeId),
      edges.map(({ minute }) => minute),
      edges.map(({ deploymentId }) => deploymentId),
      edges.map(({ calls }) => calls),
      edges.map(({ errors }) => errors),
      edges.map(({ durationNs }) => BigInt.asIntN(64, durationNs)),
      edges.map(({ sketch }) => sketch && hexOf(sketch)),
      ...(traceId === null ? [] : [traceId]),
    ],
  );
}

/** Rows with the same key as one. */
export class EdgeSums {
  private readonly sums = new Map<string, EdgeCounts>();

  /** @param onlyKnown leaves out what has no row yet */
  add(edge: EdgeCounts, sign: 1 | -1 = 1, onlyKnown = false): void {
    const { blockId, callerId, calleeId, minute, deploymentId } = edge;
    const key = `${blockId}.${callerId}.${calleeId}.${minute}.${deploymentId}`;
    const known = this.sums.get(key);
    if (!known && onlyKnown) return;
    const before = known ?? { ...edge, calls: 0, errors: 0, durationNs: 0n, sketch: new LatencySketch() };
    this.sums.set(key, {
      ...before,
      calls: before.calls + sign * edge.calls,
      errors: before.errors + sign * edge.errors,
      durationNs: before.durationNs + (sign === 1 ? edge.durationNs : -edge.durationNs),
      sketch: before.sketch && edge.sketch && merged(before.sketch, edge.sketch, sign),
    });
  }

  get rows(): EdgeCounts[] {
    return [...this.sums.values()];
  }
}

/**
 * What closed blocks count is made to count what stands in `deleted_edge` no more, or again.
 * @param condition SQL over `deleted_edge` @param keepsEmpty whether more is put back
 */
export async function addDeletedEdges(
  tx: SqlClient,
  workspaceId: number,
  condition: string,
  parameters: readonly (number | readonly string[])[],
  sign: 1 | -1,
  keepsEmpty: boolean,
): Promise<void> {
  const deleted = await readEdges(tx, 'deleted_edge', condition, parameters);
  if (deleted.length === 0 && keepsEmpty) return;
  const blocks = [...new Set(deleted.map(({ blockId }) => blockId))];
  const within = 'workspace_id = $1 and block_id = any($2::int4[])';
  const sums = new EdgeSums();
  for (const edge of await readEdges(tx, 'service_edge', within, [workspaceId, blocks])) sums.add(edge);
  for (const edge of deleted) sums.add(edge, sign, true);
  await tx.execute(`delete from service_edge where ${within}`, [workspaceId, blocks]);
  await insertEdges(tx, workspaceId, null, keepsEmpty ? sums.rows : sums.rows.filter(({ calls }) => calls > 0));
}

/**
 * Calls among the spans of a trace, each counted in the block of whichever of its two spans came later.
 * @param within blocks, the first and the last
 */
export async function edgesOfTrace(
  tx: SqlClient,
  workspaceId: number,
  traceId: string,
  within: { readonly first: number; readonly last: number },
): Promise<EdgeCounts[]> {
  const rows = await hashJoined(tx, () =>
    tx.query(
      `with s as materialized (
       select s.span_id, s.parent_span_id, s.block_id, s.start_ns, s.duration_ns, s.status,
         ${SERVICE_OF_SPAN} as service_id,
         (select coalesce(r.deployment_id, 0) from resource r where r.workspace_id = $1 and r.id = s.resource_id) as deployment_id
       from span s where s.workspace_id = $1 and s.trace_id = $2::uuid and s.block_id <= $4)
     select greatest(p.block_id, c.block_id) as block_id, p.service_id as caller_id, c.service_id as callee_id,
       (c.start_ns / 60000000000)::int4 as minute, c.deployment_id, c.status::int4 as status, count(*)::int4 as calls,
       case when c.duration_ns < 0 then -1 else width_bucket(c.duration_ns, $5::int8[]) end as bucket,
       sum(greatest(c.duration_ns, 0))::text as duration_ns
     from s c join s p on p.span_id = c.parent_span_id
     where p.service_id <> c.service_id and greatest(p.block_id, c.block_id) >= $3
     group by 1, 2, 3, 4, 5, 6, 8`,
      [workspaceId, traceId, within.first, within.last, sketchBounds()],
    ),
  );
  const sums = new EdgeSums();
  for (const row of decodeRows(BUCKET, rows)) {
    const sketch = new LatencySketch();
    if (row.bucket >= 0) sketch.addBucket(row.bucket, row.calls);
    sums.add({
      blockId: row.block_id,
      callerId: row.caller_id,
      calleeId: row.callee_id,
      minute: row.minute,
      deploymentId: row.deployment_id,
      calls: row.calls,
      errors: row.status === STATUS_ERROR ? row.calls : 0,
      durationNs: BigInt(row.duration_ns),
      sketch,
    });
  }
  return sums.rows;
}

function sketchFrom(bytes: Uint8Array): LatencySketch {
  const sketch = new LatencySketch();
  sketch.mergeEncoded(bytes);
  return sketch;
}

function merged(one: LatencySketch, other: LatencySketch, sign: 1 | -1): LatencySketch {
  const sum = new LatencySketch();
  sum.merge(one);
  sum.merge(other, sign);
  return sum;
}

/** An array of `bytea` is no parameter. */
function hexOf(sketch: LatencySketch): string {
  const bytes = sketch.encode();
  return hexFromBytes(bytes, 0, bytes.length);
}
