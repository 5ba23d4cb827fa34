import type { DeploymentFilter } from '../model/deployment';

/** What a list can be sorted by; `-`: the greatest first. Traces of unknown duration come last in both orders of `durationNs`. */
export const TRACE_SORTS = [
  '-startTime',
  'startTime',
  '-durationNs',
  'durationNs',
  '-spanCount',
  'spanCount',
  '-errorCount',
  'errorCount',
] as const;
export type TraceSort = (typeof TRACE_SORTS)[number];
export const NEWEST_FIRST: TraceSort = '-startTime';

/** What to look for in the list of traces. */
export interface TraceListQuery extends DeploymentFilter {
  /** TraceQL, or words with `service:NAME`, `status:error|ok`, `duration>200ms`, `key:value`. */
  readonly query?: string | undefined;
  /** Start time bounds, RFC 3339 or epoch nanoseconds; `from` inclusive, `to` exclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Newest first where it is left out. In any other order nothing is given until all that match are known. */
  readonly sort?: TraceSort | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  /** How long to look for a full page, in milliseconds. */
  readonly waitMs?: number | undefined;
}
