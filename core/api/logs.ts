/** What is asked about log records. Times are RFC 3339 with nine fractional digits. */
import type { LogLevel } from '../model/log-level';
import type { Page } from './page';
import type { LogRecord } from './telemetry';

interface LogQueryRange {
  /** Words, fields such as `severity>=warn`, `service:web` and `http.status_code>=500`, `~"regular expressions"`, `-` for what must not be (docs/logs.md). */
  readonly query?: string | undefined;
  /** Time bounds, RFC 3339 or epoch nanoseconds; `from` inclusive, `to` exclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Milliseconds after which the answer is given as far as it is; 2,000 where it is left out. */
  readonly waitMs?: number | undefined;
}

export interface LogListQuery extends LogQueryRange {
  /** Records of this trace alone. */
  readonly traceId?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export interface LogPage extends Page<LogRecord> {
  readonly search: {
    /** False: time was up before the page was full. The cursor goes on from there. */
    readonly complete: boolean;
    /** How much of the time range was looked through, from 0 to 1. */
    readonly progress: number;
  };
}

export interface LogHistogramQuery extends LogQueryRange {
  readonly buckets?: number | undefined;
}

export interface LogHistogram {
  readonly from: string;
  readonly to: string;
  readonly bucketNs: number;
  /** By level and bucket. */
  readonly counts: Readonly<Record<LogLevel, readonly number[]>>;
  readonly total: number;
  /** False: time was up; older records are not counted yet. */
  readonly complete: boolean;
}

export interface LogFacetQuery extends LogQueryRange {
  /** Of a field, separated by commas: `level`, `service`, `scope`, `event`, `env`, or keys of attributes. Left out: these five, and the most frequent keys. */
  readonly fields?: string | undefined;
  /** Values of a field. */
  readonly limit?: number | undefined;
}

export interface LogFacets {
  /** Records that match. */
  readonly total: number;
  readonly facets: readonly LogFacet[];
  /** False: time was up; older records are not counted yet. */
  readonly complete: boolean;
}

export interface LogFacet {
  readonly field: string;
  /** The most frequent first. */
  readonly values: readonly { readonly value: string; readonly count: number }[];
  /** Records with values that are too many or too long to be counted one by one. */
  readonly uncounted: number;
}

export interface LogsAroundQuery {
  /** Records before and after, 100 at most. */
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  /** `same`: of the record's service alone. */
  readonly service?: 'same' | 'all' | undefined;
}

export interface LogsAround {
  /** Newest first, the record itself among them. */
  readonly data: readonly LogRecord[];
  /** False: time was up before all were found. */
  readonly complete: boolean;
}

/** Records that are looked at for patterns. */
export const MOST_PATTERN_RECORDS = 20_000;

export interface LogPatternQuery extends LogQueryRange {
  readonly limit?: number | undefined;
}

export interface LogPatterns {
  /** The most frequent first. */
  readonly patterns: readonly LogPattern[];
  /** Records that were looked at: the newest that match. */
  readonly looked: number;
  /** How many templates there are. */
  readonly total: number;
  /** False: older records were not looked at. */
  readonly complete: boolean;
}

export interface LogPattern {
  /** The message with `<*>` for what varies. */
  readonly template: string;
  readonly count: number;
  /** The highest level among them. */
  readonly level: LogLevel;
  readonly services: readonly string[];
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** The newest of them. */
  readonly sample: { readonly id: string; readonly message: string };
  /** A search that finds these, and perhaps a few more. */
  readonly query: string;
}
