/** The store: sole owner of the database. Opens it in the background; calls wait for it. */

import type { RebuildReport, StoreState } from '../../core/api/contract';
import { SpoorError } from '../../core/api/errors';
import type { StoreOptions, StoreReport, StoreService } from '../../core/api/workers';
import type { SignalBatch } from '../../core/model/signal-batch';
import { promptCost } from '../../core/pricing/prompt-cost';
import { parseTraceql } from '../../core/query/traceql/parse';
import { readAgents } from '../../core/store/agents';
import { readMarks } from '../../core/store/mark-reader';
import { Rebuild } from '../../core/store/rebuild';
import { readSpanAttribute } from '../../core/store/span-attribute';
import { readSpanMessages } from '../../core/store/span-messages';
import { readSpan } from '../../core/store/span-reader';
import { deleteTrace, restoreTrace } from '../../core/store/trace-removal';
import { readTurnMessages } from '../../core/store/turn-messages';
import { readUsage } from '../../core/store/usage-metrics';
import { BudgetWatch } from '../../services/store/budget-watch';
import { ChangeFeed } from '../../services/store/change-feed';
import { deflateCodec } from '../../services/store/payload-codec';
import { DiskSpace, fullMessage, isFatal } from './disk-space';
import { bytesBelow } from './disk-usage';
import { LOCAL_WORKSPACE, type OpenStore, openStore } from './open-store';

const LOOK_AGAIN_MS = 1_000;
/** A look costs milliseconds; what arrives meanwhile is what may be kept too much. */
const PRUNE_EVERY_MS = 10_000;
/** Walking the data folder costs milliseconds; nobody needs it fresher. */
const DISK_USAGE_TTL_MS = 5_000;

export class Store implements StoreService {
  private readonly changes = new ChangeFeed();
  private readonly opened: Promise<OpenStore>;
  private current: StoreState = { state: 'opening' };
  private diskUsage = { bytes: 0, at: 0 };
  private readonly disk: DiskSpace;
  private closing = false;
  private rebuilding: RebuildReport = { state: 'never', progress: 0, message: null };
  private rebuilt: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: StoreOptions,
    private readonly onState: (state: StoreState) => void,
    /** The database cannot go on; the thread should end and be started again. */
    private readonly onFatal: (error: unknown) => void,
    private readonly onTrouble: (message: string, error: unknown) => void = () => {},
  ) {
    this.disk = new DiskSpace(options.dataDir, () => this.changes.changed());
    this.opened = this.open();
    this.opened.then(
      () => this.become({ state: 'ready' }),
      (error: Error) => this.become({ state: 'failed', message: error.message }),
    );
    setInterval(() => void this.prune(), PRUNE_EVERY_MS).unref();
  }

  async append(batch: SignalBatch): Promise<{ stored: number; duplicates: number }> {
    const { appends, budgets, database } = await this.ready();
    await database.onDisk;
    try {
      const called = BudgetWatch.tracesOf(batch);
      const result = await appends.append(batch);
      budgets.stored(called);
      return result;
    } catch (error) {
      if (!isFatal(error)) throw error;
      this.onFatal(error);
      throw new SpoorError('SERVICE_UNAVAILABLE', `The database stopped and is started again: ${String(error)}`);
    }
  }

  readonly listTraces: StoreService['listTraces'] = (query) => this.read(({ list }) => list.page(query));
  readonly histogram: StoreService['histogram'] = (query) => this.read(({ histogram }) => histogram.count(query));
  readonly heatmap: StoreService['heatmap'] = (query) => this.read(({ histogram }) => histogram.heatmap(query));
  readonly query: StoreService['query'] = (request) => this.read(({ queries }) => queries.run(request));
  readonly groups: StoreService['groups'] = (query) => this.read(({ queries }) => queries.groups(query));
  readonly listOperations: StoreService['listOperations'] = (service) =>
    this.read(({ reader }) => reader.listOperations(service));
  readonly traceSummary: StoreService['traceSummary'] = (traceId) => this.read(({ reader }) => reader.summary(traceId));
  readonly traceSpans: StoreService['traceSpans'] = (traceId, since) =>
    this.read(({ reader }) => reader.traceSpans(traceId, since));
  readonly spanAttribute: StoreService['spanAttribute'] = (traceId, key) =>
    this.read(({ database }) => readSpanAttribute(database.sql, LOCAL_WORKSPACE, traceId, key));
  readonly matchingSpans: StoreService['matchingSpans'] = (traceId, traceql) =>
    this.read(({ searcher }) => searcher.spansOf(parseTraceql(traceql), traceId));
  readonly spanMarks: StoreService['spanMarks'] = (traceId, spanIds) =>
    this.read(({ database }) => readMarks(database.sql, deflateCodec, LOCAL_WORKSPACE, traceId, spanIds));
  readonly spanMessages: StoreService['spanMessages'] = (traceId, spanIds) =>
    this.read(({ database, prices }) =>
      readSpanMessages(database.sql, deflateCodec, LOCAL_WORKSPACE, prices.read(), traceId, spanIds),
    );
  readonly operations: StoreService['operations'] = (ids) => this.read(({ reader }) => reader.operations(ids));
  readonly getSpan: StoreService['getSpan'] = (traceId, spanId) =>
    this.read(({ database }) => readSpan(database.sql, deflateCodec, LOCAL_WORKSPACE, traceId, spanId));
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
  readonly promptCost: StoreService['promptCost'] = (model, baseUrl, usage) =>
    this.read(async ({ prices }) => promptCost(prices.read(), model, baseUrl, usage));
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
    this.write(({ datasets }) => datasets.createItem(datasetId, edit, call));
  readonly updateDatasetItem: StoreService['updateDatasetItem'] = (id, version, edit) =>
    this.write(({ datasets }) => datasets.updateItem(id, version, edit));
  readonly deleteDatasetItem: StoreService['deleteDatasetItem'] = (id) =>
    this.write(({ datasets }) => datasets.removeItem(id));
  readonly listExperiments: StoreService['listExperiments'] = (datasetId) =>
    this.read(({ experiments }) => experiments.list(datasetId));
  readonly getExperiment: StoreService['getExperiment'] = (id) => this.read(({ experiments }) => experiments.get(id));
  readonly createExperiment: StoreService['createExperiment'] = (edit, itemCount) =>
    this.write(({ experiments }) => experiments.create(edit, itemCount));
  readonly addExperimentResult: StoreService['addExperimentResult'] = (id, result) =>
    this.write(({ experiments }) => experiments.addResult(id, result));
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
    this.read(({ database, prices }) => readUsage(database.sql, LOCAL_WORKSPACE, prices.read(), query));
  readonly listSessions: StoreService['listSessions'] = (query) => this.read(({ sessions }) => sessions.list(query));
  readonly getSession: StoreService['getSession'] = (sessionId) =>
    this.read(({ sessions }) => sessions.summary(sessionId));
  readonly turnMessages: StoreService['turnMessages'] = (traceIds) =>
    this.read(({ database }) => readTurnMessages(database.sql, deflateCodec, LOCAL_WORKSPACE, traceIds));
  readonly listAgents: StoreService['listAgents'] = (query) =>
    this.read(({ database, prices }) => readAgents(database.sql, LOCAL_WORKSPACE, prices.read(), query));
  readonly listServices: StoreService['listServices'] = () => this.read(({ reader }) => reader.listServices());
  readonly listAttributes: StoreService['listAttributes'] = (query) =>
    this.read(({ attributes }) => attributes.keys(query));
  readonly listAttributeValues: StoreService['listAttributeValues'] = (key, query) =>
    this.read(({ attributes }) => attributes.values(key, query));
  readonly listLogs: StoreService['listLogs'] = (query) => this.read(({ logs }) => logs.list(query));
  readonly listMetrics: StoreService['listMetrics'] = (query) => this.read(({ metrics }) => metrics.list(query));
  readonly listMetricPoints: StoreService['listMetricPoints'] = (metricId, query) =>
    this.read(({ metrics }) => metrics.points(metricId, query));
  readonly deleteTrace: StoreService['deleteTrace'] = (traceId) =>
    this.write(({ database }) => deleteTrace(database.sql, LOCAL_WORKSPACE, traceId));
  readonly restoreTrace: StoreService['restoreTrace'] = (traceId) =>
    this.write(({ database }) => restoreTrace(database.sql, LOCAL_WORKSPACE, traceId));
  readonly annotateSpan: StoreService['annotateSpan'] = (traceId, spanId, edit) =>
    this.write(({ annotations }) => annotations.set(traceId, spanId, edit));
  readonly createAnnotation: StoreService['createAnnotation'] = (edit) =>
    this.write(({ annotations }) => annotations.create(edit));
  readonly updateAnnotation: StoreService['updateAnnotation'] = (id, version, edit) =>
    this.write(({ annotations }) => annotations.update(id, version, edit));
  readonly deleteAnnotation: StoreService['deleteAnnotation'] = (id) =>
    this.write(({ annotations }) => annotations.remove(id));
  readonly createScore: StoreService['createScore'] = (edit) => this.write(({ scores }) => scores.create(edit));
  readonly updateScore: StoreService['updateScore'] = (id, version, edit) =>
    this.write(({ scores }) => scores.update(id, version, edit));
  readonly deleteScore: StoreService['deleteScore'] = (id) => this.write(({ scores }) => scores.remove(id));
  readonly createSavedView: StoreService['createSavedView'] = (edit) => this.write(({ views }) => views.create(edit));
  readonly updateSavedView: StoreService['updateSavedView'] = (id, version, edit) =>
    this.write(({ views }) => views.update(id, version, edit));
  readonly deleteSavedView: StoreService['deleteSavedView'] = (id) => this.write(({ views }) => views.remove(id));

  async sessionTraces(sessionId: string, from: number, to: number) {
    const { sessions, reader } = await this.ready();
    const ids = await sessions.traceIds(sessionId, from, to);
    const summaries = await reader.summaries(ids);
    return ids.flatMap((id) => summaries.get(id) ?? []);
  }

  async rebuild(): Promise<RebuildReport> {
    const { writer, pruner } = await this.ready();
    if (this.rebuilding.state === 'running') {
      throw new SpoorError('CONFLICT', 'The read models are being rebuilt already; wait until that is done.');
    }
    const report = (state: RebuildReport['state'], progress: number, message: string | null = null): void => {
      this.rebuilding = { state, progress, message };
    };
    report('running', 0);
    const rebuild = new Rebuild(
      writer,
      (progress) => report('running', progress),
      () => this.closing,
    );
    // Of a partition that is half pruned the traces would come back; none is begun meanwhile.
    this.rebuilt = pruner
      .run()
      .then(() => rebuild.run())
      .then(
        () => {
          report('done', 1);
          this.changes.changed();
        },
        (error: unknown) => {
          report('failed', this.rebuilding.progress, String(error));
          this.onTrouble('the read models could not be rebuilt', error);
        },
      );
    return this.rebuilding;
  }

  async rebuildReport(): Promise<RebuildReport> {
    return this.rebuilding;
  }

  nextChange(after: number): Promise<number> {
    return this.changes.next(after);
  }

  async state(): Promise<StoreReport> {
    if (this.current.state !== 'ready') {
      const counts = { traces: 0, spans: 0, logs: 0, metricPoints: 0 };
      const disk = await this.disk.state();
      return { store: this.current, counts, bytesOnDisk: 0, disk, lastPruning: null };
    }
    const { database, reader, pruner } = await this.opened;
    if (Date.now() - this.diskUsage.at > DISK_USAGE_TTL_MS) {
      this.diskUsage = { bytes: await bytesBelow(database.directory), at: Date.now() };
    }
    const disk = await this.disk.state();
    return {
      store: this.current,
      counts: await reader.counts(),
      bytesOnDisk: this.diskUsage.bytes,
      disk,
      lastPruning: await pruner.last(),
    };
  }

  /** Commits what is queued and closes the database. */
  async close(): Promise<void> {
    this.closing = true;
    const opened = await this.opened.catch(() => null);
    await opened?.pruner.stop();
    await this.rebuilt;
    await opened?.appends.drained();
    await opened?.database.db.close();
  }

  private async prune(): Promise<void> {
    if (this.current.state !== 'ready' || this.closing || this.rebuilding.state === 'running') return;
    const { pruner } = await this.opened;
    try {
      if (await pruner.run()) this.changes.changed();
    } catch (error) {
      if (isFatal(error)) this.onFatal(error);
      else this.onTrouble('room could not be made for new records', error);
    }
  }

  private become(state: StoreState): void {
    this.current = state;
    this.onState(state);
    this.changes.changed();
  }

  private async read<T>(run: (opened: OpenStore) => Promise<T>): Promise<T> {
    return run(await this.ready());
  }

  /** As `read`; who waits for changes is told. */
  private async write<T>(run: (opened: OpenStore) => Promise<T>): Promise<T> {
    const result = await run(await this.ready());
    this.changes.changed();
    return result;
  }

  private async ready(): Promise<OpenStore> {
    if (this.current.state === 'failed') throw new SpoorError('SERVICE_UNAVAILABLE', this.current.message);
    try {
      return await this.opened;
    } catch (error) {
      throw new SpoorError('SERVICE_UNAVAILABLE', error instanceof Error ? error.message : String(error));
    }
  }

  private async open(): Promise<OpenStore> {
    await this.roomToOpen();
    return openStore(this.options, this.disk, { onChange: () => this.changes.changed(), onTrouble: this.onTrouble });
  }

  /** Recovery needs room too. A disk that is full when we start is said so, and looked at again. */
  private async roomToOpen(): Promise<void> {
    for (;;) {
      const { full, freeBytes } = await this.disk.state();
      if (!full) break;
      this.become({ state: 'failed', message: fullMessage(this.options.dataDir, freeBytes) });
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      if (this.closing) throw new Error('Spoor closed before the database could be opened.');
    }
    if (this.current.state === 'failed') this.become({ state: 'opening' });
  }
}
