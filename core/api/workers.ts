/** Contracts between our own threads, and how the host wires them. */

import type { Usage } from '../dialects/agent-span';
import type { SignalBatch } from '../model/signal-batch';
import type { RedactionSettings } from '../redaction/rules';
import type { FiledObject } from '../sync/objects';
import type { Replica } from '../sync/ports';
import type { TraceSpans } from '../timeline/load-trace';
import type { OperationRef } from '../timeline/trace-columns';
import type { AlertOutcome, AlertRule, AlertRuleEdit, AlertUnit } from './alert';
import type { CappedReport } from './capped';
import type { OtlpProtocol, OtlpReceiver, ReportedCounts, SpoorApi, StoreState } from './contract';
import type {
  DatasetItem,
  DatasetItemEdit,
  EvaluatedAnswer,
  Experiment,
  ExperimentEdit,
  ExperimentResult,
  ExperimentState,
} from './evaluation';
import type { EndpointEdit, KeyPlace, StoredEndpoint } from './playground';
import type { ForwardingReport, RedactionReport, RefusalReport } from './receiver-reports';
import type { PruningReport, Retention, RetentionReport } from './retention';
import type { StoredTurn } from './session';
import type { StoredMark, StoredSpanMessage } from './stored-mark';
import type {
  ShareTarget,
  SyncApi,
  SyncConflict,
  SyncEvent,
  SyncLink,
  SyncProjectState,
  SyncQueue,
  SyncRule,
  TraceSharing,
} from './sync-state';
import type { TimelineApi } from './timeline';
import type { UnresponsivePart } from './unresponsive-part';

/** The store worker: sole owner of the database. Calls wait while it opens. */
export interface StoreService
  extends Pick<
    SpoorApi,
    | 'listTraces'
    | 'histogram'
    | 'heatmap'
    | 'query'
    | 'groups'
    | 'listOperations'
    | 'traceSummary'
    | 'getSpan'
    | 'deleteTrace'
    | 'restoreTrace'
    | 'traceAnnotations'
    | 'listAnnotations'
    | 'createAnnotation'
    | 'updateAnnotation'
    | 'deleteAnnotation'
    | 'listComments'
    | 'createComment'
    | 'updateComment'
    | 'deleteComment'
    | 'listTags'
    | 'createTag'
    | 'updateTag'
    | 'deleteTag'
    | 'listScores'
    | 'createScore'
    | 'updateScore'
    | 'deleteScore'
    | 'listDatasets'
    | 'createDataset'
    | 'updateDataset'
    | 'deleteDataset'
    | 'listDatasetItems'
    | 'updateDatasetItem'
    | 'deleteDatasetItem'
    | 'listExperiments'
    | 'getExperiment'
    | 'deleteExperiment'
    | 'listAlertRules'
    | 'deleteAlertRule'
    | 'listAlerts'
    | 'listGuardrails'
    | 'createGuardrail'
    | 'updateGuardrail'
    | 'deleteGuardrail'
    | 'listGuardrailHits'
    | 'annotateSpan'
    | 'listSavedViews'
    | 'createSavedView'
    | 'updateSavedView'
    | 'deleteSavedView'
    | 'listServices'
    | 'listServiceEdges'
    | 'redMetrics'
    | 'usageMetrics'
    | 'listSessions'
    | 'getSession'
    | 'sessionTraces'
    | 'listAgents'
    | 'listDeployments'
    | 'rebuild'
    | 'rebuildReport'
    | 'trustClock'
    | 'restoreQuarantine'
    | 'deleteQuarantine'
    | 'listAttributes'
    | 'listAttributeValues'
    | 'listLogs'
    | 'listMetrics'
    | 'listMetricPoints'
    | 'nextChange'
  > {
  /** @param since the `mark` of an earlier call: only spans stored after it; null: all @throws NOT_FOUND */
  traceSpans(traceId: string, since: string | null): Promise<TraceSpans>;
  /** An attribute of all spans that have it. */
  spanAttribute(traceId: string, key: string): Promise<SpanAttribute>;
  /** Ids of the spans of a trace that a query in TraceQL leaves. @throws VALIDATION_ERROR, NOT_FOUND */
  matchingSpans(traceId: string, traceql: string, signal?: AbortSignal): Promise<BigUint64Array>;
  /** Events, links and logs of some spans. */
  spanMarks(traceId: string, spanIds: readonly bigint[]): Promise<readonly StoredMark[]>;
  /** Spans that are of an agent run, by id as SQL stores it; null: not known yet, as spans of an older version are still read for it. */
  agentSpans(traceId: string): Promise<BigInt64Array | null>;
  /** Of some hundreds at most. */
  spanMessages(traceId: string, spanIds: readonly bigint[]): Promise<readonly StoredSpanMessage[]>;
  /** What some traces were about; some dozens at most. */
  turnMessages(traceIds: readonly string[]): Promise<readonly StoredTurn[]>;
  /** In the order of the ids. */
  operations(ids: readonly number[]): Promise<readonly OperationRef[]>;
  /** What a call of a model costs by the price book, US dollars; null: nobody knows. */
  promptCost(model: string, baseUrl: string, usage: Usage): Promise<number | null>;
  /** Oldest first. @throws NOT_FOUND */
  allDatasetItems(datasetId: string): Promise<readonly DatasetItem[]>;
  /** @param call what it was made from; null: it was written by hand @throws NOT_FOUND */
  createDatasetItem(
    datasetId: string,
    edit: DatasetItemEdit,
    call: { readonly traceId: string; readonly spanId: string; readonly answer: EvaluatedAnswer } | null,
  ): Promise<DatasetItem>;
  createExperiment(edit: ExperimentEdit, itemCount: number): Promise<Experiment>;
  /** @returns false: it was ended, maybe elsewhere */
  addExperimentResult(id: string, result: ExperimentResult): Promise<boolean>;
  finishExperiment(id: string, state: ExperimentState, message: string | null): Promise<void>;
  /** @param unit of what it measures */
  createAlertRule(edit: AlertRuleEdit, unit: AlertUnit): Promise<AlertRule>;
  /** @param unit null: it was not measured @throws NOT_FOUND, CONFLICT */
  updateAlertRule(id: string, version: number, edit: AlertRuleEdit, unit: AlertUnit | null): Promise<AlertRule>;
  /** A rule that it is time to look at; nobody else is given it for a while. Null: none. */
  claimAlertRule(): Promise<AlertRule | null>;
  /** @param version of the rule that was looked at */
  recordAlert(id: string, version: number, outcome: AlertOutcome): Promise<void>;
  listEndpoints(): Promise<readonly StoredEndpoint[]>;
  /** @throws NOT_FOUND */
  getEndpoint(id: string): Promise<StoredEndpoint>;
  createEndpoint(edit: EndpointEdit): Promise<StoredEndpoint>;
  updateEndpoint(id: string, version: number, edit: EndpointEdit): Promise<StoredEndpoint>;
  deleteEndpoint(id: string): Promise<void>;
  /** Resolves once the records are committed. @throws SERVICE_UNAVAILABLE */
  append(batch: SignalBatch): Promise<{ readonly stored: number; readonly duplicates: number }>;
  /** Answers at once, open or not. */
  state(): Promise<StoreReport>;
}

/** Span k has `values[value[k]]`. */
export interface SpanAttribute {
  readonly spanId: BigUint64Array<ArrayBuffer>;
  readonly value: Uint32Array<ArrayBuffer>;
  readonly values: readonly string[];
}

export interface StoreReport {
  readonly store: StoreState;
  readonly counts: ReportedCounts;
  readonly capped?: CappedReport | undefined;
  readonly bytesOnDisk: number | null;
  readonly disk: { readonly freeBytes: number | null; readonly full: boolean };
  readonly lastPruning: PruningReport | null;
  readonly keeping: RetentionReport;
  /** Of what came another way than through the receivers. */
  readonly redacted: RedactionReport;
}

/** The ingest worker: OTLP in. */
export interface IngestService {
  report(): Promise<IngestReport>;
  /** Listens on a free port of the same address. */
  listenOnFreePort(protocol: OtlpProtocol): Promise<OtlpReceiver>;
}

export interface IngestReport {
  readonly otlpHttp: OtlpReceiver;
  readonly otlpGrpc: OtlpReceiver;
  readonly queueDepth: number;
  readonly spansPerSecond: number;
  readonly redacted: RedactionReport;
  readonly refused: RefusalReport;
  readonly forwarding: ForwardingReport | null;
}

/** The host: keys of endpoints, which only the thread that calls them may have. */
export interface KeyService {
  placeOf(endpointId: string, name: string): Promise<KeyPlace>;
  keyOf(endpointId: string, name: string): Promise<string | null>;
  /** @param key null: forget it */
  setKey(endpointId: string, key: string | null): Promise<void>;
}

/** The store worker, as the sync worker sees it: a replica of what a team shares. */
/** Traces that a rule is about. */
export interface RuleMatches {
  readonly traces: number;
  readonly spans: number;
  /** Newest first, some of them. */
  readonly newest: readonly string[];
}

export interface ReplicaService extends Replica {
  /** As `nextChange` of the store, of what programs send here. */
  nextArrival(after: number): Promise<number>;
  /** As `nextChange` of the store, of what people write here. */
  nextWrite(after: number): Promise<number>;
  syncLink(): Promise<SyncLink | null>;
  setSyncLink(link: SyncLink): Promise<void>;
  /** What is stored stays. */
  forgetSyncLink(): Promise<void>;
  /** Rules are new: all that is stored is looked at. */
  lookAgain(): Promise<void>;
  /** Other projects are followed. */
  followAgain(): Promise<void>;
  /** @returns the traces there are of it */
  tracesOf(target: ShareTarget): Promise<readonly string[]>;
  /** What a rule would share: how much, and the newest of it. */
  tracesUnder(rule: SyncRule, newest: number): Promise<RuleMatches>;
  syncProjects(): Promise<readonly SyncProjectState[]>;
  shareTraces(traceIds: readonly string[]): Promise<void>;
  unshareTraces(traceIds: readonly string[]): Promise<void>;
  traceSharing(traceId: string): Promise<Omit<TraceSharing, 'url'>>;
  /** As an OTLP request, before anything is taken out; some hundreds of traces at most. */
  spansOfTraces(traceIds: readonly string[]): Promise<{ readonly request: Uint8Array; readonly spans: number }>;
  spanCount(traceIds: readonly string[]): Promise<number>;
  /** What people wrote about these traces, and the session. */
  objectsAbout(traceIds: readonly string[], sessionId: string | null): Promise<readonly FiledObject[]>;
  /** Stores an OTLP request; what is stored already is left out. @throws VALIDATION_ERROR */
  takeRequest(request: Uint8Array): Promise<{ readonly traceIds: readonly string[]; readonly spans: number }>;
  /** Takes what is not here, and what is newer than here. @returns how many */
  takeObjects(objects: readonly FiledObject[]): Promise<number>;
  syncQueue(): Promise<SyncQueue>;
  syncConflicts(): Promise<readonly SyncConflict[]>;
  /** @param id null: all */
  dismissSyncConflict(id: string | null): Promise<void>;
  syncEvents(): Promise<readonly SyncEvent[]>;
  tryRefusedAgain(): Promise<void>;
}

/** The sync worker: shares with a team server. */
export type SyncService = SyncApi;

/** The host, as the gateway sees it: keys, and which parts are unresponsive. */
export interface HostService extends KeyService {
  unresponsive(): Promise<readonly UnresponsivePart[]>;
}

/** The host, as sync sees it: its session is a key, and whether there is time. */
export interface PowerService extends KeyService {
  /** Whether the machine runs on its battery. */
  onBattery(): Promise<boolean>;
}

/** The timeline worker: traces in memory, laid out for the screen. */
export type TimelineService = TimelineApi;

export type WorkerName = 'store' | 'ingest' | 'timeline' | 'sync' | 'gateway';
/** Who can be called. */
export type PeerName = WorkerName | 'host';

/** What the host sends to a worker. */
export type HostMessage =
  /** Serve your service on this port. */
  | { readonly type: 'serve'; readonly port: MessagePort }
  /** Reach that worker through this port. */
  | { readonly type: 'reach'; readonly worker: PeerName; readonly port: MessagePort }
  /** Answer with `pong`. */
  | { readonly type: 'ping' }
  /** Finish what is under way, close, and exit. */
  | { readonly type: 'close' };

/** What a worker sends to the host. */
export type WorkerMessage =
  | { readonly type: 'listening'; readonly host: string; readonly port: number }
  | {
      readonly type: 'listen-failed';
      readonly message: string;
      readonly holder: string | null;
      readonly freePort: number | null;
    }
  | { readonly type: 'receiver'; readonly protocol: OtlpProtocol; readonly receiver: OtlpReceiver }
  | { readonly type: 'pong' }
  | { readonly type: 'store-state'; readonly store: StoreState }
  /** The database ended by itself; the thread ends, and is started again. */
  | { readonly type: 'database-ended' }
  | {
      readonly type: 'log';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields?: Record<string, unknown>;
    };

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface StoreOptions {
  readonly dataDir: string;
  /** An initialised, empty database to copy, where the build made one. */
  readonly templateDir: string | null;
  readonly retention: Retention;
  /** Whether a search for words looks into prompts and answers. */
  readonly searchesPrompts: boolean;
  /** Of what comes another way than through the receivers. */
  readonly redaction: RedactionSettings;
  /** When the database ended by itself lately. */
  readonly databaseEnds: readonly number[];
}

export interface IngestOptions {
  readonly otlpHttp: ListenAddress;
  readonly otlpGrpc: ListenAddress;
  readonly settings: ReceiverSettings;
}

/** What the receivers do besides storing. */
export interface ReceiverSettings {
  readonly redaction: RedactionSettings;
  readonly forward: ForwardSettings | null;
  /** Origins of pages that may export, beside those of this machine; `https://*.example.com` covers subdomains. */
  readonly corsOrigins: readonly string[];
}

export interface ForwardSettings {
  /** Base URL of an OTLP/HTTP endpoint; `/v1/traces` and so on are appended. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface GatewayOptions {
  readonly ui: ListenAddress;
  readonly token: string;
  readonly rendererDir: string;
  readonly openApiFile: string;
  readonly version: string;
  readonly dataDir: string;
  readonly retention: Retention;
}
