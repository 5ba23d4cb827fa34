/** A span as the pointer finds it, or many behind one rectangle, or a node of the flame graph. */
export interface SpanFacts {
  readonly spanId: bigint;
  readonly name: string;
  readonly service: string;
  readonly kind: string;
  /** Null where time has no place: in the flame graph. */
  readonly startNs: number | null;
  /** Null: unknown. */
  readonly durationNs: number | null;
  readonly selfNs: number;
  readonly count: number;
  readonly errors: number;
  /** Spans below it; null: not known here. */
  readonly below: number | null;
  readonly at: { readonly x: number; readonly y: number; readonly withinPx: number; readonly heightPx: number };
}
