/** A moment of a span. */
export interface StoredMark {
  readonly spanId: bigint;
  readonly kind: 'event' | 'exception' | 'link' | 'log' | 'error log';
  /** Epoch nanoseconds; null: a link has no time. */
  readonly timeNs: bigint | null;
  /** Of an event; of a log its message, cut short. */
  readonly name: string;
}

/** A span whole, as it came: attributes, events, status and all. */
export interface StoredSpanMessage {
  readonly spanId: bigint;
  /** Name of its instrumentation scope. */
  readonly scope: string;
  /** A Span of OTLP, without its ids and times. */
  readonly message: Uint8Array<ArrayBuffer>;
  /** US dollars; null: it calls no model, or nobody knows the price. */
  readonly costUsd: number | null;
}
