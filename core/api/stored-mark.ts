/** A moment of a span. */
export interface StoredMark {
  readonly spanId: bigint;
  readonly kind: 'event' | 'exception' | 'link' | 'log' | 'error log';
  /** Epoch nanoseconds; null: a link has no time. */
  readonly timeNs: bigint | null;
  /** Of an event; of a log its message, cut short. */
  readonly name: string;
}
