/** What to look for in the list of traces. */
export interface TraceListQuery {
  /** TraceQL, or words with `service:NAME`, `status:error|ok`, `duration>200ms`, `key:value`. */
  readonly query?: string | undefined;
  /** Start time bounds, RFC 3339 or epoch nanoseconds; `from` inclusive, `to` exclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  /** How long to look for a full page, in milliseconds. */
  readonly waitMs?: number | undefined;
}
