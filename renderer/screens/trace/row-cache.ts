/**
 * The rows of one view of a trace, fetched in blocks around what is on screen. A cache never changes its view: a new view is a new
 * cache, and the old one is painted until the new one has what is needed.
 */
import type { RowBlock } from '../../../core/timeline/rows';
import type { RowAt } from '../../timeline/paint-waterfall';

const BLOCK_ROWS = 200;
const MAX_BLOCKS = 60;
/** Blocks asked for at once: while the scroll bar is dragged, what it passed by is not worth waiting for. */
const MAX_IN_FLIGHT = 2;

export class RowCache {
  total = 0;
  version = -1;
  private readonly blocks = new Map<number, RowBlock>();
  private readonly inFlight = new Set<number>();
  private stopped = false;
  private wanted: readonly [first: number, last: number] = [0, -1];

  constructor(
    private readonly load: (from: number, to: number) => Promise<RowBlock>,
    private readonly onChange: () => void,
  ) {}

  rowAt(position: number): RowAt | null {
    const block = this.blocks.get(Math.floor(position / BLOCK_ROWS));
    const k = position - (block?.from ?? 0);
    return block && k >= 0 && k < block.length ? { block, k } : null;
  }

  /** The position of a span among rows [first, end), or -1. */
  find(spanId: bigint, first: number, end: number): number {
    for (let position = first; position < end; position++) {
      const row = this.rowAt(position);
      if (row && row.block.spanId[row.k] === spanId) return position;
    }
    return -1;
  }

  /** Of those of rows [first, end) that are loaded. */
  spanIds(first: number, end: number): bigint[] {
    const ids: bigint[] = [];
    for (let position = first; position < end; position++) {
      const row = this.rowAt(position);
      if (row) ids.push(row.block.spanId[row.k] as bigint);
    }
    return ids;
  }

  /** Rows [first, end) are on screen: fetches them and some around. */
  want(first: number, end: number): void {
    const margin = end - first;
    this.wanted = [
      Math.floor(Math.max(first - margin, 0) / BLOCK_ROWS),
      Math.floor(Math.max(Math.min(end + margin, this.total) - 1, 0) / BLOCK_ROWS),
    ];
    this.fetchWanted();
  }

  /** As `want`, resolving when rows [first, end) are there. */
  async ready(first: number, end: number): Promise<void> {
    const from = Math.floor(Math.max(first, 0) / BLOCK_ROWS);
    const last = Math.floor(Math.max(end - 1, 0) / BLOCK_ROWS);
    for (let block = from; block <= last; block++) {
      if (block > from && block * BLOCK_ROWS >= this.total) return;
      await this.fetch(block);
    }
  }

  /** Asks for nothing more: a late call would load a trace again that was closed. */
  stop(): void {
    this.stopped = true;
  }

  private fetchWanted(): void {
    if (this.stopped) return;
    const [first, last] = this.wanted;
    for (let block = first; block <= last && this.inFlight.size < MAX_IN_FLIGHT; block++) {
      if (this.blocks.has(block) || this.inFlight.has(block)) continue;
      void this.fetch(block).then(
        () => {
          this.onChange();
          this.fetchWanted();
        },
        // The connection is lost: asked for again with the next paint after it is back.
        () => {},
      );
    }
  }

  private async fetch(number: number): Promise<void> {
    if (this.blocks.has(number)) return;
    this.inFlight.add(number);
    try {
      const block = await this.load(number * BLOCK_ROWS, (number + 1) * BLOCK_ROWS);
      this.total = block.total;
      this.version = block.version;
      this.blocks.set(number, block);
      if (this.blocks.size > MAX_BLOCKS) this.forgetFarthest(number);
    } finally {
      this.inFlight.delete(number);
    }
  }

  private forgetFarthest(from: number): void {
    let farthest = from;
    for (const number of this.blocks.keys()) {
      if (Math.abs(number - from) > Math.abs(farthest - from)) farthest = number;
    }
    this.blocks.delete(farthest);
  }
}
