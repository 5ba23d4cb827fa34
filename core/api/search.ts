/** What a search for traces gives (TraceListQuery). */

import type { DeploymentFilter } from '../model/deployment';
import type { StatusCodeName } from '../model/span-kind';
import type { TraceSummary } from '../model/trace-summary';
import type { Page } from './page';
import type { TraceListQuery } from './trace-list-query';

export interface TraceListPage extends Page<TraceMatchSummary> {
  readonly search: SearchReport;
}

interface SearchReport {
  /** The query as TraceQL: what was typed as words, too. */
  readonly traceql: string;
  /** False: time was up before the page was full. The cursor goes on from there. */
  readonly complete: boolean;
  /** How much was looked through, from 0 to 1. */
  readonly progress: number;
}

export interface TraceMatchSummary extends TraceSummary {
  /** How many of its spans match. */
  readonly matchedSpans: number;
  /** The first of them; none where the trace as a whole decided. */
  readonly spans: readonly MatchedSpan[];
}

export interface MatchedSpan {
  readonly spanId: string;
  readonly name: string;
  readonly service: string;
  readonly startTime: string;
  readonly durationNs: number | null;
  readonly status: StatusCodeName;
  /** What `select` and `by` asked to see, as text. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** `POST /v1/query`: TraceQL as it stands, a search or a metric. */
export interface QueryRequest extends TraceListQuery {
  /** Of metrics: length of a step; about sixty of them where it is left out. */
  readonly stepNs?: number | undefined;
}

/** What a metric of TraceQL gives: numbers over time, newest counted first. */
export interface MetricResult {
  readonly from: string;
  readonly to: string;
  readonly stepNs: number;
  /** Of the values: counts, counts per second, nanoseconds, or whatever the attribute is in. */
  readonly unit: 'count' | 'per second' | 'ns' | 'attribute';
  readonly series: readonly MetricSeries[];
  /** False: time was up; older steps are not counted yet. */
  readonly complete: boolean;
}

export interface MetricSeries {
  /** By field as the query names it; `p` of a quantile, `bucket` of a histogram, `set` of a comparison. */
  readonly labels: Readonly<Record<string, string>>;
  /** One a step; null: no span. */
  readonly values: readonly (number | null)[];
}

export type QueryResult = ({ readonly kind: 'traces' } & TraceListPage) | ({ readonly kind: 'metrics' } & MetricResult);

export interface GroupQuery extends DeploymentFilter {
  /** TraceQL or words. */
  readonly query?: string | undefined;
  /** A field as TraceQL names it. */
  readonly by: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly waitMs?: number | undefined;
}

/** The largest groups first, two hundred at most. */
export interface SpanGroups {
  readonly groups: readonly SpanGroup[];
  /** False: time was up; older spans are not counted. */
  readonly complete: boolean;
}

export interface SpanGroup {
  /** `nil`: the spans that have no such field. */
  readonly value: string;
  readonly spans: number;
  readonly errors: number;
  /** Of spans whose duration is known, within 2 %; null: there are none. */
  readonly p50Ns: number | null;
  readonly p95Ns: number | null;
}
