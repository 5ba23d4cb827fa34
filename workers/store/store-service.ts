/** The store: sole owner of the database. Opens it in the background; calls wait for it. */

import type { AgentListQuery } from '../../core/api/agents';
import type { AnnotationEdit } from '../../core/api/annotation';
import type { AttributeQuery } from '../../core/api/attributes';
import type { HistogramQuery, RebuildReport, StoreState } from '../../core/api/contract';
import { SpoorError } from '../../core/api/errors';
import type { SavedViewEdit } from '../../core/api/saved-view';
import type { GroupQuery, QueryRequest } from '../../core/api/search';
import type { RedQuery, ServiceMetricsQuery } from '../../core/api/service-metrics';
import type { SessionListQuery } from '../../core/api/session';
import type { LogListQuery, MetricListQuery, MetricPointQuery } from '../../core/api/telemetry';
import type { TraceListQuery } from '../../core/api/trace-list-query';
import type { UsageQuery } from '../../core/api/usage';
import type { StoreOptions, StoreReport, StoreService } from '../../core/api/workers';
import type { SignalBatch } from '../../core/model/signal-batch';
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
import { ChangeFeed } from './change-feed';
import { DiskSpace, fullMessage, isFatal } from './disk-space';
import { bytesBelow } from './disk-usage';
import { LOCAL_WORKSPACE, type OpenStore, openStore } from './open-store';
import { deflateCodec } from './payload-codec';

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
    const { appends, database } = await this.ready();
    await database.onDisk;
    try {
      return await appends.append(batch);
    } catch (error) {
      if (!isFatal(error)) throw error;
      this.onFatal(error);
      throw new SpoorError('SERVICE_UNAVAILABLE', `The database stopped and is started again: ${String(error)}`);
    }
  }

  async listTraces(query: TraceListQuery) {
    return (await this.ready()).list.page(query);
  }

  async histogram(query: HistogramQuery) {
    return (await this.ready()).histogram.count(query);
  }

  async heatmap(query: HistogramQuery) {
    return (await this.ready()).histogram.heatmap(query);
  }

  async query(request: QueryRequest) {
    return (await this.ready()).queries.run(request);
  }

  async groups(query: GroupQuery) {
    return (await this.ready()).queries.groups(query);
  }

  async listOperations(service: string | null) {
    return (await this.ready()).reader.listOperations(service);
  }

  async traceSummary(traceId: string) {
    return (await this.ready()).reader.summary(traceId);
  }

  async traceSpans(traceId: string, since: string | null) {
    return (await this.ready()).reader.traceSpans(traceId, since);
  }

  async spanAttribute(traceId: string, key: string) {
    const { database } = await this.ready();
    return readSpanAttribute(database.sql, LOCAL_WORKSPACE, traceId, key);
  }

  async matchingSpans(traceId: string, traceql: string) {
    return (await this.ready()).searcher.spansOf(parseTraceql(traceql), traceId);
  }

  async spanMarks(traceId: string, spanIds: readonly bigint[]) {
    const { database } = await this.ready();
    return readMarks(database.sql, deflateCodec, LOCAL_WORKSPACE, traceId, spanIds);
  }

  async spanMessages(traceId: string, spanIds: readonly bigint[]) {
    const { database, prices } = await this.ready();
    return readSpanMessages(database.sql, deflateCodec, LOCAL_WORKSPACE, prices.read(), traceId, spanIds);
  }

  async operations(ids: readonly number[]) {
    return (await this.ready()).reader.operations(ids);
  }

  async getSpan(traceId: string, spanId: string) {
    const { database } = await this.ready();
    return readSpan(database.sql, deflateCodec, LOCAL_WORKSPACE, traceId, spanId);
  }

  async deleteTrace(traceId: string): Promise<void> {
    const { database } = await this.ready();
    await deleteTrace(database.sql, LOCAL_WORKSPACE, traceId);
    this.changes.changed();
  }

  async restoreTrace(traceId: string): Promise<void> {
    const { database } = await this.ready();
    await restoreTrace(database.sql, LOCAL_WORKSPACE, traceId);
    this.changes.changed();
  }

  async listAnnotations(traceId: string) {
    return (await this.ready()).annotations.list(traceId);
  }

  async annotateSpan(traceId: string, spanId: string, edit: AnnotationEdit): Promise<void> {
    await (await this.ready()).annotations.set(traceId, spanId, edit);
    this.changes.changed();
  }

  async listSavedViews() {
    return (await this.ready()).views.list();
  }

  async createSavedView(edit: SavedViewEdit) {
    const view = await (await this.ready()).views.create(edit);
    this.changes.changed();
    return view;
  }

  async updateSavedView(id: string, version: number, edit: SavedViewEdit) {
    const view = await (await this.ready()).views.update(id, version, edit);
    this.changes.changed();
    return view;
  }

  async deleteSavedView(id: string): Promise<void> {
    await (await this.ready()).views.remove(id);
    this.changes.changed();
  }

  async listServiceEdges(query: ServiceMetricsQuery) {
    return (await this.ready()).services.edges(query);
  }

  async redMetrics(query: RedQuery) {
    return (await this.ready()).services.red(query);
  }

  async usageMetrics(query: UsageQuery) {
    const { database, prices } = await this.ready();
    return readUsage(database.sql, LOCAL_WORKSPACE, prices.read(), query);
  }

  async listSessions(query: SessionListQuery) {
    return (await this.ready()).sessions.list(query);
  }

  async getSession(sessionId: string) {
    return (await this.ready()).sessions.summary(sessionId);
  }

  async sessionTraces(sessionId: string, from: number, to: number) {
    const { sessions, reader } = await this.ready();
    const ids = await sessions.traceIds(sessionId, from, to);
    const summaries = await reader.summaries(ids);
    return ids.flatMap((id) => summaries.get(id) ?? []);
  }

  async turnMessages(traceIds: readonly string[]) {
    const { database } = await this.ready();
    return readTurnMessages(database.sql, deflateCodec, LOCAL_WORKSPACE, traceIds);
  }

  async listAgents(query: AgentListQuery) {
    const { database, prices } = await this.ready();
    return readAgents(database.sql, LOCAL_WORKSPACE, prices.read(), query);
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

  async listServices() {
    return (await this.ready()).reader.listServices();
  }

  async listAttributes(query: AttributeQuery) {
    return (await this.ready()).attributes.keys(query);
  }

  async listAttributeValues(key: string, query: AttributeQuery) {
    return (await this.ready()).attributes.values(key, query);
  }

  async listLogs(query: LogListQuery) {
    return (await this.ready()).logs.list(query);
  }

  async listMetrics(query: MetricListQuery) {
    return (await this.ready()).metrics.list(query);
  }

  async listMetricPoints(metricId: number, query: MetricPointQuery) {
    return (await this.ready()).metrics.points(metricId, query);
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
