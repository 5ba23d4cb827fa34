/**
 * Blocks: runs of spans in the order of their arrival, some thousands each, with a summary of what they hold (open-block.ts).
 * A search asks the summaries which blocks to look into. The last block is open: it has no summary yet and is always looked
 * into. Blocks fill partitions of `span` and `span_payload`, so that old ones can be dropped and give their disk back (ADR 010).
 */

import type { PayloadCodec } from '../payloads/payloads';
import type { PartitionShare } from '../sql/partition-share';
import { decodeRows, INT4, INT8, orNull } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { closeAgain, closeBlock, closeUnfinished, type IndexesText } from './block-closing';
import { type Callee, EdgeFinder } from './edge-finder';
import { OpenBlock } from './open-block';
import { partitionBytes } from './record-partitions';
import {
  firstBlockOf,
  makePartition,
  PARTITION_BLOCKS,
  partitionOf,
  SPAN_TABLES,
  takePartition,
} from './span-partitions';
import { forgetSuperseded } from './superseded-counts';

/** Spans in a block: a scan of one takes a millisecond or two. */
const BLOCK_SPANS = 4_096;

/** Block numbers taken at once; those left when Spoor ends are taken again. */
const MIN_TAKEN = 8;
/** Of a span on disk, about. */
const SPAN_BYTES = 170;

/** The row of an open block says when a span came last, and is behind by no more. */
const MARK_EVERY_MS = 60_000;
const MARK_BLOCK = `update span_block set last_at = to_timestamp($3::float8 / 1000), marked_at = to_timestamp($4::float8 / 1000)
  where workspace_id = $1 and id = $2`;
const OPEN_BLOCK = `insert into span_block (workspace_id, id, opened_at, last_at, marked_at)
  select $1, $2, at, at, at from to_timestamp($3::float8 / 1000) as at`;

export class SpanBlocks {
  private open: OpenBlock | null = null;
  private loaded = false;
  /** Numbers taken and not used yet. */
  private free: number[] = [];
  private fresh = new Set<number>();
  private full: OpenBlock[] = [];
  private readonly partitions = new Set<number>();
  /** The highest number taken. */
  private last = 0;
  /** When the partition that is filled began, by the clock; null: not known. */
  private openedAt: number | null = null;
  private now = 0;
  /** When the open block was last said to have taken a span. */
  private markedAt = 0;

  constructor(
    private readonly workspaceId: number,
    private readonly codec: PayloadCodec,
    private readonly indexesText: IndexesText,
    private readonly share: PartitionShare,
    private readonly clock: () => number,
  ) {}

  committed(): void {
    this.fresh.clear();
    this.full = [];
  }

  /** Forgets everything: the transaction it was told of did not commit. What stands in the database is summarised anew. */
  rolledBack(): void {
    this.open = null;
    this.loaded = false;
    this.free = [];
    this.fresh.clear();
    this.full = [];
    this.partitions.clear();
    this.openedAt = null;
  }

  /** Makes sure that `place` has numbers for so many spans. */
  async prepare(tx: SqlClient, spans: number): Promise<void> {
    this.now = this.clock();
    if (!this.loaded) {
      await closeUnfinished(tx, this.workspaceId, this.codec, this.indexesText, this.now, MARK_EVERY_MS, true);
      this.openedAt = await this.readOpenedAt(tx);
      this.loaded = true;
    }
    if (this.openedAt !== null && this.now - this.openedAt > this.share.ageMs) this.beginPartition();
    const missing = Math.ceil(spans / BLOCK_SPANS) + 1 - this.free.length;
    if (missing <= 0) return;
    if (await this.isPartitionFull(tx)) this.beginPartition();
    const { spans: most, bytes } = this.share;
    const few = Math.min(MIN_TAKEN, Math.ceil(most / BLOCK_SPANS), Math.ceil(bytes / (BLOCK_SPANS * SPAN_BYTES)));
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
    this.beginPartition();
    await this.write(tx);
  }

  /** A block outside the order of arrival, with its partition; it is closed by `closeBlock`. */
  async extra(tx: SqlClient): Promise<number> {
    const [id] = (await this.take(tx, 1)) as [number];
    await makePartition(tx, partitionOf(id));
    await tx.execute(OPEN_BLOCK, [this.workspaceId, id, this.clock()]);
    return id;
  }

  /** Summarises a block that `extra` gave. */
  async closeExtra(tx: SqlClient, id: number): Promise<void> {
    await closeAgain(tx, this.workspaceId, id, this.codec, this.indexesText, new EdgeFinder(), this.clock());
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
      await tx.execute(OPEN_BLOCK, [this.workspaceId, this.open.id, this.open.lastAt], 'open block');
      this.markedAt = this.now;
    } else if (this.open && this.now - this.markedAt > MARK_EVERY_MS) {
      const { id, lastAt } = this.open;
      await tx.execute(MARK_BLOCK, [this.workspaceId, id, lastAt, lastAt], 'mark block');
      this.markedAt = this.now;
    }
    for (const block of this.full) {
      if (block.isBehind) {
        await closeAgain(tx, this.workspaceId, block.id, this.codec, this.indexesText, block.edges, block.lastAt);
      } else await closeBlock(tx, this.workspaceId, block);
    }
    this.full = [];
    this.fresh.clear();
  }

  /** The writer ends: the open block is marked with when its last span came, to the millisecond. */
  async rest(tx: SqlClient): Promise<void> {
    if (!this.open) return;
    const { id, lastAt } = this.open;
    await tx.execute(MARK_BLOCK, [this.workspaceId, id, lastAt, lastAt - MARK_EVERY_MS], 'mark block');
  }

  /** Summarises a closed block anew. @param edges that was shown the blocks before it */
  async rebuild(tx: SqlClient, id: number, edges: EdgeFinder): Promise<void> {
    await closeAgain(tx, this.workspaceId, id, this.codec, this.indexesText, edges, null);
    await forgetSuperseded(tx, this.workspaceId, id, id + 1, 'all');
  }

  /** Spans were taken out of a block: what is known of it is read again. */
  async countAgain(tx: SqlClient, id: number): Promise<void> {
    const rows = await tx.query('select 1 as one from span_block where workspace_id = $1 and id = $2 and closed', [
      this.workspaceId,
      id,
    ]);
    if (rows.length > 0) {
      await closeAgain(tx, this.workspaceId, id, this.codec, this.indexesText, null, null);
      await forgetSuperseded(tx, this.workspaceId, id, id + 1, 'all but calls');
    }
    // Before more is written, blocks that are open are read from their rows.
    else this.rolledBack();
  }

  /** Summarises a closed block anew that counts too much, if it is still there. */
  async tidy(tx: SqlClient, id: number): Promise<void> {
    const rows = await tx.query('select 1 as one from span_block where workspace_id = $1 and id = $2 and closed', [
      this.workspaceId,
      id,
    ]);
    if (rows.length > 0) await this.countAgain(tx, id);
  }

  /** Spans are taken out of blocks that are not closed: when they are, their rows are read. */
  lose(ids: ReadonlySet<number>): void {
    if (this.open && ids.has(this.open.id)) this.open.isBehind = true;
  }

  /** A call is counted by the open block, or no more. @param id of the block that counts it; null: the open one */
  countCall(id: number | null, callerId: number, callee: Callee, sign: 1 | -1): void {
    if (this.open && (id === null || id === this.open.id)) this.open.countCall(callerId, callee, sign);
  }

  /** The numbers that follow; those of a partition belong to one workspace, so that it can be dropped whole. */
  private async take(tx: SqlClient, count: number): Promise<number[]> {
    const ids: number[] = [];
    while (ids.length < count) {
      const isFirst = this.last === 0 || partitionOf(this.last + 1) !== partitionOf(this.last);
      this.last = isFirst ? firstBlockOf(await takePartition(tx)) : this.last + 1;
      ids.push(this.last);
    }
    return ids;
  }

  /** Leaves what is left of the partition empty. */
  private beginPartition(): void {
    if (this.open) this.full.push(this.open);
    this.open = null;
    this.openedAt = null;
    const filled = partitionOf(this.free[0] ?? this.last);
    this.free = this.free.filter((id) => partitionOf(id) > filled);
    if (this.free.length === 0 && this.last > 0) this.last = firstBlockOf(filled + 1) - 1;
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
