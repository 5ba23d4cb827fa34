/** The ancestors that stay at the top of the waterfall while their descendants scroll by. */
import type { RowAt } from '../../timeline/paint-waterfall';

const MAX_STICKY = 3;

export interface StickyRow {
  readonly position: number;
  readonly spanId: bigint;
}

/**
 * Positions of rows above `first` that the row at `first` hangs under, outermost first; the nearest MAX_STICKY of them.
 * @param rowAt null for rows that are not loaded
 */
export function stickyRows(first: number, rowAt: (position: number) => RowAt | null): StickyRow[] {
  // What sticks covers rows: the ancestors wanted are those of the first row that is not covered.
  let covered = 0;
  let found: StickyRow[] = [];
  for (let round = 0; round < MAX_STICKY + 1; round++) {
    found = ancestorsOf(first + covered, rowAt).filter(({ position }) => position < first + covered);
    const next = Math.min(found.length, MAX_STICKY);
    if (next <= covered) break;
    covered = next;
  }
  const above = found.filter(({ position }) => position < first + covered);
  return above.slice(-MAX_STICKY);
}

function ancestorsOf(position: number, rowAt: (position: number) => RowAt | null): StickyRow[] {
  const row = rowAt(position);
  if (!row) return [];
  const { block, k } = row;
  const ancestors: StickyRow[] = [];
  let depth = block.depth[k] as number;
  for (let above = k - 1; above >= 0 && depth > 0; above--) {
    if ((block.depth[above] as number) >= depth) continue;
    depth = block.depth[above] as number;
    ancestors.unshift({ position: block.from + above, spanId: block.spanId[above] as bigint });
  }
  for (let a = block.ancestors.length - 1; a >= 0 && depth > 0; a--) {
    const ancestor = block.ancestors[a];
    if (!ancestor || ancestor.depth >= depth || ancestor.position < 0) continue;
    depth = ancestor.depth;
    ancestors.unshift({ position: ancestor.position, spanId: ancestor.spanId });
  }
  return ancestors;
}
