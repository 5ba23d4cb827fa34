/**
 * Takes traces that were deleted long ago off the disk: their rows, and what payloads hold of them, a thousand spans at most in a
 * transaction. No count has them since they were deleted (deleted-counts.ts); blocks are summarised anew without them.
 */

import { STATUS_ERROR } from '../../model/span-kind';
import { countDeletedTrace, DELETED_MODELS } from '../blocks/deleted-counts';
import { addDeletedEdges } from '../blocks/edge-counts';
import type { WriterState } from '../ingest/writer-state';
import { decodeRows, INT4, type RowOf, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import type { Change } from './prune-spans';
import { rewritePayloads } from './rewrite-payloads';
import { TRUSTED_NOW } from './trusted-clock';

/** Until then they can be restored. */
export const DELETED_DAYS = 30;
const BATCH = 1_000;
const TRACES = 50;
/** Blocks that a step summarises anew: some tens of milliseconds each. */
const BLOCKS = 4;
const REMOVED = { trace_id: TEXT, block_id: INT4, payload_id: INT4, operation_id: INT4, status: INT4 };
/** Rows of a trace, by its id; annotations and scores of it too, which went with it when it was deleted. */
const TABLES = ['trace', 'missing_parent', 'span_side', 'model_call', 'score', 'guardrail_hit', 'annotation'];

/** @returns how many traces are gone now */
export async function removeDeletedTraces(change: Change, isStopped: () => boolean): Promise<number> {
  let gone = 0;
  while (!isStopped()) {
    const step = await change(removeSome);
    if (step === null) break;
    gone += step;
  }
  return gone;
}

/** @returns how many traces are gone; null: there are none any more */
async function removeSome(tx: SqlClient, state: WriterState): Promise<number | null> {
  const { workspaceId, stored } = state;
  const due = decodeRows(
    { trace_id: TEXT },
    await tx.query(
      `select replace(trace_id::text, '-', '') as trace_id from trace
       where workspace_id = $1 and deleted_at < ${TRUSTED_NOW} - make_interval(days => ${DELETED_DAYS}) order by deleted_at limit ${TRACES}`,
      [workspaceId],
    ),
  ).map(({ trace_id }) => trace_id);
  if (due.length === 0) return null;
  const spans = decodeRows(
    REMOVED,
    await tx.query(
      `with of_due as materialized (
         select s.row_table, s.row_place, s.block_id from unnest($2::uuid[]) as i (trace_id), lateral (
           select tableoid as row_table, ctid as row_place, block_id from span
           where workspace_id = $1 and trace_id = i.trace_id offset 0) s),
       going as (
         select row_table, row_place from of_due
         where block_id in (select distinct block_id from of_due order by block_id limit ${BLOCKS}) limit ${BATCH})
       delete from span s using going g where s.tableoid = g.row_table and s.ctid = g.row_place
       returning replace(s.trace_id::text, '-', '') as trace_id, s.block_id, s.payload_id, s.operation_id, s.status::int4 as status`,
      [workspaceId, due],
    ),
  );
  for (const [block, payloads] of payloadsByBlock(spans)) await rewritePayloads(tx, state, block, [...payloads]);
  await takeOff(tx, state, spans);
  const ids = await without(tx, workspaceId, due);
  stored.forget(due);
  for (const table of [...TABLES, ...DELETED_MODELS]) {
    await tx.execute(`delete from ${table} where workspace_id = $1 and trace_id = any($2::uuid[])`, [workspaceId, ids]);
  }
  return ids.length;
}

/** What blocks and services count is made to count these spans no more. */
async function takeOff(
  tx: SqlClient,
  { workspaceId, blocks }: WriterState,
  spans: readonly RowOf<typeof REMOVED>[],
): Promise<void> {
  const byBlock = new Map<number, Set<string>>();
  for (const { block_id, trace_id } of spans) {
    const traces = byBlock.get(block_id) ?? new Set();
    byBlock.set(block_id, traces.add(trace_id));
  }
  for (const [block, traces] of byBlock) {
    // Calls are taken off those of the block, and put back where their spans are still there.
    const ofTraces = 'workspace_id = $1 and block_id = $2 and trace_id = any($3::uuid[])';
    const parameters = [workspaceId, block, [...traces]];
    await addDeletedEdges(tx, workspaceId, ofTraces, parameters, -1, true);
    for (const traceId of traces) await countDeletedTrace(tx, workspaceId, traceId, { first: block, last: block });
    await addDeletedEdges(tx, workspaceId, ofTraces, parameters, 1, false);
    await tx.execute('delete from service_edge where workspace_id = $1 and block_id = $2 and calls <= 0', [
      workspaceId,
      block,
    ]);
    await blocks.countAgain(tx, block);
  }
  const operations = new Map<number, { spans: number; errors: number }>();
  for (const { operation_id, status } of spans) {
    const counts = operations.get(operation_id) ?? { spans: 0, errors: 0 };
    operations.set(operation_id, counts);
    counts.spans++;
    if (status === STATUS_ERROR) counts.errors++;
  }
  await tx.execute(
    `update service s set span_count = s.span_count - i.spans, error_count = s.error_count - i.errors
     from (select o.service_id, sum(c.spans)::int8 as spans, sum(c.errors)::int8 as errors
       from unnest($2::int4[], $3::int4[], $4::int4[]) as c (operation_id, spans, errors)
       join operation o on o.id = c.operation_id group by o.service_id) i
     where s.workspace_id = $1 and s.id = i.service_id`,
    [
      workspaceId,
      [...operations.keys()],
      [...operations.values()].map((counts) => counts.spans),
      [...operations.values()].map(({ errors }) => errors),
    ],
  );
}

/** Those of which no span is left. */
async function without(tx: SqlClient, workspaceId: number, traceIds: readonly string[]): Promise<string[]> {
  const rows = await tx.query(
    `select replace(i.trace_id::text, '-', '') as trace_id from unnest($2::uuid[]) as i (trace_id)
     where not exists (select 1 from span s where s.workspace_id = $1 and s.trace_id = i.trace_id)`,
    [workspaceId, traceIds],
  );
  return decodeRows({ trace_id: TEXT }, rows).map(({ trace_id }) => trace_id);
}

function payloadsByBlock(
  spans: readonly Pick<RowOf<typeof REMOVED>, 'block_id' | 'payload_id'>[],
): Map<number, Set<number>> {
  const blocks = new Map<number, Set<number>>();
  for (const { block_id, payload_id } of spans) {
    if (payload_id === 0) continue;
    const payloads = blocks.get(block_id) ?? new Set();
    blocks.set(block_id, payloads.add(payload_id));
  }
  return blocks;
}
