/** Partitions of spans: ranges of blocks, which can be dropped and give their disk back (ADR 010). */
import { addPartition } from '../sql/add-partition';
import { decodeRows, INT4 } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

/** Blocks in a partition at most: half a million spans. */
export const PARTITION_BLOCKS = 128;

/** Tables that a partition of spans has a part of. */
export const SPAN_TABLES: readonly string[] = ['span', 'span_payload'];

export function partitionOf(blockId: number): number {
  return Math.floor(blockId / PARTITION_BLOCKS);
}

/** The number of its first block. */
export function firstBlockOf(partition: number): number {
  return partition * PARTITION_BLOCKS;
}

/** The number of a partition that no workspace fills yet. */
export async function takePartition(tx: SqlClient): Promise<number> {
  const rows = await tx.query("select nextval('span_partition_id')::int4 as id");
  return decodeRows({ id: INT4 }, rows)[0]?.id as number;
}

export async function makePartition(tx: SqlClient, partition: number): Promise<void> {
  for (const table of SPAN_TABLES) {
    await addPartition(tx, table, partition, firstBlockOf(partition), firstBlockOf(partition + 1));
  }
}
