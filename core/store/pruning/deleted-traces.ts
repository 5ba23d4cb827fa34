/**
 * Takes traces that were deleted long ago off the disk: their rows, and what payloads hold of them, a thousand spans at most in a
 * transaction. Counts over time (operation_minute) keep them: they say what happened, not to whom.
 */
import { inBlockOrder } from '../block-order';
import { type Payload, PayloadWriter, readPayloads } from '../payloads';
import { decodeRows, INT4, TEXT } from '../row-spec';
import type { SqlClient } from '../sql-client';
import type { WriterState } from '../writer-state';
import type { Change } from './prune-spans';

/** Until then they can be restored. */
export const DELETED_DAYS = 30;
const BATCH = 1_000;
const TRACES = 50;
/** Rows of a trace, by its id; annotations and scores of it too, which went with it when it was deleted. */
const TABLES = ['trace', 'missing_parent', 'model_call', 'score', 'guardrail_hit', 'annotation'];

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
       where workspace_id = $1 and deleted_at < now() - make_interval(days => ${DELETED_DAYS}) order by deleted_at limit ${TRACES}`,
      [workspaceId],
    ),
  ).map(({ trace_id }) => trace_id);
  if (due.length === 0) return null;
  const spans = decodeRows(
    { trace_id: TEXT, block_id: INT4, payload_id: INT4 },
    await tx.query(
      `with going as (
         select s.row_table, s.row_place from unnest($2::uuid[]) as i (trace_id), lateral (
           select tableoid as row_table, ctid as row_place from span where workspace_id = $1 and trace_id = i.trace_id offset 0) s
         limit ${BATCH})
       delete from span s using going g where s.tableoid = g.row_table and s.ctid = g.row_place
       returning replace(s.trace_id::text, '-', '') as trace_id, s.block_id, s.payload_id`,
      [workspaceId, due],
    ),
  );
  for (const [block, payloads] of payloadsByBlock(spans)) await rewrite(tx, state, block, payloads);
  // Of the one that was cut through, some are left.
  const isWhole = spans.length < BATCH;
  const ids = isWhole ? due : await without(tx, workspaceId, due);
  stored.forget(due);
  for (const table of TABLES) {
    await tx.execute(`delete from ${table} where workspace_id = $1 and trace_id = any($2::uuid[])`, [workspaceId, ids]);
  }
  return ids.length;
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

function payloadsByBlock(spans: readonly { block_id: number; payload_id: number }[]): Map<number, Set<number>> {
  const blocks = new Map<number, Set<number>>();
  for (const { block_id, payload_id } of spans) {
    if (payload_id === 0) continue;
    const payloads = blocks.get(block_id) ?? new Set();
    blocks.set(block_id, payloads.add(payload_id));
  }
  return blocks;
}

/** Payloads of a block without the records that no span refers to any more. */
async function rewrite(
  tx: SqlClient,
  { workspaceId, codec, payloadNumbers }: WriterState,
  block: number,
  payloadIds: ReadonlySet<number>,
): Promise<void> {
  const ids = [...payloadIds];
  await inBlockOrder(tx, true);
  const left = decodeRows(
    { payload_id: INT4, payload_index: INT4 },
    await tx.query(
      `select distinct payload_id, payload_index::int4 as payload_index from span
       where workspace_id + 0 = $1 and block_id = $2 and payload_id = any($3::int4[])`,
      [workspaceId, block, ids],
    ),
  );
  const payloads = await readPayloads(tx, codec, workspaceId, block, ids);
  const writer = new PayloadWriter(codec);
  writer.moveTo(block);
  const placed = left.map(({ payload_id, payload_index }) =>
    writer.addRecord((payloads.get(payload_id) as Payload).record(payload_index)),
  );
  const numbers = await writer.write(tx, workspaceId, payloadNumbers, 'span_payload');
  await tx.execute(
    `update span s set payload_id = i.to_id, payload_index = i.to_index::int2
     from unnest($3::int4[], $4::int4[], $5::int4[], $6::int4[]) as i (from_id, from_index, to_id, to_index)
     where s.workspace_id + 0 = $1 and s.block_id = $2 and s.payload_id = i.from_id and s.payload_index = i.from_index`,
    [
      workspaceId,
      block,
      left.map(({ payload_id }) => payload_id),
      left.map(({ payload_index }) => payload_index),
      placed.map(({ payload }) => numbers[payload] as number),
      placed.map(({ index }) => index),
    ],
  );
  await inBlockOrder(tx, false);
  await tx.execute('delete from span_payload where workspace_id = $1 and block_id = $2 and id = any($3::int4[])', [
    workspaceId,
    block,
    ids,
  ]);
}
