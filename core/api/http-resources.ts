/** What the HTTP API answers. The document at `/v1/openapi.json` is made from these types and their comments. */
import type { Conversation } from '../agent-run/conversation';
import type { Deployment } from '../model/deployment';
import type { ErrorValue } from '../model/errors';
import type { KeyValue, OtlpResource, OtlpScope, PlainValue } from '../model/json-types';
import type { TraceSummary } from '../model/trace-summary';
import type { AgentListQuery, AgentPage } from './agents';
import type { Alert, AlertListQuery, AlertReading, AlertRule, AlertRuleEdit } from './alert';
import type { Annotation, AnnotationEdit, AnnotationListQuery, NewAnnotation } from './annotation';
import type { AttributeKey, AttributeQuery, AttributeValue } from './attributes';
import type { Comment, CommentEdit, CommentListQuery, NewComment } from './comment';
import type {
  Heatmap,
  Histogram,
  HistogramQuery,
  OperationSummary,
  ServiceSummary,
  SpanDetail,
  StatusReport,
} from './contract';
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
import type { CountedPage, Page } from './page';
import type { Endpoint, EndpointEdit, PromptAnswer, PromptRequest } from './playground';
import type { RebuildReport } from './rebuild';
import type { SavedView, SavedViewEdit } from './saved-view';
import type { Score, ScoreEdit, ScoreListQuery, ScoreValue } from './score';
import type { GroupQuery, QueryRequest, QueryResult, SpanGroup, TraceListPage } from './search';
import type { RedMetrics, RedQuery, ServiceEdgeQuery, ServiceEdgeSummary } from './service-metrics';
import type { SessionListQuery, SessionSummary } from './session';
import type { NewTag, Tag, TagEdit, TagListQuery } from './tag';
import type {
  LogListQuery,
  LogRecord,
  MetricListQuery,
  MetricPoint,
  MetricPointQuery,
  MetricSummary,
} from './telemetry';
import type { AgentRunReport } from './timeline';
import type { TraceListQuery } from './trace-list-query';
import type { UsageMetrics, UsageQuery } from './usage';

/** By name of the operation; null: an answer without a body. */
export interface HttpAnswers {
  getOpenApi: object;
  getStatus: StatusResource;
  listTraces: TraceListPage;
  getTrace: TraceResource;
  getAgentRun: AgentRunReport;
  getConversation: Conversation;
  deleteTrace: null;
  restoreTrace: TraceSummary;
  getSpan: SpanResource;
  listTraceAnnotations: Page<Annotation>;
  listAnnotations: Page<Annotation>;
  createAnnotation: Annotation;
  updateAnnotation: Annotation;
  deleteAnnotation: null;
  listDatasets: Page<Dataset>;
  createDataset: Dataset;
  updateDataset: Dataset;
  deleteDataset: null;
  listDatasetItems: Page<DatasetItem>;
  createDatasetItem: DatasetItem;
  updateDatasetItem: DatasetItem;
  deleteDatasetItem: null;
  listExperiments: Page<ExperimentSummary>;
  startExperiment: Experiment;
  getExperiment: Experiment;
  cancelExperiment: Experiment;
  deleteExperiment: null;
  listEndpoints: Page<Endpoint>;
  createEndpoint: Endpoint;
  updateEndpoint: Endpoint;
  deleteEndpoint: null;
  setEndpointKey: Endpoint;
  runPrompt: PromptAnswer;
  listAlertRules: Page<AlertRule>;
  createAlertRule: AlertRule;
  updateAlertRule: AlertRule;
  deleteAlertRule: null;
  tryAlertRule: AlertReading;
  listAlerts: Page<Alert>;
  listGuardrails: Page<Guardrail>;
  createGuardrail: Guardrail;
  updateGuardrail: Guardrail;
  deleteGuardrail: null;
  listGuardrailHits: Page<GuardrailHit>;
  listComments: Page<Comment>;
  createComment: Comment;
  updateComment: Comment;
  deleteComment: null;
  listTags: Page<Tag>;
  createTag: Tag;
  updateTag: Tag;
  deleteTag: null;
  listScores: Page<Score>;
  createScore: Score;
  updateScore: Score;
  deleteScore: null;
  annotateSpan: null;
  query: QueryResult;
  listGroups: GroupPage;
  getHistogram: Histogram;
  getHeatmap: Heatmap;
  followTraces: null;
  listSavedViews: Page<SavedView>;
  createSavedView: SavedView;
  updateSavedView: SavedView;
  deleteSavedView: null;
  listServices: CountedPage<ServiceSummary>;
  listServiceEdges: CountedPage<ServiceEdgeSummary>;
  listOperations: CountedPage<OperationSummary>;
  getRedMetrics: RedMetrics;
  getUsageMetrics: UsageMetrics;
  listAttributes: CountedPage<AttributeKey>;
  listAttributeValues: CountedPage<AttributeValue>;
  listLogs: Page<LogResource>;
  listMetrics: Page<MetricResource>;
  listMetricPoints: Page<MetricPointResource>;
  listSessions: Page<SessionSummary>;
  getSession: SessionResource;
  listAgents: AgentPage;
  listDeployments: Page<Deployment>;
  trustClock: null;
  restoreQuarantine: RebuildReport;
  deleteQuarantine: null;
  rebuild: RebuildReport;
  getRebuild: RebuildReport;
}

/** What they may be asked, for the comments. */
export interface HttpQueries {
  listTraces: TraceListQuery;
  query: QueryRequest;
  listGroups: GroupQuery;
  getHistogram: HistogramQuery;
  getHeatmap: HistogramQuery;
  followTraces: TraceListQuery;
  annotateSpan: AnnotationEdit;
  listAnnotations: AnnotationListQuery;
  createAnnotation: NewAnnotation;
  updateAnnotation: AnnotationEdit;
  createDataset: DatasetEdit;
  updateDataset: DatasetEdit;
  listDatasetItems: DatasetItemQuery;
  updateDatasetItem: DatasetItemEdit;
  startExperiment: ExperimentEdit;
  createEndpoint: EndpointEdit;
  updateEndpoint: EndpointEdit;
  runPrompt: PromptRequest;
  createAlertRule: AlertRuleEdit;
  updateAlertRule: AlertRuleEdit;
  tryAlertRule: AlertRuleEdit;
  listAlerts: AlertListQuery;
  createGuardrail: GuardrailEdit;
  updateGuardrail: GuardrailEdit;
  listGuardrailHits: GuardrailHitQuery;
  listComments: CommentListQuery;
  createComment: NewComment;
  updateComment: CommentEdit;
  listTags: TagListQuery;
  createTag: NewTag;
  updateTag: TagEdit;
  listScores: ScoreListQuery;
  createScore: ScoreEdit;
  updateScore: ScoreValue;
  createSavedView: SavedViewEdit;
  updateSavedView: SavedViewEdit;
  listServiceEdges: ServiceEdgeQuery;
  getRedMetrics: RedQuery;
  getUsageMetrics: UsageQuery;
  listSessions: SessionListQuery;
  listAgents: AgentListQuery;
  listAttributes: AttributeQuery;
  listAttributeValues: AttributeQuery;
  listLogs: LogListQuery;
  listMetrics: MetricListQuery;
  listMetricPoints: MetricPointQuery;
}

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
