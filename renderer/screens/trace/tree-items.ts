/**
 * The rows on screen for those who do not see the canvas: an ARIA tree laid over it, without a look of its own. A screen reader
 * hears name, service, duration and status; a click lands on the row.
 */

import { formatDuration, plural } from '../../../core/model/format';
import { knownDuration } from '../../../core/model/time';
import { ROW_ERROR, ROW_FOLDED, type RowBlock } from '../../../core/timeline/rows';
import type { TimeWindow } from '../../../core/timeline/time-window';
import { ROW_PX, type RowAt } from '../../timeline/paint-waterfall';

export interface TreeItemsFrame {
  readonly firstRow: number;
  readonly endRow: number;
  readonly offsetPx: number;
  readonly total: number;
  readonly selected: bigint | null;
  /** The time on screen, and all there is. */
  readonly window: TimeWindow;
  readonly whole: TimeWindow;
  readonly rowAt: (position: number) => RowAt | null;
}

export class TreeItems {
  private readonly items: HTMLElement[] = [];

  constructor(private readonly tree: HTMLElement) {}

  update({ firstRow, endRow, offsetPx, total, selected, window, whole, rowAt }: TreeItemsFrame): void {
    let used = 0;
    let active = '';
    for (let position = firstRow; position < endRow; position++) {
      const row = rowAt(position);
      if (!row) continue;
      const item = this.item(used++);
      const isSelected = row.block.spanId[row.k] === selected;
      label(item, row.block, row.k, isSelected);
      item.id = `row-${position}`;
      item.setAttribute('aria-posinset', String(position + 1));
      item.setAttribute('aria-setsize', String(total));
      item.style.transform = `translateY(${(position - firstRow) * ROW_PX - offsetPx}px)`;
      if (isSelected) active = item.id;
    }
    while (this.items.length > used) this.items.pop()?.remove();
    set(this.tree, 'aria-description', showing(window, whole));
    if (active === '') this.tree.removeAttribute('aria-activedescendant');
    else this.tree.setAttribute('aria-activedescendant', active);
  }

  private item(k: number): HTMLElement {
    const known = this.items[k];
    if (known) return known;
    const item = document.createElement('div');
    item.setAttribute('role', 'treeitem');
    item.className = 'absolute inset-x-0 top-0 h-[26px] cursor-default';
    this.tree.append(item);
    this.items.push(item);
    return item;
  }
}

function showing(window: TimeWindow, whole: TimeWindow): string {
  const after = (ns: number): string => formatDuration(ns - whole.startNs);
  return `Shows ${after(window.startNs)} to ${after(window.endNs)} of ${after(whole.endNs)}`;
}

function label(item: HTMLElement, block: RowBlock, k: number, selected: boolean): void {
  const flags = block.flags[k] as number;
  const operation = block.operations[block.operation[k] as number];
  const descendants = block.descendants[k] as number;
  const errorsBelow = block.errorsBelow[k] as number;
  const parts = [
    operation?.name || 'unnamed',
    operation?.service || 'unknown service',
    formatDuration(knownDuration(block.durationNs[k] as number)),
  ];
  if (flags & ROW_ERROR) parts.push('error');
  if (flags & ROW_FOLDED && errorsBelow > 0) parts.push(`${plural(errorsBelow, 'error')} inside`);
  set(item, 'aria-label', parts.join(', '));
  set(item, 'aria-level', String((block.depth[k] as number) + 1));
  set(item, 'aria-selected', String(selected));
  if (descendants > 0) set(item, 'aria-expanded', String((flags & ROW_FOLDED) === 0));
  else item.removeAttribute('aria-expanded');
}

function set(item: HTMLElement, name: string, value: string): void {
  if (item.getAttribute(name) !== value) item.setAttribute(name, value);
}
