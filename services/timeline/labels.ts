/** Names for the rectangles of lanes that are wide enough to hold one. */
import type { LanesBy, WindowRects } from '../../core/api/timeline';
import type { LaneRects } from '../../core/timeline/lane-window';
import type { TraceLook } from '../../core/timeline/trace-look';

/** In steps, each about a pixel. */
const MIN_WIDTH = 16;
const MAX_LABELS = 4_000;
const MAX_NAME = 120;

export function labelsOf(look: TraceLook, by: LanesBy, rects: LaneRects): Pick<WindowRects, 'labelled' | 'labels'> {
  const labelled: number[] = [];
  const labels: string[] = [];
  const { columns } = look;
  const operationOf = by === 'flame' ? look.flame.operation : columns.operation;
  for (let i = 0; i < rects.length && labelled.length < MAX_LABELS; i++) {
    if ((rects.x1[i] as number) - (rects.x0[i] as number) < MIN_WIDTH) continue;
    const operation = operationOf[rects.subject[i] as number] as number;
    labelled.push(i);
    labels.push((columns.operations[operation]?.name ?? '').slice(0, MAX_NAME));
  }
  return { labelled: Uint32Array.from(labelled), labels };
}
