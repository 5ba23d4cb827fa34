import type { TraceSort } from './trace-list-query';

/** A search with a name, to come back to. */
export interface SavedView extends SavedViewEdit {
  readonly id: string;
  /** Grows with each change: who changes an older one is told so. */
  readonly version: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface SavedViewEdit {
  readonly name: string;
  /** TraceQL or words. */
  readonly query: string;
  /** `15m`, `24h`: up to now; null: all time, or `from` and `to`. */
  readonly last: string | null;
  /** RFC 3339. */
  readonly from: string | null;
  readonly to: string | null;
  /** Of `DeploymentFilter`; null: all. */
  readonly environment: string | null;
  readonly serviceVersion: string | null;
  readonly team: string | null;
  /** What spans are grouped by; null: traces one by one. */
  readonly groupBy: string | null;
  /** Null: newest first. */
  readonly sort: TraceSort | null;
  /** Of the table, by name; null: the usual. */
  readonly columns: readonly string[] | null;
  /** Above the table: `histogram`, `heatmap`, `scatter`; null: the first. */
  readonly chart: string | null;
}
