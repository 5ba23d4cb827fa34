import { ROW_PX } from '../../timeline/paint-waterfall';

/**
 * Where to scroll so that a row is seen. A step at the edge scrolls by that step; a jump lands in the middle, where its
 * surroundings show.
 * @param coveredPx height of what sticks to the top
 */
export function revealScroll(rowTopPx: number, scrollPx: number, heightPx: number, coveredPx: number): number {
  if (rowTopPx >= scrollPx + coveredPx && rowTopPx + ROW_PX <= scrollPx + heightPx) return scrollPx;
  const isStep = rowTopPx > scrollPx - 2 * ROW_PX && rowTopPx < scrollPx + heightPx + ROW_PX;
  if (!isStep) return rowTopPx - heightPx / 2;
  return rowTopPx < scrollPx + coveredPx ? rowTopPx - coveredPx : rowTopPx + ROW_PX - heightPx;
}
