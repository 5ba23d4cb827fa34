/** The contract's reading and writing over the store of one workspace; what opens it, appends and prunes is the host's. */
import type { CommentAuthor } from '../../core/api/comment';
import type { StoreService } from '../../core/api/workers';
import { SpoorError } from '../../core/model/errors';
import { promptCost } from '../../core/pricing/prompt-cost';
import { parseTraceql } from '../../core/query/traceql/parse';
import { Turns } from '../../core/query/traceql/turns';
import type { WrittenTexts } from '../../core/redaction/written-texts';
import { listDeployments } from '../../core/store/dictionary/deployments';
import { pageOfAgents, readAllAgents } from '../../core/store/figures/agents';
import { readUsage } from '../../core/store/figures/usage-metrics';
import { deleteTrace, restoreTrace } from '../../core/store/pruning/trace-removal';
import { readMarks } from '../../core/store/read/mark-reader';
import { readSpanAttribute } from '../../core/store/read/span-attribute';
import { readSpanMessages } from '../../core/store/read/span-messages';
import { readSpan } from '../../core/store/read/span-reader';
import { readTurnMessages } from '../../core/store/read/turn-messages';
import { deflateCodec } from './payload-codec';
import type { WorkspaceReaders } from './workspace-readers';

/** SQLSTATE of our own. */
const READ_ALONE = 'SP403';

type Hosted =
  | 'trustClock'
  | 'restoreQuarantine'
  | 'deleteQuarantine'
  | 'append'
  | 'state'
  | 'rebuild'
  | 'rebuildReport'
  | 'nextChange';

export abstract class WorkspaceStore implements Omit<StoreService, Hosted> {
  // Pages of searches say themselves what they need to be one state of.
  readonly listTraces: StoreService['listTraces'] = async (query, signal) =>
    (await this.ready()).list.page(query, signal);
  readonly histogram: StoreService['histogram'] = (query, signal) =>
    this.read(({ histogram }) => histogram.count(query, signal));
  readonly heatmap: StoreService['heatmap'] = (query, signal) =>
    this.read(({ histogram }) => histogram.heatmap(query, signal));
  readonly query: StoreService['query'] = async (request, signal) => (await this.ready()).queries.run(request, signal);
  readonly groups: StoreService['groups'] = (query, signal) =>
    this.read(({ queries }) => queries.groups(query, signal));
  readonly listOperations: StoreService['listOperations'] = (query) =>
    this.read(({ reader }) => reader.listOperations(query));
  readonly traceSummary: StoreService['traceSummary'] = (traceId) => this.read(({ reader }) => reader.summary(traceId));
  readonly traceSpans: StoreService['traceSpans'] = (traceId, since) =>
    this.read(({ reader }) => reader.traceSpans(traceId, since));
  readonly spanAttribute: StoreService['spanAttribute'] = (traceId, key) =>
    this.read(({ sql, workspaceId }) => readSpanAttribute(sql, workspaceId, traceId, key));
  readonly matchingSpans: StoreService['matchingSpans'] = (traceId, traceql, signal) =>
    this.read(({ searcher }) => searcher.spansOf(parseTraceql(traceql), traceId, new Turns(signal)));
  readonly spanMarks: StoreService['spanMarks'] = (traceId, spanIds) =>
    this.read(({ sql, workspaceId }) => readMarks(sql, deflateCodec, workspaceId, traceId, spanIds));
  readonly agentSpans: StoreService['agentSpans'] = (traceId) => this.read(({ reader }) => reader.agentSpans(traceId));
  readonly spanMessages: StoreService['spanMessages'] = (traceId, spanIds) =>
    this.read(({ sql, workspaceId, prices }) =>
      readSpanMessages(sql, deflateCodec, workspaceId, prices(), traceId, spanIds),
    );
  readonly operations: StoreService['operations'] = (ids) => this.read(({ reader }) => reader.operations(ids));
  readonly getSpan: StoreService['getSpan'] = (traceId, spanId) =>
    this.read(({ sql, workspaceId }) => readSpan(sql, deflateCodec, workspaceId, traceId, spanId));
  readonly traceAnnotations: StoreService['traceAnnotations'] = (traceId) =>
    this.read(({ annotations }) => annotations.ofTrace(traceId));
  readonly listAnnotations: StoreService['listAnnotations'] = (query) =>
    this.read(({ annotations }) => annotations.list(query));
  readonly listScores: StoreService['listScores'] = (query) => this.read(({ scores }) => scores.list(query));
  readonly listGuardrails: StoreService['listGuardrails'] = () => this.read(({ guardrails }) => guardrails.list());
  readonly listGuardrailHits: StoreService['listGuardrailHits'] = (query) =>
    this.read(({ guardrails }) => guardrails.hits(query));
  readonly createGuardrail: StoreService['createGuardrail'] = (edit) =>
    this.write(({ guardrails }) => guardrails.create(edit));
  readonly updateGuardrail: StoreService['updateGuardrail'] = (id, version, edit) =>
    this.write(({ guardrails }) => guardrails.update(id, version, edit));
  readonly deleteGuardrail: StoreService['deleteGuardrail'] = (id) =>
    this.write(({ guardrails }) => guardrails.remove(id));
  readonly listAlertRules: StoreService['listAlertRules'] = () => this.read(({ alerts }) => alerts.rules());
  readonly listAlerts: StoreService['listAlerts'] = (query) => this.read(({ alerts }) => alerts.list(query));
  readonly createAlertRule: StoreService['createAlertRule'] = (edit, unit) =>
    this.write(({ alerts }) => alerts.create(this.texts.clean(edit), unit));
  readonly updateAlertRule: StoreService['updateAlertRule'] = (id, version, edit, unit) =>
    this.write(({ alerts }) => alerts.update(id, version, this.texts.clean(edit), unit));
  readonly deleteAlertRule: StoreService['deleteAlertRule'] = (id) => this.write(({ alerts }) => alerts.remove(id));
  readonly claimAlertRule: StoreService['claimAlertRule'] = async () => (await this.ready()).alerts.claim();
  readonly recordAlert: StoreService['recordAlert'] = async (id, version, outcome) => {
    const record = ({ alerts }: WorkspaceReaders) => alerts.record(id, version, outcome);
    // Who looks hears of what begins and ends, not of each look.
    if (await record(await this.ready())) this.changed();
  };
  readonly promptCost: StoreService['promptCost'] = (model, baseUrl, usage) =>
    this.read(async ({ prices }) => promptCost(prices(), model, baseUrl, usage));
  readonly listDatasets: StoreService['listDatasets'] = () => this.read(({ datasets }) => datasets.list());
  readonly createDataset: StoreService['createDataset'] = (edit) => this.write(({ datasets }) => datasets.create(edit));
  readonly updateDataset: StoreService['updateDataset'] = (id, version, edit) =>
    this.write(({ datasets }) => datasets.update(id, version, edit));
  readonly deleteDataset: StoreService['deleteDataset'] = (id) => this.write(({ datasets }) => datasets.remove(id));
  readonly listDatasetItems: StoreService['listDatasetItems'] = (query) =>
    this.read(({ datasets }) => datasets.itemPage(query));
  readonly allDatasetItems: StoreService['allDatasetItems'] = (datasetId) =>
    this.read(({ datasets }) => datasets.allItems(datasetId));
  readonly createDatasetItem: StoreService['createDatasetItem'] = (datasetId, edit, call) =>
    this.write(({ datasets }) => datasets.createItem(datasetId, this.texts.clean(edit), this.texts.clean(call)));
  readonly updateDatasetItem: StoreService['updateDatasetItem'] = (id, version, edit) =>
    this.write(({ datasets }) => datasets.updateItem(id, version, this.texts.clean(edit)));
  readonly deleteDatasetItem: StoreService['deleteDatasetItem'] = (id) =>
    this.write(({ datasets }) => datasets.removeItem(id));
  readonly listExperiments: StoreService['listExperiments'] = (datasetId) =>
    this.read(({ experiments }) => experiments.list(datasetId));
  readonly getExperiment: StoreService['getExperiment'] = (id) => this.read(({ experiments }) => experiments.get(id));
  readonly createExperiment: StoreService['createExperiment'] = (edit, itemCount) =>
    this.write(({ experiments }) => experiments.create(edit, itemCount));
  readonly addExperimentResult: StoreService['addExperimentResult'] = (id, result) =>
    this.write(({ experiments }) => experiments.addResult(id, this.texts.clean(result)));
  readonly finishExperiment: StoreService['finishExperiment'] = (id, state, message) =>
    this.write(({ experiments }) => experiments.finish(id, state, message));
  readonly deleteExperiment: StoreService['deleteExperiment'] = (id) =>
    this.write(({ experiments }) => experiments.remove(id));
  readonly listEndpoints: StoreService['listEndpoints'] = () => this.read(({ endpoints }) => endpoints.list());
  readonly getEndpoint: StoreService['getEndpoint'] = (id) => this.read(({ endpoints }) => endpoints.get(id));
  readonly createEndpoint: StoreService['createEndpoint'] = (edit) =>
    this.write(({ endpoints }) => endpoints.create(edit));
  readonly updateEndpoint: StoreService['updateEndpoint'] = (id, version, edit) =>
    this.write(({ endpoints }) => endpoints.update(id, version, edit));
  readonly deleteEndpoint: StoreService['deleteEndpoint'] = (id) => this.write(({ endpoints }) => endpoints.remove(id));
  readonly listSavedViews: StoreService['listSavedViews'] = () => this.read(({ views }) => views.list());
  readonly listServiceEdges: StoreService['listServiceEdges'] = (query) =>
    this.read(({ services }) => services.edges(query));
  readonly redMetrics: StoreService['redMetrics'] = (query) => this.read(({ services }) => services.red(query));
  readonly usageMetrics: StoreService['usageMetrics'] = (query) =>
    this.read(async ({ sql, workspaceId, prices, slow }) => {
      const book = prices();
      const { answer, asOf } = await slow.usage.of(query, book, () => readUsage(sql, workspaceId, book, query));
      return { ...answer, ...(asOf !== null && { asOf }) };
    });
  readonly listSessions: StoreService['listSessions'] = (query) => this.read(({ sessions }) => sessions.list(query));
  readonly getSession: StoreService['getSession'] = (sessionId) =>
    this.read(({ sessions }) => sessions.summary(sessionId));
  readonly turnMessages: StoreService['turnMessages'] = (traceIds) =>
    this.read(({ sql, workspaceId }) => readTurnMessages(sql, deflateCodec, workspaceId, traceIds));
  readonly listAgents: StoreService['listAgents'] = (query) =>
    this.read(async ({ sql, workspaceId, prices, slow }) => {
      const book = prices();
      const { limit, cursor, ...whole } = query;
      const { answer, asOf } = await slow.agents.of(whole, book, () => readAllAgents(sql, workspaceId, book, whole));
      return { ...pageOfAgents(answer, { limit, cursor }), ...(asOf !== null && { asOf }) };
    });
  readonly listDeployments: StoreService['listDeployments'] = () =>
    this.read(({ sql, workspaceId }) => listDeployments(sql, workspaceId));
  readonly listServices: StoreService['listServices'] = (query) =>
    this.read(({ reader }) => reader.listServices(query));
  readonly listAttributes: StoreService['listAttributes'] = (query) =>
    this.read(({ attributes }) => attributes.keys(query));
  readonly listAttributeValues: StoreService['listAttributeValues'] = (key, query) =>
    this.read(({ attributes }) => attributes.values(key, query));
  readonly listLogs: StoreService['listLogs'] = (query) => this.read(({ logs }) => logs.list(query));
  readonly listMetrics: StoreService['listMetrics'] = (query) => this.read(({ metrics }) => metrics.list(query));
  readonly listMetricPoints: StoreService['listMetricPoints'] = (metricId, query) =>
    this.read(({ metrics }) => metrics.points(metricId, query));
  readonly deleteTrace: StoreService['deleteTrace'] = (traceId) =>
    this.write(({ sql, workspaceId }) => deleteTrace(sql, workspaceId, traceId));
  readonly restoreTrace: StoreService['restoreTrace'] = (traceId) =>
    this.write(({ sql, workspaceId }) => restoreTrace(sql, workspaceId, traceId));
  readonly annotateSpan: StoreService['annotateSpan'] = (traceId, spanId, edit) =>
    this.write(({ annotations }) => annotations.set(traceId, spanId, this.texts.clean(edit)));
  readonly createAnnotation: StoreService['createAnnotation'] = (edit) =>
    this.write(({ annotations }) => annotations.create(this.texts.clean(edit)));
  readonly updateAnnotation: StoreService['updateAnnotation'] = (id, version, edit) =>
    this.write(({ annotations }) => annotations.update(id, version, this.texts.clean(edit)));
  readonly deleteAnnotation: StoreService['deleteAnnotation'] = (id) =>
    this.write(({ annotations }) => annotations.remove(id));
  readonly listComments: StoreService['listComments'] = (query) => this.read(({ comments }) => comments.list(query));
  readonly createComment: StoreService['createComment'] = (comment) =>
    this.write(async ({ comments }) => comments.create(this.texts.clean(comment), await this.author()));
  readonly updateComment: StoreService['updateComment'] = (id, version, edit) =>
    this.write(async ({ comments }) => comments.update(id, version, this.texts.clean(edit), await this.author()));
  readonly deleteComment: StoreService['deleteComment'] = (id) =>
    this.write(async ({ comments }) => comments.remove(id, await this.author()));
  readonly listTags: StoreService['listTags'] = (query) => this.read(({ tags }) => tags.list(query));
  readonly createTag: StoreService['createTag'] = (tag) => this.write(({ tags }) => tags.create(this.texts.clean(tag)));
  readonly updateTag: StoreService['updateTag'] = (id, version, edit) =>
    this.write(({ tags }) => tags.update(id, version, this.texts.clean(edit)));
  readonly deleteTag: StoreService['deleteTag'] = (id) => this.write(({ tags }) => tags.remove(id));
  readonly createScore: StoreService['createScore'] = (edit) =>
    this.write(({ scores }) => scores.create(this.texts.clean(edit)));
  readonly updateScore: StoreService['updateScore'] = (id, version, edit) =>
    this.write(({ scores }) => scores.update(id, version, this.texts.clean(edit)));
  readonly deleteScore: StoreService['deleteScore'] = (id) => this.write(({ scores }) => scores.remove(id));
  readonly createSavedView: StoreService['createSavedView'] = (edit) =>
    this.write(({ views }) => views.create(this.texts.clean(edit)));
  readonly updateSavedView: StoreService['updateSavedView'] = (id, version, edit) =>
    this.write(({ views }) => views.update(id, version, this.texts.clean(edit)));
  readonly deleteSavedView: StoreService['deleteSavedView'] = (id) => this.write(({ views }) => views.remove(id));

  async sessionTraces(sessionId: string, from: number, to: number) {
    return this.read(async ({ sessions, reader }) => {
      const ids = await sessions.traceIds(sessionId, from, to);
      const summaries = await reader.summaries(ids);
      return ids.flatMap((id) => summaries.get(id) ?? []);
    });
  }

  /** @param texts takes secrets out of what is written about telemetry */
  constructor(protected readonly texts: WrittenTexts) {}

  /** @throws SpoorError SERVICE_UNAVAILABLE */
  protected abstract ready(): Promise<WorkspaceReaders>;

  /** Who writes now; null: nobody is signed in. */
  protected abstract author(): Promise<CommentAuthor>;

  /** Something was written that screens show. */
  protected abstract changed(): void;

  /** An answer, of one state of the store. */
  private async read<T>(run: (readers: WorkspaceReaders) => Promise<T>): Promise<T> {
    const readers = await this.ready();
    return readers.sql.snapshot(() => run(readers));
  }

  /** As `read`; who waits for changes is told. */
  private async write<T>(run: (readers: WorkspaceReaders) => Promise<T>): Promise<T> {
    const readers = await this.ready();
    const result = await run(readers).catch((error: unknown) => {
      // Said by a trigger (migration 018).
      if ((error as { code?: unknown }).code !== READ_ALONE) throw error;
      throw new SpoorError('FORBIDDEN', (error as Error).message);
    });
    // Whoever deletes a trace sees figures without it.
    readers.slow.agents.forget();
    readers.slow.usage.forget();
    this.changed();
    return result;
  }
}
