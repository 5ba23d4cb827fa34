/**
 * Takes a partition of spans out, block by block in short transactions, then drops its tables, which gives the disk back, or puts
 * them into quarantine.
 * A trace goes when its newest span is in the partition and nobody bookmarked it or wrote a note; of the others the spans move
 * to a new block. Begun again after a crash, it goes on.
 */

import { BLOCK_MODELS } from '../blocks/block-closing';
import { inBlockOrder } from '../blocks/block-order';
import { DELETED_MODELS } from '../blocks/deleted-counts';
import { partitionBytes } from '../blocks/record-partitions';
import { firstBlockOf, SPAN_TABLES } from '../blocks/span-partitions';
import { forgetSuperseded } from '../blocks/superseded-counts';
import type { WriterState } from '../ingest/writer-state';
import { type Payload, PayloadWriter, readPayloads } from '../payloads/payloads';
import { dropPartition } from '../sql/drop-partition';
import { BOOL, decodeRows, INT4, INT8, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { isMarked } from './marked-traces';
import type { Pruned } from './pruning-log';
import { quarantineBlocks, quarantineOf, quarantineRows, quarantineTables, rememberQuarantine } from './quarantine';

/** Spans in a block that moved spans are gathered in. */
const GATHERED = 4_096;
export type Change = <T>(run: (tx: SqlClient, state: WriterState) => Promise<T>) => Promise<T>;

export class SpanPartitionPruning {
  /** Where spans that stay are gathered. */
  private target: { readonly id: number; spans: number } | null = null;

  /** @param kept takes the ids of traces that stay for their marks @param quarantineAt when it goes into quarantine; null: it is dropped */
  constructor(
    private readonly change: Change,
    private readonly partition: number,
    private readonly kept: Set<string>,
    private readonly quarantineAt: number | null,
  ) {}

  /** @param onPruned inside the transaction that it tells of */
  async run(onPruned: (tx: SqlClient, pruned: Pruned) => Promise<void>, isStopped: () => boolean): Promise<void> {
    const blocks = await this.change((tx, { workspaceId }) => this.blocks(tx, workspaceId));
    for (const block of blocks) {
      if (isStopped()) return;
      await this.change(async (tx, state) => onPruned(tx, await this.pruneBlock(tx, state, block)));
    }
    await this.change((tx, state) => this.closeTarget(tx, state));
    if (isStopped()) return;
    await this.change(async (tx, state) => {
      await onPruned(tx, { freedBytes: await this.drop(tx, state) });
    });
  }

  private async blocks(tx: SqlClient, workspaceId: number): Promise<number[]> {
    const rows = await tx.query(
      'select id from span_block where workspace_id = $1 and id >= $2 and id < $3 order by id',
      [workspaceId, firstBlockOf(this.partition), firstBlockOf(this.partition + 1)],
    );
    return decodeRows({ id: INT4 }, rows).map(({ id }) => id);
  }

  private async pruneBlock(tx: SqlClient, state: WriterState, block: number): Promise<Pruned> {
    const { workspaceId, stored } = state;
    await inBlockOrder(tx, true);
    const inBlock = decodeRows(
      { trace_id: TEXT },
      await tx.query(
        `select distinct replace(trace_id::text, '-', '') as trace_id from span where workspace_id + 0 = $1 and block_id = $2`,
        [workspaceId, block],
      ),
    ).map(({ trace_id }) => trace_id);
    await inBlockOrder(tx, false);
    const rows = decodeRows(
      { trace_id: TEXT, is_old: BOOL, is_marked: BOOL, span_count: INT4, listed: BOOL },
      await tx.query(
        `select replace(i.trace_id::text, '-', '') as trace_id, t.span_count, t.deleted_at is null as listed,
           t.last_block < $3 as is_old,
           ${isMarked('i.trace_id')} as is_marked
         from unnest($2::uuid[]) as i (trace_id),
           lateral (select * from trace where workspace_id = $1 and trace_id = i.trace_id limit 1) as t`,
        [workspaceId, inBlock, firstBlockOf(this.partition + 1)],
      ),
    );
    const going = rows.filter(({ is_old, is_marked }) => is_old && !is_marked);
    const staying = rows.filter((row) => !going.includes(row)).map(({ trace_id }) => trace_id);
    for (const { trace_id, is_marked } of rows) if (is_marked) this.kept.add(trace_id);
    if (going.length > 0) {
      const ids = going.map(({ trace_id }) => trace_id);
      stored.forget(ids);
      const listed = going.filter((trace) => trace.listed);
      const spans = listed.reduce((sum, { span_count }) => sum + span_count, 0);
      const restorable = listed.map(({ trace_id }) => trace_id);
      const quarantine = await this.quarantine(tx, workspaceId);
      if (quarantine !== null) {
        await quarantineRows(tx, workspaceId, quarantine, restorable);
        // What somebody deleted does not come back.
        const deleted = going.filter((trace) => !trace.listed).map(({ trace_id }) => trace_id);
        if (deleted.length > 0) {
          await tx.execute('delete from span where workspace_id = $1 and trace_id = any($2::uuid[])', [
            workspaceId,
            deleted,
          ]);
        }
        await tx.execute(
          'update quarantine set traces = traces + $3, records = records + $4 where workspace_id = $1 and id = $2',
          [workspaceId, quarantine, listed.length, spans],
        );
      }
      await removeTraces(tx, workspaceId, ids);
      if (quarantine !== null) await rememberQuarantine(tx, workspaceId, quarantine, restorable);
      await tx.execute(
        'update workspace set trace_count = trace_count - $2, span_count = span_count - $3 where id = $1',
        [workspaceId, listed.length, spans],
      );
    }
    const moved = staying.length > 0 ? await this.move(tx, state, block, staying) : 0;
    return { traces: going.length, spans: going.reduce((sum, { span_count }) => sum + span_count, 0), moved };
  }

  /** Null: it is dropped. */
  private async quarantine(tx: SqlClient, workspaceId: number): Promise<bigint | null> {
    const isShared = this.quarantineAt !== null && (await this.isShared(tx, workspaceId));
    return quarantineOf(tx, workspaceId, 'spans', this.partition, isShared ? null : this.quarantineAt);
  }

  /** Whether other workspaces have spans there: those of the first versions. */
  private async isShared(tx: SqlClient, workspaceId: number): Promise<boolean> {
    const others = await tx.query(
      'select 1 as one from span_block where id >= $1 and id < $2 and workspace_id <> $3 limit 1',
      [firstBlockOf(this.partition), firstBlockOf(this.partition + 1), workspaceId],
    );
    return others.length > 0;
  }

  /** Gathers the spans of these traces in a block that stays. @returns how many */
  private async move(tx: SqlClient, state: WriterState, block: number, traceIds: readonly string[]): Promise<number> {
    const { workspaceId, blocks, codec, payloadNumbers } = state;
    if (this.target && this.target.spans >= GATHERED) await this.closeTarget(tx, state);
    const target = this.target ?? { id: await blocks.extra(tx), spans: 0 };
    await inBlockOrder(tx, true);
    const refs = decodeRows(
      { payload_id: INT4, payload_index: INT4 },
      await tx.query(
        `select distinct payload_id, payload_index::int4 as payload_index from span
         where workspace_id + 0 = $1 and block_id = $2 and trace_id = any($3::uuid[]) and payload_id <> 0`,
        [workspaceId, block, traceIds],
      ),
    );
    const payloads = await readPayloads(tx, codec, workspaceId, block, [
      ...new Set(refs.map(({ payload_id }) => payload_id)),
    ]);
    const writer = new PayloadWriter(codec);
    writer.moveTo(target.id);
    const placed = refs.map(({ payload_id, payload_index }) =>
      writer.addRecord((payloads.get(payload_id) as Payload).record(payload_index)),
    );
    const ids = await writer.write(tx, workspaceId, payloadNumbers, 'span_payload');
    const moved = await tx.query(
      `with moved as (
         insert into span (trace_id, span_id, parent_span_id, start_ns, duration_ns, workspace_id, block_id, resource_id,
           scope_id, operation_id, payload_id, payload_index, status, attributes)
         select s.trace_id, s.span_id, s.parent_span_id, s.start_ns, s.duration_ns, s.workspace_id, $4, s.resource_id,
           s.scope_id, s.operation_id, coalesce(i.to_id, 0), coalesce(i.to_index, 0)::int2, s.status, s.attributes
         from span s left join unnest($5::int4[], $6::int4[], $7::int4[], $8::int4[]) as i (from_id, from_index, to_id, to_index)
           on i.from_id = s.payload_id and i.from_index = s.payload_index
         where s.workspace_id + 0 = $1 and s.block_id = $2 and s.trace_id = any($3::uuid[]) returning 1)
       select count(*) as spans from moved`,
      [
        workspaceId,
        block,
        traceIds,
        target.id,
        refs.map(({ payload_id }) => payload_id),
        refs.map(({ payload_index }) => payload_index),
        placed.map(({ payload }) => ids[payload] as number),
        placed.map(({ index }) => index),
      ],
    );
    await tx.execute('delete from span where workspace_id + 0 = $1 and block_id = $2 and trace_id = any($3::uuid[])', [
      workspaceId,
      block,
      traceIds,
    ]);
    await inBlockOrder(tx, false);
    await tx.execute(
      `update trace t set last_block = greatest(t.last_block, $3) from unnest($2::uuid[]) as i (trace_id)
       where t.workspace_id = $1 and t.trace_id = i.trace_id`,
      [workspaceId, traceIds, target.id],
    );
    for (const table of DELETED_MODELS) {
      await tx.execute(
        `update ${table} set block_id = $4 where workspace_id = $1 and block_id = $3 and trace_id = any($2::uuid[])`,
        [workspaceId, traceIds, block, target.id],
      );
    }
    const spans = Number(decodeRows({ spans: INT8 }, moved)[0]?.spans ?? 0n);
    this.target = { id: target.id, spans: target.spans + spans };
    return spans;
  }

  private async closeTarget(tx: SqlClient, { workspaceId, blocks }: WriterState): Promise<void> {
    if (!this.target) return;
    const { id } = this.target;
    await blocks.closeExtra(tx, id);
    // Its spans are taken off with the partition that they came from.
    await countServices(tx, workspaceId, id, id + 1, 1);
    this.target = null;
  }

  /** @returns the bytes that were freed */
  private async drop(tx: SqlClient, { workspaceId }: WriterState): Promise<number> {
    const from = firstBlockOf(this.partition);
    const to = firstBlockOf(this.partition + 1);
    await countServices(tx, workspaceId, from, to, -1);
    for (const table of BLOCK_MODELS) {
      await tx.execute(`delete from ${table} where workspace_id = $1 and block_id >= $2 and block_id < $3`, [
        workspaceId,
        from,
        to,
      ]);
    }
    // The counters of services had them too.
    await forgetSuperseded(tx, workspaceId, from, to, 'gone');
    const quarantine = await this.quarantine(tx, workspaceId);
    if (quarantine !== null) await quarantineBlocks(tx, workspaceId, quarantine, from, to);
    await tx.execute('delete from span_block where workspace_id = $1 and id >= $2 and id < $3', [
      workspaceId,
      from,
      to,
    ]);
    if (quarantine !== null) {
      await quarantineTables(tx, workspaceId, quarantine, 'spans', this.partition);
      return 0;
    }
    if (await this.isShared(tx, workspaceId)) {
      for (const table of SPAN_TABLES) {
        await tx.execute(`delete from ${table}_${this.partition} where workspace_id = $1`, [workspaceId]);
      }
      return 0;
    }
    const bytes = await partitionBytes(tx, SPAN_TABLES, this.partition);
    await dropPartition(tx, SPAN_TABLES, this.partition);
    return bytes;
  }
}

/** Partitions of spans that are full, with when the last span of each arrived, in milliseconds since the epoch. */
export async function fullSpanPartitions(
  tx: SqlClient,
  { workspaceId, blocks }: WriterState,
): Promise<{ readonly partition: number; readonly lastAt: number }[]> {
  const current = await blocks.currentPartition(tx);
  const rows = await tx.query(
    `select id / ${firstBlockOf(1)} as partition, (extract(epoch from max(last_at)) * 1000)::int8 as last_ms from span_block
     where workspace_id = $1 and id < $2 group by 1`,
    [workspaceId, firstBlockOf(current)],
  );
  return decodeRows({ partition: INT4, last_ms: INT8 }, rows).map(({ partition, last_ms }) => {
    return { partition, lastAt: Number(last_ms) };
  });
}

async function removeTraces(tx: SqlClient, workspaceId: number, traceIds: readonly string[]): Promise<void> {
  await tx.execute(
    `insert into pruned_trace (workspace_id, trace_id) select $1, trace_id from unnest($2::uuid[]) as i (trace_id)
     on conflict (workspace_id, trace_id) do update set pruned_at = excluded.pruned_at, quarantine_id = null`,
    [workspaceId, traceIds],
  );
  for (const table of [
    'trace',
    'missing_parent',
    'span_side',
    'model_call',
    'score',
    'guardrail_hit',
    ...DELETED_MODELS,
  ]) {
    await tx.execute(
      `delete from ${table} where ctid = any(array(
         select r.ctid from unnest($2::uuid[]) as i (trace_id), lateral (
           select ctid from ${table} where workspace_id = $1 and trace_id = i.trace_id offset 0) as r))`,
      [workspaceId, traceIds],
    );
  }
}

/** Adds what the minutes of some blocks count to the counters of services, or takes it off. */
async function countServices(
  tx: SqlClient,
  workspaceId: number,
  from: number,
  to: number,
  sign: 1 | -1,
): Promise<void> {
  await tx.execute(
    `update service s set span_count = s.span_count + $4 * i.spans, error_count = s.error_count + $4 * i.errors
     from (select o.service_id, sum(m.spans)::int8 as spans, sum(m.errors)::int8 as errors
       from operation_minute m join operation o on o.id = m.operation_id
       where m.workspace_id = $1 and m.block_id >= $2 and m.block_id < $3 group by o.service_id) as i
     where s.workspace_id = $1 and s.id = i.service_id`,
    [workspaceId, from, to, sign],
  );
}
