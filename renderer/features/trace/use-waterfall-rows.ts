import { useMemo } from 'react';
import { visibleRows } from '../../../core/timeline/trace-tree';
import { useTraceView } from '../../stores/trace-view-store';
import type { LoadedTrace } from './use-trace';

export interface WaterfallRows {
  /** Rows on show, folded subtrees left out. */
  readonly rows: Uint32Array;
  readonly collapsed: ReadonlySet<number>;
  /** Unfolded to be visible, if need be. */
  readonly selectedRow: number | null;
}

/** Span ids of the view state as rows of this tree. */
export function useWaterfallRows({ columns, tree }: LoadedTrace): WaterfallRows {
  const { selected, collapsed: collapsedIds } = useTraceView();
  const selectedRow = useMemo(() => {
    const index = selected === null ? -1 : columns.spanId.indexOf(selected);
    return index < 0 ? null : (tree.rowOf[index] as number);
  }, [selected, columns, tree]);
  const collapsed = useMemo(() => {
    const folded = new Set<number>();
    if (collapsedIds.size > 0) {
      for (let row = 0; row < tree.length; row++) {
        if (collapsedIds.has(columns.spanId[tree.span[row] as number] as bigint)) folded.add(row);
      }
    }
    // A span that was jumped to must be on show.
    for (let row = selectedRow ?? -1; row >= 0; row = tree.parentRow[row] as number) {
      if (row !== selectedRow) folded.delete(row);
    }
    return folded;
  }, [collapsedIds, columns, tree, selectedRow]);
  const rows = useMemo(() => visibleRows(tree, collapsed), [tree, collapsed]);
  return { rows, collapsed, selectedRow };
}
