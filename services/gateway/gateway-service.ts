/** The one implementation of the contract: REST, WebSocket and the desktop window all end here. */

import type { AgentListQuery } from '../../core/api/agents';
import type { AnnotationEdit } from '../../core/api/annotation';
import type { AttributeQuery } from '../../core/api/attributes';
import type { HistogramQuery, OtlpProtocol, OtlpReceiver, SpoorApi, StatusReport } from '../../core/api/contract';
import type { SavedViewEdit } from '../../core/api/saved-view';
import type { GroupQuery, QueryRequest } from '../../core/api/search';
import type { OperationListQuery, RedQuery, ServiceEdgeQuery } from '../../core/api/service-metrics';
import type { SessionListQuery } from '../../core/api/session';
import type { LogListQuery, MetricListQuery, MetricPointQuery } from '../../core/api/telemetry';
import type { TraceListQuery } from '../../core/api/trace-list-query';
import type { UnresponsivePart } from '../../core/api/unresponsive-part';
import type { UsageQuery } from '../../core/api/usage';
import type {
  GatewayOptions,
  IngestService,
  KeyService,
  StoreService,
  SyncService,
  TimelineService,
} from '../../core/api/workers';
import { SpoorError } from '../../core/model/errors';
import { nsFromMs } from '../../core/model/time';
import { traceRequest } from '../../core/samples/otlp-builder';
import { testTrace } from '../../core/samples/test-trace';
import { loadTrace } from '../../core/timeline/load-trace';
import { readAlert } from '../alerts/read-alert';
import type { Log } from '../log';
import { Evaluation } from './evaluation/evaluation';
import { datasetEdit, datasetItemEdit, datasetItemQuery } from './evaluation/queries';
import type { Fetches } from './playground/chat-client';
import { Playground } from './playground/playground';
import { endpointKey } from './playground/queries';
import { alertListQuery, alertRuleEdit } from './queries/alert-queries';
import { commentEdit, commentListQuery, newComment, newTag, tagEdit, tagListQuery } from './queries/comment-queries';
import { guardrailEdit, guardrailHitQuery } from './queries/guardrail-queries';
import { annotationListQuery, newAnnotation, scoreEdit, scoreListQuery, scoreValue } from './queries/mark-queries';
import {
  agentListQuery,
  annotationEdit,
  attributeKey,
  attributeQuery,
  groupQuery,
  histogramQuery,
  logListQuery,
  metricIdOf,
  metricListQuery,
  metricPointQuery,
  operationListQuery,
  pageQuery,
  queryRequest,
  redQuery,
  savedViewEdit,
  serviceEdgeQuery,
  sessionIdOf,
  sessionListQuery,
  sessionRange,
  traceListQuery,
  usageQuery,
  versionOf,
} from './queries/queries';
import { conflictId, filePart, shareTarget, syncChoice, syncConnect, syncRule } from './queries/sync-queries';
import { Reports } from './reports';

export class Gateway implements SpoorApi {
  private readonly startedAt = Date.now();
  private readonly reports: Reports;
  private readonly playground: Playground;
  private readonly evaluation: Evaluation;

  // The timeline worker checks what it is asked itself.
  readonly openTimeline: SpoorApi['openTimeline'] = (...args) => this.timeline.openTimeline(...args);
  readonly timelineRows: SpoorApi['timelineRows'] = (...args) => this.timeline.timelineRows(...args);
  readonly timelineLocate: SpoorApi['timelineLocate'] = (...args) => this.timeline.timelineLocate(...args);
  readonly timelineFind: SpoorApi['timelineFind'] = (...args) => this.timeline.timelineFind(...args);
  readonly timelineLanes: SpoorApi['timelineLanes'] = (...args) => this.timeline.timelineLanes(...args);
  readonly timelineWindow: SpoorApi['timelineWindow'] = (...args) => this.timeline.timelineWindow(...args);
  readonly timelineMinimap: SpoorApi['timelineMinimap'] = (...args) => this.timeline.timelineMinimap(...args);
  readonly timelineSubject: SpoorApi['timelineSubject'] = (...args) => this.timeline.timelineSubject(...args);
  readonly timelineMarks: SpoorApi['timelineMarks'] = (...args) => this.timeline.timelineMarks(...args);
  readonly timelineStatistics: SpoorApi['timelineStatistics'] = (...args) => this.timeline.timelineStatistics(...args);
  readonly timelineRemarks: SpoorApi['timelineRemarks'] = (...args) => this.timeline.timelineRemarks(...args);
  readonly traceConversation: SpoorApi['traceConversation'] = (...args) => this.timeline.traceConversation(...args);
  readonly traceAgentRun: SpoorApi['traceAgentRun'] = (...args) => this.timeline.traceAgentRun(...args);
  readonly sessionTurns: SpoorApi['sessionTurns'] = (...args) => this.timeline.sessionTurns(...args);
  readonly compareTimelines: SpoorApi['compareTimelines'] = (...args) => this.timeline.compareTimelines(...args);
  readonly closeTimeline: SpoorApi['closeTimeline'] = (...args) => this.timeline.closeTimeline(...args);

  readonly syncReport: SpoorApi['syncReport'] = () => this.sync.syncReport();
  readonly connectSync: SpoorApi['connectSync'] = (connect) => this.sync.connectSync(syncConnect(connect));
  readonly cancelSyncSignIn: SpoorApi['cancelSyncSignIn'] = () => this.sync.cancelSyncSignIn();
  readonly chooseSync: SpoorApi['chooseSync'] = (choice) => this.sync.chooseSync(syncChoice(choice));
  readonly pauseSync: SpoorApi['pauseSync'] = (paused) => this.sync.pauseSync(paused === true);
  readonly syncNow: SpoorApi['syncNow'] = () => this.sync.syncNow();
  readonly disconnectSync: SpoorApi['disconnectSync'] = () => this.sync.disconnectSync();
  readonly withdrawShared: SpoorApi['withdrawShared'] = () => this.sync.withdrawShared();
  readonly previewShare: SpoorApi['previewShare'] = (target) => this.sync.previewShare(shareTarget(target));
  readonly previewRule: SpoorApi['previewRule'] = (rule) => this.sync.previewRule(syncRule(rule));
  readonly syncProjects: SpoorApi['syncProjects'] = () => this.sync.syncProjects();
  readonly share: SpoorApi['share'] = (target) => this.sync.share(shareTarget(target));
  readonly unshare: SpoorApi['unshare'] = (target) => this.sync.unshare(shareTarget(target));
  readonly traceSharing: SpoorApi['traceSharing'] = (traceId) => this.sync.traceSharing(String(traceId));
  readonly syncConflicts: SpoorApi['syncConflicts'] = () => this.sync.syncConflicts();
  readonly dismissSyncConflict: SpoorApi['dismissSyncConflict'] = (id) => this.sync.dismissSyncConflict(conflictId(id));
  readonly exportFile: SpoorApi['exportFile'] = (target) => this.sync.exportFile(shareTarget(target));
  readonly importFile: SpoorApi['importFile'] = (part) => this.sync.importFile(filePart(part));
  readonly syncEvents: SpoorApi['syncEvents'] = () => this.sync.syncEvents();

  constructor(
    private readonly options: Pick<GatewayOptions, 'version' | 'dataDir' | 'retention'>,
    private readonly store: StoreService,
    private readonly ingest: IngestService,
    private readonly timeline: TimelineService,
    keys: KeyService,
    log: Log,
    /** Null: a server, which others share with. */
    private readonly syncing: SyncService | null,
    /** Asks endpoints of models. */
    fetches: Fetches = fetch,
    /** Which parts give no sign of life. */
    readonly unresponsive: () => Promise<readonly UnresponsivePart[]> = async () => [],
  ) {
    this.reports = new Reports(store, ingest, unresponsive);
    this.playground = new Playground(store, keys, fetches);
    this.evaluation = new Evaluation(store, this.playground, log);
  }

  async status(): Promise<StatusReport> {
    const reports = await this.reports.now();
    return {
      version: this.options.version,
      uptimeSeconds: Math.round((Date.now() - this.startedAt) / 1000),
      dataDir: this.options.dataDir,
      ...reports,
      retention: this.options.retention,
    };
  }

  readonly restoreQuarantine: SpoorApi['restoreQuarantine'] = () => this.store.restoreQuarantine();
  readonly deleteQuarantine: SpoorApi['deleteQuarantine'] = () => this.store.deleteQuarantine();

  async trustClock(): Promise<void> {
    await this.store.trustClock();
  }

  async listTraces(query: TraceListQuery, signal?: AbortSignal) {
    return this.store.listTraces(traceListQuery(query), signal);
  }

  async histogram(query: HistogramQuery, signal?: AbortSignal) {
    return this.store.histogram(histogramQuery(query), signal);
  }

  async heatmap(query: HistogramQuery, signal?: AbortSignal) {
    return this.store.heatmap(histogramQuery(query), signal);
  }

  async query(request: QueryRequest, signal?: AbortSignal) {
    return this.store.query(queryRequest(request), signal);
  }

  async groups(query: GroupQuery, signal?: AbortSignal) {
    return this.store.groups(groupQuery(query), signal);
  }

  async listOperations(query: OperationListQuery) {
    return this.store.listOperations(operationListQuery(query));
  }

  async traceSummary(traceId: string) {
    return this.store.traceSummary(String(traceId));
  }

  /** Every span without payload, for the HTTP API. @throws SpoorError NOT_FOUND */
  async wholeTrace(traceId: string) {
    return loadTrace(this.store, String(traceId));
  }

  async getSpan(traceId: string, spanId: string) {
    return this.store.getSpan(String(traceId), String(spanId));
  }

  async deleteTrace(traceId: string): Promise<void> {
    await this.store.deleteTrace(String(traceId));
    await this.timeline.closeTimeline(String(traceId));
  }

  async restoreTrace(traceId: string): Promise<void> {
    await this.store.restoreTrace(String(traceId));
  }

  async traceAnnotations(traceId: string) {
    return this.store.traceAnnotations(String(traceId));
  }

  async annotateSpan(traceId: string, spanId: string, edit: AnnotationEdit): Promise<void> {
    await this.store.annotateSpan(String(traceId), String(spanId), annotationEdit(edit));
  }

  readonly listAnnotations: SpoorApi['listAnnotations'] = async (query) =>
    this.store.listAnnotations(annotationListQuery(query));
  readonly createAnnotation: SpoorApi['createAnnotation'] = async (annotation) =>
    this.store.createAnnotation(newAnnotation(annotation));
  readonly updateAnnotation: SpoorApi['updateAnnotation'] = async (id, version, edit) =>
    this.store.updateAnnotation(String(id), versionOf(version), annotationEdit(edit));
  readonly deleteAnnotation: SpoorApi['deleteAnnotation'] = async (id) => this.store.deleteAnnotation(String(id));
  readonly listComments: SpoorApi['listComments'] = async (query) => this.store.listComments(commentListQuery(query));
  readonly createComment: SpoorApi['createComment'] = async (comment) => this.store.createComment(newComment(comment));
  readonly updateComment: SpoorApi['updateComment'] = async (id, version, edit) =>
    this.store.updateComment(String(id), versionOf(version), commentEdit(edit));
  readonly deleteComment: SpoorApi['deleteComment'] = async (id) => this.store.deleteComment(String(id));
  readonly listTags: SpoorApi['listTags'] = async (query) => this.store.listTags(tagListQuery(query));
  readonly createTag: SpoorApi['createTag'] = async (tag) => this.store.createTag(newTag(tag));
  readonly updateTag: SpoorApi['updateTag'] = async (id, version, edit) =>
    this.store.updateTag(String(id), versionOf(version), tagEdit(edit));
  readonly deleteTag: SpoorApi['deleteTag'] = async (id) => this.store.deleteTag(String(id));
  readonly listScores: SpoorApi['listScores'] = async (query) => this.store.listScores(scoreListQuery(query));
  readonly createScore: SpoorApi['createScore'] = async (edit) => this.store.createScore(scoreEdit(edit));
  readonly updateScore: SpoorApi['updateScore'] = async (id, version, edit) =>
    this.store.updateScore(String(id), versionOf(version), scoreValue(edit));
  readonly deleteScore: SpoorApi['deleteScore'] = async (id) => this.store.deleteScore(String(id));

  readonly listGuardrails: SpoorApi['listGuardrails'] = () => this.store.listGuardrails();
  readonly createGuardrail: SpoorApi['createGuardrail'] = async (edit) =>
    this.store.createGuardrail(guardrailEdit(edit));
  readonly updateGuardrail: SpoorApi['updateGuardrail'] = async (id, version, edit) =>
    this.store.updateGuardrail(String(id), versionOf(version), guardrailEdit(edit));
  readonly deleteGuardrail: SpoorApi['deleteGuardrail'] = async (id) => this.store.deleteGuardrail(String(id));
  readonly listGuardrailHits: SpoorApi['listGuardrailHits'] = async (query) =>
    this.store.listGuardrailHits(guardrailHitQuery(query));

  readonly listAlertRules: SpoorApi['listAlertRules'] = () => this.store.listAlertRules();
  readonly listAlerts: SpoorApi['listAlerts'] = async (query) => this.store.listAlerts(alertListQuery(query));
  readonly createAlertRule: SpoorApi['createAlertRule'] = async (edit) => {
    const rule = alertRuleEdit(edit);
    return this.store.createAlertRule(rule, (await readAlert(this, rule, Date.now())).unit);
  };
  readonly updateAlertRule: SpoorApi['updateAlertRule'] = async (id, version, edit) => {
    const rule = alertRuleEdit(edit);
    // One that no longer works can be turned off.
    const reading = rule.enabled ? await readAlert(this, rule, Date.now()) : null;
    return this.store.updateAlertRule(String(id), versionOf(version), rule, reading?.unit ?? null);
  };
  readonly deleteAlertRule: SpoorApi['deleteAlertRule'] = async (id) => this.store.deleteAlertRule(String(id));
  readonly tryAlertRule: SpoorApi['tryAlertRule'] = async (edit) => readAlert(this, alertRuleEdit(edit), Date.now());

  readonly listDatasets: SpoorApi['listDatasets'] = () => this.store.listDatasets();
  readonly createDataset: SpoorApi['createDataset'] = async (edit) => this.store.createDataset(datasetEdit(edit));
  readonly updateDataset: SpoorApi['updateDataset'] = async (id, version, edit) =>
    this.store.updateDataset(String(id), versionOf(version), datasetEdit(edit));
  readonly deleteDataset: SpoorApi['deleteDataset'] = async (id) => this.store.deleteDataset(String(id));
  readonly listDatasetItems: SpoorApi['listDatasetItems'] = async (query) =>
    this.store.listDatasetItems(datasetItemQuery(query));
  readonly writeDatasetItem: SpoorApi['writeDatasetItem'] = async (datasetId, edit) =>
    this.evaluation.createItem(String(datasetId), edit);
  readonly recordDatasetItem: SpoorApi['recordDatasetItem'] = async (datasetId, traceId, spanId, expected) =>
    this.evaluation.itemOfSpan(String(datasetId), String(traceId), String(spanId), String(expected));
  readonly updateDatasetItem: SpoorApi['updateDatasetItem'] = async (id, version, edit) =>
    this.store.updateDatasetItem(String(id), versionOf(version), datasetItemEdit(edit));
  readonly deleteDatasetItem: SpoorApi['deleteDatasetItem'] = async (id) => this.store.deleteDatasetItem(String(id));
  readonly listExperiments: SpoorApi['listExperiments'] = async (datasetId) =>
    this.store.listExperiments(String(datasetId));
  readonly startExperiment: SpoorApi['startExperiment'] = async (edit) => this.evaluation.start(edit);
  readonly getExperiment: SpoorApi['getExperiment'] = async (id) => this.store.getExperiment(String(id));
  readonly cancelExperiment: SpoorApi['cancelExperiment'] = async (id) => this.evaluation.cancel(String(id));
  readonly deleteExperiment: SpoorApi['deleteExperiment'] = async (id) => this.evaluation.remove(String(id));
  readonly listEndpoints: SpoorApi['listEndpoints'] = () => this.playground.list();
  readonly createEndpoint: SpoorApi['createEndpoint'] = (edit) => this.playground.create(edit);
  readonly updateEndpoint: SpoorApi['updateEndpoint'] = async (id, version, edit) =>
    this.playground.update(String(id), versionOf(version), edit);
  readonly deleteEndpoint: SpoorApi['deleteEndpoint'] = (id) => this.playground.remove(String(id));
  readonly setEndpointKey: SpoorApi['setEndpointKey'] = async (id, key) =>
    this.playground.setKey(String(id), endpointKey(key));
  readonly runPrompt: SpoorApi['runPrompt'] = (request) => this.playground.run(request);
  readonly cancelPrompt: SpoorApi['cancelPrompt'] = async (runId) => this.playground.cancel(String(runId));

  async listSavedViews() {
    return this.store.listSavedViews();
  }

  async createSavedView(edit: SavedViewEdit) {
    return this.store.createSavedView(savedViewEdit(edit));
  }

  async updateSavedView(id: string, version: number, edit: SavedViewEdit) {
    return this.store.updateSavedView(String(id), versionOf(version), savedViewEdit(edit));
  }

  async deleteSavedView(id: string): Promise<void> {
    await this.store.deleteSavedView(String(id));
  }

  async listServiceEdges(query: ServiceEdgeQuery) {
    return this.store.listServiceEdges(serviceEdgeQuery(query));
  }

  async redMetrics(query: RedQuery) {
    return this.store.redMetrics(redQuery(query));
  }

  async usageMetrics(query: UsageQuery) {
    return this.store.usageMetrics(usageQuery(query));
  }

  async listSessions(query: SessionListQuery) {
    return this.store.listSessions(sessionListQuery(query));
  }

  async getSession(sessionId: string) {
    return this.store.getSession(sessionIdOf(sessionId));
  }

  async sessionTraces(sessionId: string, from: number, to: number) {
    const range = sessionRange({ from, to });
    return this.store.sessionTraces(sessionIdOf(sessionId), range.from, range.to);
  }

  async listAgents(query: AgentListQuery) {
    return this.store.listAgents(agentListQuery(query));
  }

  readonly rebuild: SpoorApi['rebuild'] = () => this.store.rebuild();
  readonly listDeployments: SpoorApi['listDeployments'] = () => this.store.listDeployments();
  readonly rebuildReport: SpoorApi['rebuildReport'] = () => this.store.rebuildReport();
  readonly listServices: SpoorApi['listServices'] = async (query) => this.store.listServices(pageQuery(query));

  async listAttributes(query: AttributeQuery) {
    return this.store.listAttributes(attributeQuery(query));
  }

  async listAttributeValues(key: string, query: AttributeQuery) {
    return this.store.listAttributeValues(attributeKey(key), attributeQuery(query));
  }

  async listLogs(query: LogListQuery) {
    return this.store.listLogs(logListQuery(query));
  }

  async listMetrics(query: MetricListQuery) {
    return this.store.listMetrics(metricListQuery(query));
  }

  async listMetricPoints(metricId: number, query: MetricPointQuery) {
    return this.store.listMetricPoints(metricIdOf(metricId), metricPointQuery(query));
  }

  async nextChange(after: number, signal?: AbortSignal): Promise<number> {
    return this.store.nextChange(Number(after), signal);
  }

  async sendTestTrace(): Promise<{ traceId: string }> {
    const { otlpHttp } = await this.ingest.report();
    if (otlpHttp.state !== 'listening') {
      throw new SpoorError('SERVICE_UNAVAILABLE', 'The OTLP port is not open, so the test trace has nowhere to go.');
    }
    const spans = testTrace(nsFromMs(Date.now()), Date.now() % 0xffff_ffff);
    const response = await fetch(`http://${otlpHttp.host}:${otlpHttp.port}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(traceRequest(spans)),
    });
    if (!response.ok)
      throw new SpoorError('SERVICE_UNAVAILABLE', `The receiver answered ${response.status}: ${await response.text()}`);
    return { traceId: spans[0]?.traceId ?? '' };
  }

  async listenOnFreePort(protocol: OtlpProtocol): Promise<OtlpReceiver> {
    return this.ingest.listenOnFreePort(protocol === 'grpc' ? 'grpc' : 'http');
  }

  private get sync(): SyncService {
    if (this.syncing) return this.syncing;
    throw new SpoorError('FORBIDDEN', 'A team server is what others share with; it shares with none.');
  }
}
