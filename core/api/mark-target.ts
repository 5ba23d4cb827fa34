/** What an annotation or a score is about: a trace, a span of it, or a session. */
export interface MarkTarget {
  /** 32 hex digits; null: a session. */
  readonly traceId: string | null;
  /** 16 hex digits; null: all of the trace. */
  readonly spanId: string | null;
  /** Null: a trace or a span. */
  readonly sessionId: string | null;
}
