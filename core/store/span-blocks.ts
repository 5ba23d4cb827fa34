/**
 * Blocks: runs of spans in the order of their arrival, some thousands each, with a summary of what they hold (open-block.ts).
 * A search asks the summaries which blocks to look into. The last block is open: it has no summary yet and is always looked
 * into. Blocks fill partitions of `span` and `span_payload`, so that old ones can be dropped and give their disk back (ADR 010).
 */

import { STATUS_ERROR } from '../model/span-kind';
import { encodeTerms } from './block-terms';
import { CopyWriter } from './copy-binary';
import { type BlockSpan, OpenBlock } from './open-block';
import type { PartitionShare } from './partition-share';
import { type PayloadCodec, readPayloads } from './payloads';
import { partitionBytes } from './record-partitions';
import { decodeRows, INT4, INT4_ARRAY, INT8, orNull } from './row-spec';
import type { SqlClient } from './sql-client';

/** Spans in a block: a scan of one takes a millisecond or two. */
const BLOCK_SPANS = 4_096;
/** Blocks in a partition at most: half a million spans. */
const PARTITION_BLOCKS = 128;

/** Block numbers taken from the sequence at once; those left at the end are lost. */
const MIN_TAKEN = 8;

/** Whether the words of an attribute's values are searched, by `attribute_key.id`. */
export type IndexesText = (keyId: number) => boolean;

/** Tables that a partition of spans has a part of. */
export const SPAN_TABLES: readonly string[] = ['span', 'span_payload'];

export function partitionOf(blockId: number): number {
  return Math.floor(blockId / PARTITION_BLOCKS);
}

/** The number of its first block. */
export function firstBlockOf(partition: number): number {
  return partition * PARTITION_BLOCKS;
}

export class SpanBlocks {
  private open: OpenBlock | null = null;
  private loaded = false;
  /** Numbers taken from the sequence and not used yet. */
  private free: number[] = [];
  private fresh = new Set<number>();
  private full: OpenBlock[] = [];
  private readonly partitions = new Set<number>();
  /** The highest number taken. */
  private last = 0;
  /** When the partition that is filled began, by the clock; null: not known. */
  private openedAt: number | null = null;
  private now = 0;

  constructor(
    private readonly workspaceId: number,
    private readonly codec: PayloadCodec,
    private readonly indexesText: IndexesText,
    private readonly share: PartitionShare,
  ) {}

  committed(): void {
    this.fresh.clear();
    this.full = [];
  }

  /** Forgets everything: the transaction it was told of did not commit. What stands in the database is summarised anew. */
  rolledBack(): void {
    this.open = null;
    this.loaded = false;
    this.fresh.clear();
    this.full = [];
    this.partitions.clear();
    this.openedAt = null;
  }

  /** Makes sure that `place` has numbers for so many spans. */
  async prepare(tx: SqlClient, spans: number): Promise<void> {
    this.now = Date.now();
    if (!this.loaded) {
      await closeUnfinished(tx, this.workspaceId, this.codec, this.indexesText);
      this.openedAt = await this.readOpenedAt(tx);
      this.loaded = true;
    }
    if (this.openedAt !== null && this.now - this.openedAt > this.share.ageMs) await this.beginPartition(tx);
    const missing = Math.ceil(spans / BLOCK_SPANS) + 1 - this.free.length;
    if (missing <= 0) return;
    if (await this.isPartitionFull(tx)) await this.beginPartition(tx);
    const few = Math.min(MIN_TAKEN, Math.ceil(this.share.spans / BLOCK_SPANS));
    this.free.push(...(await this.take(tx, Math.max(missing, few))));
  }

  /** The partition that the next span may go into: what is older is full. */
  async currentPartition(tx: SqlClient): Promise<number> {
    await this.prepare(tx, 0);
    await this.write(tx);
    return partitionOf(this.open?.id ?? (this.free[0] as number));
  }

  /** When the last span came into the current partition, in milliseconds since the epoch; null: none did. */
  async lastAt(tx: SqlClient): Promise<number | null> {
    const rows = await tx.query(
      `select (extract(epoch from max(last_at)) * 1000)::int8 as last_ms from span_block where workspace_id = $1 and id >= $2`,
      [this.workspaceId, firstBlockOf(await this.currentPartition(tx))],
    );
    const stored = decodeRows({ last_ms: orNull(INT8) }, rows)[0]?.last_ms ?? null;
    const known = [this.open?.lastAt ?? null, stored === null ? null : Number(stored)].filter((at) => at !== null);
    return known.length === 0 ? null : Math.max(...known);
  }

  /** Closes the block that is open, and begins a partition: what is stored so far can be dropped. */
  async seal(tx: SqlClient): Promise<void> {
    await this.prepare(tx, 0);
    await this.beginPartition(tx);
    await this.write(tx);
  }

  /** A block outside the order of arrival, with its partition; it is closed by `closeBlock`. */
  async extra(tx: SqlClient): Promise<number> {
    const [id] = (await this.take(tx, 1)) as [number];
    await makePartition(tx, partitionOf(id));
    await tx.query('insert into span_block (workspace_id, id) values ($1, $2)', [this.workspaceId, id]);
    return id;
  }

  /** Summarises a block that `extra` gave. */
  async closeExtra(tx: SqlClient, id: number): Promise<void> {
    await closeAgain(tx, this.workspaceId, id, this.codec, this.indexesText);
  }

  /** The block of the next span. */
  place(): OpenBlock {
    if (this.open && this.open.spans >= BLOCK_SPANS) {
      this.full.push(this.open);
      this.open = null;
    }
    if (!this.open) {
      const id = this.free.shift();
      if (id === undefined) throw new Error('no block was prepared for this span');
      this.open = new OpenBlock(id, this.indexesText);
      this.openedAt ??= this.now;
      this.fresh.add(id);
    }
    this.open.lastAt = this.now;
    return this.open;
  }

  /** Partitions for the blocks that are new; before their spans are copied. */
  async makePartitions(tx: SqlClient): Promise<void> {
    for (const id of this.fresh) {
      const partition = partitionOf(id);
      if (this.partitions.has(partition)) continue;
      await makePartition(tx, partition);
      this.partitions.add(partition);
    }
  }

  /** Writes the summaries of full blocks, and announces the open one; after the spans are copied. */
  async write(tx: SqlClient): Promise<void> {
    if (this.open && this.fresh.has(this.open.id)) {
      await tx.query('insert into span_block (workspace_id, id) values ($1, $2)', [this.workspaceId, this.open.id]);
    }
    for (const block of this.full) await closeBlock(tx, this.workspaceId, block);
    this.full = [];
  }

  private async take(tx: SqlClient, count: number): Promise<number[]> {
    const rows = await tx.query("select nextval('span_block_id')::int4 as id from generate_series(1, $1::int4)", [
      count,
    ]);
    const ids = decodeRows({ id: INT4 }, rows).map(({ id }) => id);
    this.last = ids.at(-1) ?? this.last;
    return ids;
  }

  /** Leaves what is left of the partition empty. */
  private async beginPartition(tx: SqlClient): Promise<void> {
    if (this.open) this.full.push(this.open);
    this.open = null;
    this.openedAt = null;
    const filled = partitionOf(this.free[0] ?? this.last);
    this.free = this.free.filter((id) => partitionOf(id) > filled);
    if (this.free.length > 0) return;
    const [next] = (await this.take(tx, 1)) as [number];
    if (partitionOf(next) > filled) this.free.push(next);
    else if (partitionOf(next + 1) === partitionOf(next)) {
      await this.take(tx, firstBlockOf(partitionOf(next) + 1) - 1 - next);
    }
  }

  private async isPartitionFull(tx: SqlClient): Promise<boolean> {
    const { bytes, spans } = this.share;
    const partition = partitionOf(this.last);
    if (this.last === 0) return false;
    if ((this.last - firstBlockOf(partition) + 1) * BLOCK_SPANS > spans) return true;
    return Number.isFinite(bytes) && (await partitionBytes(tx, SPAN_TABLES, partition)) > bytes;
  }

  /** When the newest partition began. */
  private async readOpenedAt(tx: SqlClient): Promise<number | null> {
    const rows = decodeRows(
      { id: INT4, opened_ms: INT8 },
      await tx.query(
        `select id, (extract(epoch from opened_at) * 1000)::int8 as opened_ms from span_block
         where workspace_id = $1 order by id desc limit ${PARTITION_BLOCKS}`,
        [this.workspaceId],
      ),
    );
    this.last = rows[0]?.id ?? 0;
    const opened = rows.filter(({ id }) => partitionOf(id) === partitionOf(this.last)).at(-1)?.opened_ms;
    return opened === undefined ? null : Number(opened);
  }
}

export async function makePartition(tx: SqlClient, partition: number): Promise<void> {
  const range = `for values from (${partition * PARTITION_BLOCKS}) to (${(partition + 1) * PARTITION_BLOCKS})`;
  await tx.query(`create table if not exists span_${partition} partition of span ${range}`);
  await tx.query(`create table if not exists span_payload_${partition} partition of span_payload ${range}`);
}

async function closeBlock(tx: SqlClient, workspaceId: number, block: OpenBlock): Promise<void> {
  await tx.query(
    `insert into span_block (workspace_id, id, closed, span_count, error_count, first_start_ns, last_start_ns, longest_ns,
       terms, bloom, last_at)
     values ($1, $2, true, $3, $4, $5, $6, $7, $8, $9, to_timestamp($10::float8 / 1000))
     on conflict (workspace_id, id) do update set closed = true, span_count = excluded.span_count,
       error_count = excluded.error_count, first_start_ns = excluded.first_start_ns, last_start_ns = excluded.last_start_ns,
       longest_ns = excluded.longest_ns, terms = excluded.terms, bloom = excluded.bloom,
       last_at = excluded.last_at`,
    [
      workspaceId,
      block.id,
      block.spans,
      block.errors,
      block.firstStartNs,
      block.lastStartNs,
      block.longestNs,
      encodeTerms([block.attributes, block.operations, block.resources, block.scopes]),
      block.bloom(),
      block.lastAt,
    ],
  );
  await tx.copyIn('operation_minute', MINUTE_COLUMNS, encodeMinutes(workspaceId, block));
  // The index over blocks does not look into pages that it has no summary of: it reads them all.
  await tx.query(`select brin_summarize_new_values('span_${partitionOf(block.id)}_workspace_id_block_id_idx')`);
}

const MINUTE_COLUMNS = [
  'workspace_id',
  'operation_id',
  'minute',
  'block_id',
  'spans',
  'errors',
  'duration_ns',
  'sketch',
];

function encodeMinutes(workspaceId: number, block: OpenBlock): Uint8Array {
  const copy = new CopyWriter(block.operations.size * 160);
  for (const { operationId, minute, spans, errors, durationNs, sketch } of block.operationMinutes()) {
    const bytes = sketch.encode();
    copy.row(MINUTE_COLUMNS.length);
    for (const value of [workspaceId, operationId, minute, block.id, spans, errors]) copy.int4(value);
    copy.int8(BigInt.asIntN(64, durationNs));
    copy.data(bytes, 0, bytes.length);
  }
  return copy.finish();
}

/** Blocks that were open when their writer ended, or whose summary was dropped: read again and summarised. */
export async function closeUnfinished(
  tx: SqlClient,
  workspaceId: number,
  codec: PayloadCodec,
  indexesText: IndexesText,
): Promise<void> {
  const rows = await tx.query('select id from span_block where workspace_id = $1 and not closed order by id', [
    workspaceId,
  ]);
  for (const { id } of decodeRows({ id: INT4 }, rows)) await closeAgain(tx, workspaceId, id, codec, indexesText);
}

/** Reads a block and summarises it; an empty one goes. */
async function closeAgain(
  tx: SqlClient,
  workspaceId: number,
  id: number,
  codec: PayloadCodec,
  indexesText: IndexesText,
): Promise<void> {
  const block = await readBlock(tx, workspaceId, id, codec, indexesText);
  await tx.query('delete from operation_minute where workspace_id = $1 and block_id = $2', [workspaceId, id]);
  if (block.spans > 0) await closeBlock(tx, workspaceId, block);
  else await tx.query('delete from span_block where workspace_id = $1 and id = $2', [workspaceId, id]);
}

const STORED = {
  start_ns: INT8,
  duration_ns: INT8,
  operation_id: INT4,
  resource_id: INT4,
  scope_id: INT4,
  status: INT4,
  attributes: INT4_ARRAY,
  payload_id: INT4,
  payload_index: INT4,
};

async function readBlock(
  tx: SqlClient,
  workspaceId: number,
  id: number,
  codec: PayloadCodec,
  indexesText: IndexesText,
): Promise<OpenBlock> {
  const block = new OpenBlock(id, indexesText);
  const payloads = await readPayloads(tx, codec, workspaceId, id, null);
  const rows = await tx.query(
    `select start_ns, duration_ns, operation_id, resource_id, scope_id, status::int4 as status, attributes, payload_id,
       payload_index::int4 as payload_index
     from span where workspace_id = $1 and block_id = $2`,
    [workspaceId, id],
  );
  for (const row of decodeRows(STORED, rows)) {
    const span: BlockSpan = {
      startNs: row.start_ns,
      durationNs: row.duration_ns,
      error: row.status === STATUS_ERROR,
      operationId: row.operation_id,
      resourceId: row.resource_id,
      scopeId: row.scope_id,
    };
    block.addSpan(span);
    const parts = payloads.get(row.payload_id)?.parts(row.payload_index) ?? [];
    for (const element of row.attributes) {
      block.attributes.add(element);
      if (element > 0) continue;
      const part = parts.shift();
      if (part) block.addPart(element, part, 0, part.length);
    }
  }
  return block;
}
