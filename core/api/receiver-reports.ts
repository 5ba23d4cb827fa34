/** What receivers say of themselves in the status, counted since the start. */
export interface RedactionReport {
  readonly total: number;
  readonly byRule: Readonly<Record<string, number>>;
}

/** What receivers refused or did not understand, since the start; whoever sent it was told. */
export interface RefusalReport {
  /** As a whole. */
  readonly requests: number;
  /** Spans, log records and data points that were left out of others. */
  readonly records: number;
  readonly last: { readonly time: string; readonly message: string } | null;
}

/** Requests sent on to another OTLP endpoint, since the start. */
export interface ForwardingReport {
  readonly url: string;
  readonly queued: number;
  readonly sent: number;
  /** Given up after the last attempt, or refused. */
  readonly failed: number;
  /** Not taken, because the queue was full. */
  readonly dropped: number;
  readonly lastError: string | null;
}
