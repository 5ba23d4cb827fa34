/**
 * What the renderer, the HTTP API and the command line may ask. One implementation (`workers/gateway`) answers all of them,
 * over a MessagePort, a WebSocket or REST. Times are RFC 3339 with nine fractional digits, durations nanoseconds.
 */

import type { Deployment, DeploymentFilter } from '../model/deployment';
import type { KeyValue } from '../model/json-types';
import type { SpanKindName, StatusCodeName } from '../model/span-kind';
import type { TraceSummary } from '../model/trace-summary';
import type { AgentListQuery, AgentPage } from './agents';
import type { Alert, AlertListQuery, AlertReading, AlertRule, AlertRuleEdit } from './alert';
import type { Annotation, AnnotationEdit, AnnotationListQuery, NewAnnotation } from './annotation';
import type { AttributeKey, AttributeQuery, AttributeValue } from './attributes';
import type { CappedReport } from './capped';
import type { Comment, CommentEdit, CommentListQuery, NewComment } from './comment';
import type {
  Dataset,
  DatasetEdit,
  DatasetItem,
  DatasetItemEdit,
  DatasetItemQuery,
  Experiment,
  ExperimentEdit,
  ExperimentSummary,
} from './evaluation';
import type { Guardrail, GuardrailEdit, GuardrailHit, GuardrailHitQuery } from './guardrail';
import type { CountedPage, Page, PageQuery } from './page';
import type { Endpoint, EndpointEdit, PromptAnswer, PromptRequest } from './playground';
import type { RebuildReport } from './rebuild';
import type { ForwardingReport, RedactionReport, RefusalReport } from './receiver-reports';
import type { PruningReport, Retention, RetentionReport } from './retention';
import type { SavedView, SavedViewEdit } from './saved-view';
import type { Score, ScoreEdit, ScoreListQuery, ScoreValue } from './score';
import type { GroupQuery, QueryRequest, QueryResult, SpanGroups, TraceListPage } from './search';
import type { OperationListQuery, RedMetrics, RedQuery, ServiceEdgeQuery, ServiceEdgeSummary } from './service-metrics';
import type { SessionListQuery, SessionSummary } from './session';
import type { SyncApi } from './sync-state';
import type { NewTag, Tag, TagEdit, TagListQuery } from './tag';
import type {
  LogListQuery,
  LogRecord,
  MetricListQuery,
  MetricPoint,
  MetricPointQuery,
  MetricSummary,
} from './telemetry';
import type { TimelineApi } from './timeline';
import type { TraceListQuery } from './trace-list-query';
import type { UnresponsivePart } from './unresponsive-part';
import type { UsageMetrics, UsageQuery } from './usage';

export interface SpoorApi extends TimelineApi, SyncApi {
  status(): Promise<StatusReport>;
  /** The system's clock is right where it was in doubt: what is too old by it is pruned. */
  trustClock(): Promise<void>;
  /** Restores what was pruned for its age and is in quarantine; what would be too old is kept as if it came now. @throws CONFLICT */
  restoreQuarantine(): Promise<RebuildReport>;
  /** Drops what is in quarantine for good. @throws CONFLICT */
  deleteQuarantine(): Promise<void>;
  /** A page of a search; not full when time was up first. */
  listTraces(query: TraceListQuery, signal?: AbortSignal): Promise<TraceListPage>;
  histogram(query: HistogramQuery, signal?: AbortSignal): Promise<Histogram>;
  /** As `histogram`, by time and duration. */
  heatmap(query: HistogramQuery, signal?: AbortSignal): Promise<Heatmap>;
  /** TraceQL as it stands: a search like `listTraces`, or a metric. */
  query(request: QueryRequest, signal?: AbortSignal): Promise<QueryResult>;
  /** @throws NOT_FOUND */
  traceSummary(traceId: string): Promise<TraceSummary>;
  /** @throws NOT_FOUND */
  getSpan(traceId: string, spanId: string): Promise<SpanDetail>;
  /** Takes the trace out of the lists. @throws NOT_FOUND */
  deleteTrace(traceId: string): Promise<void>;
  /** @throws NOT_FOUND when it is not among the deleted */
  restoreTrace(traceId: string): Promise<void>;
  /** Of a trace and its spans. */
  traceAnnotations(traceId: string): Promise<readonly Annotation[]>;
  /** Oldest first. */
  listAnnotations(query: AnnotationListQuery): Promise<Page<Annotation>>;
  /** @throws NOT_FOUND when what it is about is not stored */
  createAnnotation(annotation: NewAnnotation): Promise<Annotation>;
  /** @param version of what was changed. @throws NOT_FOUND, CONFLICT */
  updateAnnotation(id: string, version: number, edit: AnnotationEdit): Promise<Annotation>;
  /** @throws NOT_FOUND */
  deleteAnnotation(id: string): Promise<void>;
  /** Oldest first. */
  listComments(query: CommentListQuery): Promise<Page<Comment>>;
  /** @throws NOT_FOUND when what it is about is not stored */
  createComment(comment: NewComment): Promise<Comment>;
  /** @param version of what was changed. @throws NOT_FOUND, CONFLICT, FORBIDDEN */
  updateComment(id: string, version: number, edit: CommentEdit): Promise<Comment>;
  /** @throws NOT_FOUND, FORBIDDEN */
  deleteComment(id: string): Promise<void>;
  /** Oldest first. */
  listTags(query: TagListQuery): Promise<Page<Tag>>;
  /** @throws NOT_FOUND when what it is put on is not stored */
  createTag(tag: NewTag): Promise<Tag>;
  /** @param version of what was changed. @throws NOT_FOUND, CONFLICT */
  updateTag(id: string, version: number, edit: TagEdit): Promise<Tag>;
  /** @throws NOT_FOUND */
  deleteTag(id: string): Promise<void>;
  listScores(query: ScoreListQuery): Promise<Page<Score>>;
  /** @throws NOT_FOUND when what it is about is not stored */
  createScore(edit: ScoreEdit): Promise<Score>;
  /** @param version of what was changed. @throws NOT_FOUND, CONFLICT */
  updateScore(id: string, version: number, edit: ScoreValue): Promise<Score>;
  /** @throws NOT_FOUND */
  deleteScore(id: string): Promise<void>;
  /** @throws NOT_FOUND when the span is not stored */
  annotateSpan(traceId: string, spanId: string, edit: AnnotationEdit): Promise<void>;
  /** Oldest first. */
  listGuardrails(): Promise<readonly Guardrail[]>;
  createGuardrail(edit: GuardrailEdit): Promise<Guardrail>;
  /** @param version of what was changed. @throws NOT_FOUND, CONFLICT */
  updateGuardrail(id: string, version: number, edit: GuardrailEdit): Promise<Guardrail>;
  /** What it marked goes with it. @throws NOT_FOUND */
  deleteGuardrail(id: string): Promise<void>;
  /** Newest first. */
  listGuardrailHits(query: GuardrailHitQuery): Promise<Page<GuardrailHit>>;
  /** Oldest first. */
  listAlertRules(): Promise<readonly AlertRule[]>;
  /** @throws VALIDATION_ERROR when it cannot be measured */
  createAlertRule(edit: AlertRuleEdit): Promise<AlertRule>;
  /** @param version of what was changed. @throws NOT_FOUND, CONFLICT, VALIDATION_ERROR */
  updateAlertRule(id: string, version: number, edit: AlertRuleEdit): Promise<AlertRule>;
  /** What it found goes with it. @throws NOT_FOUND */
  deleteAlertRule(id: string): Promise<void>;
  /** What a rule would measure now. @throws VALIDATION_ERROR when it cannot be measured */
  tryAlertRule(edit: AlertRuleEdit): Promise<AlertReading>;
  /** When rules were beyond their threshold, newest first. */
  listAlerts(query: AlertListQuery): Promise<Page<Alert>>;
  /** Oldest first. */
  listEndpoints(): Promise<readonly Endpoint[]>;
  createEndpoint(edit: EndpointEdit): Promise<Endpoint>;
  /** At another address it has no key any more. @param version of what was changed. @throws NOT_FOUND, CONFLICT */
  updateEndpoint(id: string, version: number, edit: EndpointEdit): Promise<Endpoint>;
  /** @throws NOT_FOUND */
  deleteEndpoint(id: string): Promise<void>;
  /** @param key null: forget it @throws NOT_FOUND */
  setEndpointKey(id: string, key: string | null): Promise<Endpoint>;
  /** What goes wrong at the endpoint is in the answer. @throws NOT_FOUND, CONFLICT when it was cancelled */
  runPrompt(request: PromptRequest): Promise<PromptAnswer>;
  cancelPrompt(runId: string): Promise<void>;
  /** Oldest first. */
  listDatasets(): Promise<readonly Dataset[]>;
  createDataset(edit: DatasetEdit): Promise<Dataset>;
  /** @param version of what was changed. @throws NOT_FOUND, CONFLICT */
  updateDataset(id: string, version: number, edit: DatasetEdit): Promise<Dataset>;
  /** Its items and experiments go with it. @throws NOT_FOUND */
  deleteDataset(id: string): Promise<void>;
  /** Oldest first. @throws NOT_FOUND */
  listDatasetItems(query: DatasetItemQuery): Promise<Page<DatasetItem>>;
  /** Written by hand. @throws NOT_FOUND */
  writeDatasetItem(datasetId: string, edit: DatasetItemEdit): Promise<DatasetItem>;
  /** Of a recorded call of a model. @throws NOT_FOUND, VALIDATION_ERROR where its prompt is not recorded */
  recordDatasetItem(datasetId: string, traceId: string, spanId: string, expected: string): Promise<DatasetItem>;
  /** @param version of what was changed. @throws NOT_FOUND, CONFLICT */
  updateDatasetItem(id: string, version: number, edit: DatasetItemEdit): Promise<DatasetItem>;
  /** @throws NOT_FOUND */
  deleteDatasetItem(id: string): Promise<void>;
  /** Oldest first. */
  listExperiments(datasetId: string): Promise<readonly ExperimentSummary[]>;
  /** Begins; it goes on by itself. @throws NOT_FOUND, VALIDATION_ERROR */
  startExperiment(edit: ExperimentEdit): Promise<Experiment>;
  /** @throws NOT_FOUND */
  getExperiment(id: string): Promise<Experiment>;
  /** What was found until now stays. @throws NOT_FOUND */
  cancelExperiment(id: string): Promise<Experiment>;
  /** @throws NOT_FOUND */
  deleteExperiment(id: string): Promise<void>;
  listSavedViews(): Promise<readonly SavedView[]>;
  createSavedView(edit: SavedViewEdit): Promise<SavedView>;
  /** @param version of what was changed. @throws NOT_FOUND, CONFLICT */
  updateSavedView(id: string, version: number, edit: SavedViewEdit): Promise<SavedView>;
  /** @throws NOT_FOUND */
  deleteSavedView(id: string): Promise<void>;
  listServices(query: PageQuery): Promise<CountedPage<ServiceSummary>>;
  /** Who called whom, the most frequent first. */
  listServiceEdges(query: ServiceEdgeQuery): Promise<CountedPage<ServiceEdgeSummary>>;
  /** Rate, errors and durations of services or operations over time. */
  redMetrics(query: RedQuery): Promise<RedMetrics>;
  /** What calls of models took, over time. */
  usageMetrics(query: UsageQuery): Promise<UsageMetrics>;
  /** By their newest trace, newest first. */
  listSessions(query: SessionListQuery): Promise<Page<SessionSummary>>;
  /** @throws NOT_FOUND when no trace names it */
  getSession(sessionId: string): Promise<SessionSummary>;
  /** Its traces [from, to), oldest first. */
  sessionTraces(sessionId: string, from: number, to: number): Promise<readonly TraceSummary[]>;
  /** The most expensive first. */
  listAgents(query: AgentListQuery): Promise<AgentPage>;
  /** What resources say of where their spans come from, the latest first seen first; a thousand at most. */
  listDeployments(): Promise<readonly Deployment[]>;
  /** Begins to make the read models anew from what is stored. @throws CONFLICT when that is under way */
  rebuild(): Promise<RebuildReport>;
  rebuildReport(): Promise<RebuildReport>;
  /** Matching spans by a field: how many, how many failed, how long they took. */
  groups(query: GroupQuery, signal?: AbortSignal): Promise<SpanGroups>;
  /** By name; of one service where that is given. */
  listOperations(query: OperationListQuery): Promise<CountedPage<OperationSummary>>;
  /** Keys of spans and resources, the most frequent first. */
  listAttributes(query: AttributeQuery): Promise<CountedPage<AttributeKey>>;
  /** The most frequent values of a key such as `span.http.route`. */
  listAttributeValues(key: string, query: AttributeQuery): Promise<CountedPage<AttributeValue>>;
  listLogs(query: LogListQuery): Promise<Page<LogRecord>>;
  listMetrics(query: MetricListQuery): Promise<Page<MetricSummary>>;
  /** Points of all series of a metric, newest first. */
  listMetricPoints(metricId: number, query: MetricPointQuery): Promise<Page<MetricPoint>>;
  /** Resolves with the store's version once it differs from `after`, or with `after` when nothing changed for a while. */
  nextChange(after: number, signal?: AbortSignal): Promise<number>;
  /** Exports a small trace to our own OTLP port, as any program would. */
  sendTestTrace(): Promise<{ readonly traceId: string }>;
  /** Moves an OTLP receiver to a free port, after its own turned out to be taken. */
  listenOnFreePort(protocol: OtlpProtocol): Promise<OtlpReceiver>;
}

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
  /** Of these, with an error. */
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
  readonly endTime: string;
  readonly durationNs: number;
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
