/** A moment of a span. */
export interface StoredMark {
  readonly spanId: bigint;
  /** `clock`: what was sent as its times cannot be true, and it is placed where it arrived. */
  readonly kind: 'event' | 'exception' | 'link' | 'log' | 'error log' | 'clock';
  /** Epoch nanoseconds; null: a link, or a time in doubt, has none. */
  readonly timeNs: bigint | null;
  /** Of an event; of a log its message, cut short; of a clock what is wrong. */
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
