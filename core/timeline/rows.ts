/** Rows of a view of the timeline as they travel to the screen. */
import type { SpanKindName } from '../model/span-kind';

/** Rows [from, from + length) of a view as columns. */
export interface RowBlock {
  readonly version: number;
  /** Rows of the whole view. */
  readonly total: number;
  readonly from: number;
  readonly length: number;
  readonly spanId: BigUint64Array<ArrayBuffer>;
  readonly startNs: Float64Array<ArrayBuffer>;
  readonly durationNs: Float64Array<ArrayBuffer>;
  readonly selfNs: Float64Array<ArrayBuffer>;
  readonly depth: Uint32Array<ArrayBuffer>;
  /** Spans below it. */
  readonly descendants: Uint32Array<ArrayBuffer>;
  /** Of those, failed ones. */
  readonly errorsBelow: Uint32Array<ArrayBuffer>;
  /** ROW_* bits. */
  readonly flags: Uint8Array<ArrayBuffer>;
  /** Bit k: a vertical line at indent k, for k below 32. */
  readonly guides: Uint32Array<ArrayBuffer>;
  /** Index into `operations`. */
  readonly operation: Uint32Array<ArrayBuffer>;
  readonly operations: readonly RowOperation[];
  /** Critical path of row k: segments [criticalStart[k], criticalStart[k + 1]) of `criticalNs`, start and end by turns. */
  readonly criticalStart: Uint32Array<ArrayBuffer>;
  readonly criticalNs: Float64Array<ArrayBuffer>;
  /** The ancestors of the first row, outermost first, with their positions in the view. */
  readonly ancestors: readonly Ancestor[];
}

export const ROW_ERROR = 1;
export const ROW_ORPHAN = 2;
export const ROW_FOLDED = 4;
/** Matches the search; without one every row does. */
export const ROW_MATCH = 8;
export const ROW_SHIFTED = 16;
/** The root of a cycle that was cut open. */
export const ROW_CYCLE = 32;

export interface RowOperation {
  /** Cut at 300 characters. */
  readonly name: string;
  readonly service: string;
  readonly kind: SpanKindName;
  /** Palette entry. */
  readonly color: number;
}

export interface Ancestor {
  readonly position: number;
  readonly spanId: bigint;
  readonly depth: number;
  readonly failed: boolean;
  readonly operation: RowOperation;
}
