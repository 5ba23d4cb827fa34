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

/** Oldest first, apart from each other. @param block SQL over `log_block b` */
export async function spansOfBlocks(
  sql: SqlClient,
  workspaceId: number,
  block: string,
  { from, to }: LogRange,
): Promise<BlockSpan[]> {
  const rows = await sql.query(
    `select b.first_ns, b.last_ns, (b.grams is null or coalesce(${block}, true)) as may from log_block b
     where b.workspace_id = $1 ${from === null ? '' : `and b.last_ns >= ${from}`} ${to === null ? '' : `and b.first_ns < ${to}`}
     order by b.first_ns, b.id`,
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
