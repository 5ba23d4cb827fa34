/** What services and their operations did over time, and who called whom. */
import type { DeploymentFilter } from '../model/deployment';
import type { PageQuery } from './page';

export interface ServiceMetricsQuery {
  /** Start times, RFC 3339 or epoch nanoseconds; known to the minute. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface OperationListQuery extends PageQuery {
  /** Only of this one. */
  readonly service?: string | undefined;
}

/** A deployment is that of who was called. */
export interface ServiceEdgeQuery extends ServiceMetricsQuery, DeploymentFilter, PageQuery {}

export interface RedQuery extends ServiceMetricsQuery, DeploymentFilter {
  readonly groupBy?: 'service' | 'operation' | undefined;
  /** Only of this one. */
  readonly service?: string | undefined;
  /** Length of a step in seconds, whole minutes; about sixty steps where it is left out. */
  readonly stepSeconds?: number | undefined;
}

/** Rate, errors and durations. */
export interface RedMetrics {
  readonly from: string;
  readonly to: string;
  readonly stepSeconds: number;
  /** Of all services: what each serves. */
  readonly total: RedSeries;
  /** The busiest first; as many as an answer holds. */
  readonly groups: readonly RedGroup[];
  /** The rest of the groups, added up; null: there are no more. */
  readonly other: OtherRed | null;
}

export interface OtherRed extends RedSeries {
  /** How many services or operations these are. */
  readonly count: number;
}

export interface RedSeries extends RedValues {
  /** One a step. */
  readonly steps: readonly RedValues[];
}

export interface RedGroup extends RedSeries {
  readonly service: string;
  /** Of groups by operation. */
  readonly operation: string | null;
  readonly kind: string | null;
}

/** Of requests: spans that serve (kind server or consumer), or that begin a trace. Of groups by operation: of all its spans. */
export interface RedValues {
  readonly spans: number;
  readonly errors: number;
  /** Of spans whose duration is known, within 1 %; null: there are none. */
  readonly p50Ns: number | null;
  readonly p95Ns: number | null;
  readonly p99Ns: number | null;
}

/** Calls of one service by another: spans whose parent is the caller's. */
export interface ServiceEdgeSummary {
  readonly caller: string;
  readonly callee: string;
  readonly calls: number;
  readonly errors: number;
  /** Whose duration is known; null: an older version counted some, and they are not counted anew yet. */
  readonly timedCalls: number | null;
  /** Of these; null: there are none, or they are not known. */
  readonly meanDurationNs: number | null;
  /** Of these, within 1 %. */
  readonly p95Ns: number | null;
}
