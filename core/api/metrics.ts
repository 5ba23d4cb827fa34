/** Metrics over time, and the catalogue of them. */
import type { Aggregate } from '../metrics/aggregates';
import type { MetricHeatmap } from '../metrics/heatmap';
import type { Page } from './page';
import type { MetricSummary } from './telemetry';

export interface MetricCatalogueQuery {
  /** Words of the name. */
  readonly query?: string | undefined;
  /** What the sparklines show: RFC 3339 or epoch nanoseconds; from the first point to the newest where they are left out. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  /** Milliseconds after which the page ends where it is: 2,000 where it is left out. */
  readonly waitMs?: number | undefined;
}

export interface MetricCatalogueEntry {
  readonly metric: MetricSummary;
  /** What can be asked of it; the first is what its sparkline shows. */
  readonly aggregates: readonly Aggregate[];
  /** Attributes of its series; of very many series, of the newest. */
  readonly attributes: readonly MetricAttribute[];
  /** Null: all its points were removed. */
  readonly lastSeen: string | null;
  /** Of the newest point: a number, or how many values a histogram or summary counts; null: unknown. */
  readonly lastValue: number | null;
  readonly sparkline: readonly (number | null)[];
  /** It has more series or points than a sparkline reads. */
  readonly truncated: boolean;
}

export interface MetricAttribute {
  readonly key: string;
  /** How many values it has. */
  readonly values: number;
}

export interface MetricCatalogue extends Page<MetricCatalogueEntry> {
  /** False: time was up before the page was full; `nextCursor` goes on from there. */
  readonly complete: boolean;
}

export interface MetricSeriesQuery {
  /** RFC 3339 or epoch nanoseconds; from the first point, and up to now, where they are left out. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** About 120 steps where it is left out. */
  readonly stepSeconds?: number | undefined;
  /** Of what the metric has; the first of its catalogue entry where it is left out. */
  readonly aggregate?: Aggregate | undefined;
  /** Up to four attributes, separated by commas; `service`, and `resource.` before attributes of the resource. Left out: all series together. */
  readonly groupBy?: string | undefined;
  /** `attribute=value attribute!=value`, with quotes around what has spaces. */
  readonly filter?: string | undefined;
  /** Groups that are listed. */
  readonly limit?: number | undefined;
}

export interface MetricSeriesAnswer {
  readonly metric: MetricSummary;
  readonly aggregate: Aggregate;
  /** What else can be asked. */
  readonly aggregates: readonly Aggregate[];
  /** Of the values. */
  readonly unit: string;
  readonly from: string;
  readonly to: string;
  readonly stepNs: number;
  readonly groupBy: readonly string[];
  /** Of the series that the filter selects. */
  readonly attributes: readonly MetricAttribute[];
  /** The largest first. */
  readonly groups: readonly MetricGroup[];
  /** Of `heatmap`: all series together. */
  readonly heatmap: MetricHeatmap | null;
  /** Newest first; `exemplarCount` says how many there are. */
  readonly exemplars: readonly MetricExemplar[];
  readonly exemplarCount: number;
  /** Where counters began anew. */
  readonly resets: number;
  /** Values are estimated from buckets, and lie between the bounds of their group. */
  readonly estimated: boolean;
  /** What the values leave out or cannot say, in a sentence each. */
  readonly notes: readonly string[];
  readonly coverage: MetricCoverage;
  /** Some of what there is was left out: `coverage` says how much. */
  readonly truncated: boolean;
}

/** How much of what there is the answer is made of. */
interface MetricCoverage {
  /** Series that the filter selects, and those that were read. */
  readonly series: number;
  readonly seriesRead: number;
  readonly pointsRead: number;
  /** Groups that there are among the series read: at least so many where `groupsAtLeast`. */
  readonly groups: number;
  readonly groupsAtLeast: boolean;
}

/** Null: there is none on that side. */
interface MetricBounds {
  readonly low: number | null;
  readonly high: number | null;
}

export interface MetricGroup {
  readonly labels: Readonly<Record<string, string>>;
  /** Series in it. */
  readonly series: number;
  /** By step; null: no value, as in a gap. */
  readonly values: readonly (number | null)[];
  /** Of estimates: between what each lies. */
  readonly bounds: readonly (MetricBounds | null)[] | null;
}

export interface MetricExemplar {
  readonly time: string;
  readonly value: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly labels: Readonly<Record<string, string>>;
}
