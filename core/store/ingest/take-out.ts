/**
 * Takes spans out of what is stored, for another version of each comes in its place. A block that is closed still counts them, and
 * what it counts too many is kept beside, as of deleted traces (deleted-counts.ts), until the block is summarised anew.
 */
import { LatencySketch } from '../../model/latency-sketch';
import { STATUS_ERROR } from '../../model/span-kind';
import { writeCounts } from '../blocks/deleted-counts';
import { EdgeSums, insertEdges } from '../blocks/edge-counts';
import { partitionOf } from '../blocks/span-partitions';
import { SUPERSEDED } from '../blocks/superseded-counts';
import { DEPLOYMENT_OF_SPAN } from '../dictionary/deployments';
import { hashJoined, SERVICE_OF_SPAN } from '../sql/hash-joined';
import { BOOL, decodeRows, INT4, INT8, orNull } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import type { StoredRow } from './stored-versions';
import type { WriterState } from './writer-state';

/** Ids of spans, by trace. */
export interface SpanIds {
  readonly traceIds: readonly string[];
  readonly spanIds: readonly bigint[];
}

export async function takeOut(tx: SqlClient, state: WriterState, rows: readonly StoredRow[]): Promise<void> {
  const { workspaceId, blocks } = state;
  const closed = await closedBlocks(tx, workspaceId, rows);
  const standing = rows.filter(({ block_id }) => closed.has(block_id));
  await writeCounts(tx, workspaceId, SUPERSEDED, standing);
  const open = rows.filter(({ block_id }) => !closed.has(block_id));
  blocks.lose(new Set(open.map(({ block_id }) => block_id)));
  await countServices(tx, workspaceId, open);
  const places = new Map<number, string[]>();
  for (const { block_id, place } of rows) {
    const ofPartition = places.get(partitionOf(block_id)) ?? [];
    ofPartition.push(place);
    places.set(partitionOf(block_id), ofPartition);
  }
  for (const [partition, ofPartition] of places) {
    await tx.execute(`delete from span_${partition} where ctid = any($1::text[]::tid[])`, [ofPartition]);
  }
  await tx.execute(
    `update workspace w set span_count = w.span_count - i.spans
     from (select count(*) as spans from unnest($2::uuid[]) as i (trace_id), lateral (
       select 1 from trace where workspace_id = $1 and trace_id = i.trace_id and deleted_at is null limit 1) as t) i
     where w.id = $1`,
    [workspaceId, rows.map(({ trace_id }) => trace_id)],
  );
}

async function closedBlocks(
  tx: SqlClient,
  workspaceId: number,
  rows: readonly StoredRow[],
): Promise<ReadonlySet<number>> {
  const ids = [...new Set(rows.map(({ block_id }) => block_id))];
  const found = await tx.query(
    'select id from span_block where workspace_id = $1 and id = any($2::int4[]) and closed',
    [workspaceId, ids],
  );
  return new Set(decodeRows({ id: INT4 }, found).map(({ id }) => id));
}

async function countServices(tx: SqlClient, workspaceId: number, rows: readonly StoredRow[]): Promise<void> {
  const services = new Map<number, { spans: number; errors: number }>();
  for (const { service_id, status } of rows) {
    const counts = services.get(service_id) ?? { spans: 0, errors: 0 };
    services.set(service_id, counts);
    counts.spans++;
    if (status === STATUS_ERROR) counts.errors++;
  }
  const counts = [...services.values()];
  await tx.execute(
    `update service s set span_count = s.span_count - i.spans, error_count = s.error_count - i.errors
     from unnest($2::int4[], $3::int8[], $4::int8[]) as i (id, spans, errors) where s.workspace_id = $1 and s.id = i.id`,
    [workspaceId, [...services.keys()], counts.map(({ spans }) => spans), counts.map(({ errors }) => errors)],
  );
}

/** A call between services, and the block that counts it. */
export interface CountedCall {
  readonly block: number;
  readonly isClosed: boolean;
  readonly callerId: number;
  readonly calleeId: number;
  readonly minute: number;
  readonly deploymentId: number;
  readonly error: boolean;
  readonly durationNs: bigint;
}

const CALL = {
  block_id: INT4,
  closed: orNull(BOOL),
  caller_id: INT4,
  callee_id: INT4,
  minute: INT4,
  deployment_id: INT4,
  status: INT4,
  duration_ns: INT8,
};

/** Calls that any of these spans makes or answers. */
export async function callsOf(
  tx: SqlClient,
  workspaceId: number,
  { traceIds, spanIds }: SpanIds,
): Promise<CountedCall[]> {
  if (spanIds.length === 0) return [];
  const rows = await hashJoined(tx, () =>
    tx.query(
      `with touched as materialized (select * from unnest($2::uuid[], $3::int8[]) as i (trace_id, span_id)),
     s as materialized (
       select s.trace_id, s.span_id, s.parent_span_id, s.block_id, s.start_ns, s.duration_ns, s.status,
         ${SERVICE_OF_SPAN} as service_id, ${DEPLOYMENT_OF_SPAN} as deployment_id
       from (select distinct trace_id from touched) t, lateral (
         select * from span where workspace_id = $1 and trace_id = t.trace_id offset 0) s)
     select greatest(p.block_id, c.block_id) as block_id, p.service_id as caller_id, c.service_id as callee_id,
       (c.start_ns / 60000000000)::int4 as minute, c.deployment_id, c.status::int4 as status, c.duration_ns,
       (select b.closed from span_block b where b.workspace_id = $1 and b.id = greatest(p.block_id, c.block_id)) as closed
     from s c join s p on p.trace_id = c.trace_id and p.span_id = c.parent_span_id
     where p.service_id <> c.service_id and ((c.trace_id, c.span_id) in (select * from touched)
       or (p.trace_id, p.span_id) in (select * from touched))`,
      [workspaceId, traceIds, spanIds],
    ),
  );
  return decodeRows(CALL, rows).map((row) => ({
    block: row.block_id,
    isClosed: row.closed ?? false,
    callerId: row.caller_id,
    calleeId: row.callee_id,
    minute: row.minute,
    deploymentId: row.deployment_id,
    error: row.status === STATUS_ERROR,
    durationNs: row.duration_ns,
  }));
}

/** Calls are to be taken off what closed blocks count. */
export async function writeCalls(tx: SqlClient, workspaceId: number, calls: readonly CountedCall[]): Promise<void> {
  const sums = new EdgeSums();
  for (const { block, error, durationNs, ...call } of calls) {
    const sketch = new LatencySketch();
    sketch.add(Number(durationNs));
    const known = durationNs > 0n ? durationNs : 0n;
    sums.add({ ...call, blockId: block, calls: 1, errors: error ? 1 : 0, durationNs: known, sketch });
  }
  await insertEdges(tx, workspaceId, SUPERSEDED, sums.rows);
}
