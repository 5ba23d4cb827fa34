import type { ErrorValue } from '../model/errors';
import type { KeyValue, OtlpResource, OtlpScope, PlainValue } from '../model/json-types';
import type { TraceSummary } from '../model/trace-summary';
import type { SpanDetail, StatusReport } from './contract';
import type { LogPage } from './logs';
import type { Page } from './page';
import type { SpanGroup } from './search';
import type { SessionSummary } from './session';
import type { LogRecord, MetricPoint, MetricSummary } from './telemetry';

export interface HttpError {
  readonly error: ErrorValue & {
    /** To be found in the log. */
    readonly requestId: string;
  };
}

/** The summary, and a page of its traces, oldest first. */
export interface SessionResource extends SessionSummary {
  readonly traces: Page<TraceSummary>;
}

export interface StatusResource extends StatusReport {
  /** Null: not listening. */
  readonly ports: { readonly otlpHttp: number | null; readonly otlpGrpc: number | null };
}

/** The summary and every span without payload, by start. */
export interface TraceResource extends TraceSummary {
  readonly spans: readonly SpanSummary[];
}

interface SpanSummary
  extends Pick<SpanDetail, 'spanId' | 'parentSpanId' | 'name' | 'service' | 'kind' | 'startTime' | 'durationNs'> {
  readonly status: SpanDetail['status']['code'];
}

/** Attributes as a map; integers beyond 2^53 as text, bytes as base64; of a repeated key the last value. */
export interface PlainAttributes {
  readonly [key: string]: PlainValue;
}

type Plain<T extends { readonly attributes: readonly KeyValue[] }> = Omit<T, 'attributes'> & {
  readonly attributes: PlainAttributes;
};
export type PlainEvent = Plain<SpanDetail['events'][number]>;
export type PlainLink = Plain<SpanDetail['links'][number]>;
export type PlainResource = Plain<OtlpResource & { readonly schemaUrl: string }>;
export type PlainScope = Plain<OtlpScope & { readonly schemaUrl: string }>;

/** Everything known of a span. */
export interface SpanResource
  extends Omit<SpanDetail, 'attributes' | 'events' | 'links' | 'resource' | 'scope' | 'raw'> {
  readonly attributes: PlainAttributes;
  readonly events: readonly PlainEvent[];
  readonly links: readonly PlainLink[];
  readonly resource: PlainResource;
  readonly scope: PlainScope;
  /** The span with its resource and scope as an OTLP/JSON request: every type exactly. */
  readonly raw: object;
}

export interface LogResource
  extends Omit<LogRecord, 'attributes' | 'body' | 'resource' | 'scope' | 'timeUnixNano' | 'observedTimeUnixNano'> {
  readonly attributes: PlainAttributes;
  readonly body: PlainValue;
  readonly resource: PlainResource;
  readonly scope: PlainScope;
  /** The record as OTLP/JSON. */
  readonly raw: object;
}

export interface LogPageResource extends Page<LogResource> {
  readonly search: LogPage['search'];
}

/** Newest first, the record itself among them. */
export interface LogsAroundResource {
  readonly data: readonly LogResource[];
  /** False: time was up before all were found. */
  readonly complete: boolean;
}

export interface MetricResource extends Omit<MetricSummary, 'metadata'> {
  readonly metadata: PlainAttributes;
}

export interface MetricPointResource extends Pick<MetricPoint, 'time' | 'startTime' | 'service'> {
  readonly attributes: PlainAttributes;
  /** Of gauges and sums: a number where it is exact, else text. */
  readonly value: number | string | null;
  readonly resource: PlainResource;
  readonly scope: PlainScope;
  /** The data point as OTLP/JSON. */
  readonly raw: object;
}

export interface GroupPage extends Page<SpanGroup> {
  /** False: time was up; older spans are not counted. */
  readonly complete: boolean;
}
