/**
 * Blocks: runs of spans in the order of their arrival, some thousands each, with a summary of what they hold (open-block.ts).
 * A search asks the summaries which blocks to look into. The last block is open: it has no summary yet and is always looked
 * into. Blocks fill partitions of `span` and `span_payload`, so that old ones can be dropped and give their disk back (ADR 010).
 */

import { STATUS_ERROR } from '../model/span-kind';
import { encodeTerms } from './block-terms';
import { CopyWriter } from './copy-binary';
import { type BlockSpan, OpenBlock } from './open-block';
import { Payload, type PayloadCodec } from './payloads';
import { BYTEA, decodeRows, INT4, INT4_ARRAY, INT8 } from './row-spec';
import type { SqlClient } from './sql-client';

/** Spans in a block: a scan of one takes a millisecond or two. */
const BLOCK_SPANS = 4_096;
/** Blocks in a partition: half a million spans. */
const PARTITION_BLOCKS = 128;

/** Block numbers taken from the sequence at once; those left at the end are lost. */
const MIN_TAKEN = 8;

/** Whether the words of an attribute's values are searched, by `attribute_key.id`. */
export type IndexesText = (keyId: number) => boolean;

export function partitionOf(blockId: number): number {
  return Math.floor(blockId / PARTITION_BLOCKS);
}

export class SpanBlocks {
  private open: OpenBlock | null = null;
  private loaded = false;
  /** Numbers taken from the sequence and not used yet. */
  private free: number[] = [];
  private fresh = new Set<number>();
  private full: OpenBlock[] = [];
  private readonly partitions = new Set<number>();

  constructor(
    private readonly workspaceId: number,
    private readonly codec: PayloadCodec,
    private readonly indexesText: IndexesText,
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
  }

  /** Makes sure that `place` has numbers for so many spans. */
  async prepare(tx: SqlClient, spans: number): Promise<void> {
    if (!this.loaded) {
      await closeUnfinished(tx, this.workspaceId, this.codec, this.indexesText);
      this.loaded = true;
    }
    const missing = Math.ceil(spans / BLOCK_SPANS) + 1 - this.free.length;
    if (missing <= 0) return;
    const wanted = Math.max(missing, MIN_TAKEN);
    const rows = await tx.query("select nextval('span_block_id')::int4 as id from generate_series(1, $1::int4)", [
      wanted,
    ]);
    for (const { id } of decodeRows({ id: INT4 }, rows)) this.free.push(id);
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
      this.fresh.add(id);
    }
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
       terms, bloom)
     values ($1, $2, true, $3, $4, $5, $6, $7, $8, $9)
     on conflict (workspace_id, id) do update set closed = true, span_count = excluded.span_count,
       error_count = excluded.error_count, first_start_ns = excluded.first_start_ns, last_start_ns = excluded.last_start_ns,
       longest_ns = excluded.longest_ns, terms = excluded.terms, bloom = excluded.bloom`,
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
  for (const { id } of decodeRows({ id: INT4 }, rows)) {
    const block = await readBlock(tx, workspaceId, id, codec, indexesText);
    await tx.query('delete from operation_minute where workspace_id = $1 and block_id = $2', [workspaceId, id]);
    if (block.spans > 0) await closeBlock(tx, workspaceId, block);
    else await tx.query('delete from span_block where workspace_id = $1 and id = $2', [workspaceId, id]);
  }
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
  const payloads = new Map(
    decodeRows(
      { id: INT4, data: BYTEA },
      await tx.query('select id, data from span_payload where workspace_id = $1 and block_id = $2', [workspaceId, id]),
    ).map((payload) => [payload.id, new Payload(codec.unpack(payload.data))]),
  );
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
