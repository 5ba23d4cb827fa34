import type { PlainValue } from './json-types';

/** A log record as dialects read it, its attributes as plain values. */
export interface PlainLogRecord {
  /** Epoch nanoseconds; 0: not said. */
  readonly timeNs: bigint;
  readonly hasTrace: boolean;
  /** As sent; empty: none. */
  readonly eventName: string;
  readonly body: PlainValue;
  readonly attributes: { readonly [key: string]: PlainValue };
  readonly scopeName: string;
  readonly serviceName: string;
}
