/**
 * What the renderer, the HTTP API and the command line may ask. One implementation (`workers/gateway`) answers all of them,
 * over a MessagePort, a WebSocket or REST. Times are RFC 3339 with nine fractional digits, durations nanoseconds.
 */

import type { DeploymentFilter } from '../model/deployment';
import type { KeyValue } from '../model/json-types';
import type { SpanKindName, StatusCodeName } from '../model/span-kind';
import type { CappedReport } from './capped';
import type { ForwardingReport, RedactionReport, RefusalReport } from './receiver-reports';
import type { PruningReport, Retention, RetentionReport } from './retention';
import type { UnresponsivePart } from './unresponsive-part';

export interface HistogramQuery extends DeploymentFilter {
  readonly query?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly buckets?: number | undefined;
  readonly waitMs?: number | undefined;
}

export interface Histogram {
  readonly from: string;
  readonly to: string;
  readonly bucketNs: number;
  /** What is counted: traces, or the spans that the query asks for, by when they started. */
  readonly of: 'traces' | 'spans';
  /** One entry a bucket, empty ones too. */
  readonly counts: readonly number[];
  /** Of these, traces that failed, or spans with an error. */
  readonly errors: readonly number[];
  /** False: time was up; older buckets are not counted yet. */
  readonly complete: boolean;
}

/** What a histogram counts, by duration as well. */
export interface Heatmap {
  readonly from: string;
  readonly to: string;
  readonly bucketNs: number;
  readonly of: 'traces' | 'spans';
  /** Cells that are not empty, in no order. */
  readonly cells: readonly HeatmapCell[];
  /** Traces or spans that are in no cell, because it is unknown how long they took. */
  readonly ofUnknownDuration: number;
  /** False: time was up; older buckets are not counted yet. */
  readonly complete: boolean;
}

export interface HeatmapCell {
  readonly bucket: number;
  /** Durations from 2^(band / 2) ns to 2^((band + 1) / 2) ns; band 0 has those of at most a nanosecond, too. */
  readonly band: number;
  readonly count: number;
  readonly errors: number;
}

export interface SpanDetail {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: SpanKindName;
  readonly service: string;
  readonly startTime: string;
  /** Null: it has not been sent. */
  readonly endTime: string | null;
  /** Null: its end has not been sent, cannot be true, or lies before its start. */
  readonly durationNs: number | null;
  /** What was sent as its times, where they cannot be true (0, milliseconds, far in the future): it is placed where it arrived. */
  readonly sentTimes: { readonly startTimeUnixNano: string; readonly endTimeUnixNano: string } | null;
  readonly status: { readonly code: StatusCodeName; readonly message: string };
  readonly traceState: string;
  readonly flags: number;
  readonly attributes: readonly KeyValue[];
  readonly events: readonly {
    readonly time: string;
    readonly name: string;
    readonly attributes: readonly KeyValue[];
    readonly droppedAttributesCount: number;
  }[];
  readonly links: readonly {
    readonly traceId: string;
    readonly spanId: string;
    readonly traceState: string;
    readonly attributes: readonly KeyValue[];
    readonly flags: number;
  }[];
  readonly resource: {
    readonly attributes: readonly KeyValue[];
    readonly schemaUrl: string;
    readonly droppedAttributesCount: number;
  };
  readonly scope: {
    readonly name: string;
    readonly version: string;
    readonly attributes: readonly KeyValue[];
    readonly schemaUrl: string;
    readonly droppedAttributesCount: number;
  };
  readonly dropped: { readonly attributes: number; readonly events: number; readonly links: number };
  /** The span with its resource and scope as one OTLP/JSON request, indented. */
  readonly raw: string;
}

export interface OperationSummary {
  readonly service: string;
  readonly name: string;
  readonly kind: SpanKindName;
}

export interface ServiceSummary {
  readonly name: string;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
}

export interface StatusReport {
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly dataDir: string;
  readonly store: StoreState;
  readonly otlpHttp: OtlpReceiver;
  readonly otlpGrpc: OtlpReceiver;
  readonly counts: ReportedCounts;
  /** What of it lists do not tell apart; not known before the store is ready. */
  readonly capped?: CappedReport | undefined;
  readonly bytesOnDisk: number | null;
  /** Where the data folder is. `full`: new records are refused until there is room again. */
  readonly disk: { readonly freeBytes: number | null; readonly full: boolean };
  /** Export requests received and not yet committed. */
  readonly queueDepth: number;
  /** Over the last five seconds. */
  readonly spansPerSecond: number;
  /** What the receiver took out before storing, since the start. */
  readonly redacted: RedactionReport;
  readonly refused: RefusalReport;
  /** Null: nothing is sent on. */
  readonly forwarding: ForwardingReport | null;
  /** How much is kept. */
  readonly retention: Retention;
  /** What stands in the way of that. */
  readonly keeping: RetentionReport;
  /** When room was made last, or is being made; null: it never was. */
  readonly lastPruning: PruningReport | null;
  /** Parts of Spoor that give no sign of life. What needs them waits. */
  readonly unresponsive: readonly UnresponsivePart[];
}

/** Null while the database opens: not known, which is not none. */
export interface ReportedCounts {
  readonly traces: number | null;
  readonly spans: number | null;
  readonly logs: number | null;
  readonly metricPoints: number | null;
}

export interface StoredCounts {
  readonly traces: number;
  readonly spans: number;
  readonly logs: number;
  readonly metricPoints: number;
}

export type StoreState =
  | { readonly state: 'opening' }
  | { readonly state: 'ready' }
  | { readonly state: 'failed'; readonly message: string }
  /** Its files are not what they were: nothing is stored or read until somebody has dealt with them. */
  | { readonly state: 'damaged'; readonly message: string; readonly directory: string };

export type OtlpProtocol = 'http' | 'grpc';

export type OtlpReceiver =
  | { readonly state: 'listening'; readonly host: string; readonly port: number }
  | { readonly state: 'starting' }
  /** `holder` names the process that has the port, where the system tells. */
  | {
      readonly state: 'failed';
      readonly message: string;
      readonly holder: string | null;
      readonly freePort: number | null;
    };
