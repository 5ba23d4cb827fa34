/** Which blocks a condition has to be looked for in, newest first, and what is known of their payloads. */
import type { BlockSummary, Blocks } from '../blocks/block-summaries';
import { LONG_TRACE_NS } from '../sql/crossing-traces';
import type { BlockFilters } from './block-filters';
import {
  blockMayMatch,
  hashesIn,
  type IdLeaf,
  type PayloadMay,
  payloadMayMatch,
  type SpanCondition,
} from './span-condition';

/** Epoch nanoseconds; `from` inclusive, `to` exclusive; null: no bound. */
export interface TimeRange {
  readonly from: bigint | null;
  readonly to: bigint | null;
}

const MAX_INT8 = 2n ** 63n - 1n;

/** Whether a trace overlaps the range: that is what a time range asks for. */
export function overlaps(
  { start_ns, end_ns }: { readonly start_ns: bigint; readonly end_ns: bigint },
  { from, to }: TimeRange,
): boolean {
  return (from === null || end_ns >= from) && (to === null || start_ns < to);
}

/** When spans of traces that start in this range may start. */
export function spanRange({ from, to }: TimeRange): TimeRange {
  if (to === null) return { from, to };
  return { from, to: to > MAX_INT8 - LONG_TRACE_NS ? MAX_INT8 : to + LONG_TRACE_NS };
}

export interface PlannedBlock {
  readonly id: number;
  /** Null of a block that is still written to. */
  readonly summary: BlockSummary | null;
  /** No span of it starts later; null: unknown. */
  readonly lastStartNs: bigint | null;
  /** Whether the filter over its payloads may hold a hash. */
  bloomMay: (hash: number) => boolean;
}

const MAYBE = (): boolean => true;

/** By what is in memory only. */
export function planBlocks(
  { closed, open }: Blocks,
  condition: SpanCondition,
  { from, to }: TimeRange,
): PlannedBlock[] {
  const planned = closed
    .filter(
      ({ firstStartNs, lastStartNs }) => (from === null || lastStartNs >= from) && (to === null || firstStartNs < to),
    )
    .filter((block) => blockMayMatch(condition, block, MAYBE))
    .map((summary): PlannedBlock => {
      return { id: summary.id, summary, lastStartNs: summary.lastStartNs, bloomMay: MAYBE };
    })
    .sort((a, b) => compareBigints(b.lastStartNs as bigint, a.lastStartNs as bigint));
  return [...open.map((id) => ({ id, summary: null, lastStartNs: null, bloomMay: MAYBE })), ...planned];
}

/** Leaves out blocks by the filters over their payloads. */
export async function refineByBloom(
  filters: BlockFilters,
  condition: SpanCondition,
  blocks: readonly PlannedBlock[],
): Promise<PlannedBlock[]> {
  const hashes = [...new Set(hashesIn(condition))];
  const closed = blocks.flatMap(({ summary }) => summary ?? []);
  if (hashes.length === 0 || closed.length === 0) return [...blocks];
  const may = await filters.of(closed, hashes);
  return blocks.filter((block) => {
    if (!block.summary) return true;
    block.bloomMay = (hash) => may(block.id, hash);
    return blockMayMatch(condition, block.summary, block.bloomMay);
  });
}

/** Of the payloads of all these blocks together. */
export function payloadMayIn(blocks: readonly PlannedBlock[]): PayloadMay {
  const known = new Map<IdLeaf, boolean>();
  return (leaf) => {
    let may = known.get(leaf);
    if (may === undefined) {
      may = blocks.some(({ summary, bloomMay }) => !summary || payloadMayMatch(leaf, summary, bloomMay));
      known.set(leaf, may);
    }
    return may;
  };
}

export function compareBigints(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
