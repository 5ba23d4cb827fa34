/** In which times a search has to look: those of the blocks that may have a match (blocks/log-blocks.ts). */
import { BOOL, decodeRows, INT8 } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

/** Epoch nanoseconds; from inclusive, to exclusive; null: no bound. */
export interface LogRange {
  readonly from: bigint | null;
  readonly to: bigint | null;
}

/** Both inclusive. */
export interface BlockSpan {
  readonly from: bigint;
  readonly to: bigint;
}

/**
 * Of a partition with more records than its blocks: a version that knew no blocks wrote there, beside this one or before it. Its whole time
 * is looked at.
 */
const UNCOUNTED = `
  select t.first_ns, t.last_ns, true, 0 from record_partition p
  cross join lateral (select min(l.time_ns) as first_ns, max(l.time_ns) as last_ns from log_record l
    where l.workspace_id = p.workspace_id and l.partition_id = p.id) t
  where p.workspace_id = $1 and p.signal = 'logs' and p.records > (select coalesce(sum(b.records), 0) from log_block b
    where b.workspace_id = p.workspace_id and b.partition_id = p.id)`;

/** Oldest first, apart from each other. @param block SQL over `log_block b` */
export async function spansOfBlocks(
  sql: SqlClient,
  workspaceId: number,
  block: string,
  { from, to }: LogRange,
): Promise<BlockSpan[]> {
  const rows = await sql.query(
    `select first_ns, last_ns, may from (
       select b.first_ns, b.last_ns, (b.grams is null or coalesce(${block}, true)) as may, b.id from log_block b
       where b.workspace_id = $1
       union all ${UNCOUNTED}
     ) s where first_ns is not null ${from === null ? '' : `and last_ns >= ${from}`} ${to === null ? '' : `and first_ns < ${to}`}
     order by first_ns, id`,
    [workspaceId],
  );
  return joinedSpans(
    decodeRows({ first_ns: INT8, last_ns: INT8, may: BOOL }, rows).map((row) => ({
      from: row.first_ns,
      to: row.last_ns,
      may: row.may,
    })),
  );
}

/** Neighbours are one: between two that may have matches nothing is won by a gap. @param blocks by their beginning */
export function joinedSpans(blocks: readonly (BlockSpan & { readonly may: boolean })[]): BlockSpan[] {
  const spans: { from: bigint; to: bigint }[] = [];
  let isNeighbour = false;
  for (const { from, to, may } of blocks) {
    const last = spans.at(-1);
    if (may && last && (isNeighbour || from <= last.to)) {
      if (to > last.to) last.to = to;
    } else if (may) spans.push({ from, to });
    isNeighbour = may;
  }
  return spans;
}
