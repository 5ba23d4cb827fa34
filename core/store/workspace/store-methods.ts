/** What the store does for other parts of Spoor, beside the operations that run in it. */
import type { AlertOutcome, AlertRule, AlertRuleEdit, AlertUnit } from '../../api/alert';
import type { DatasetItemEdit, ExperimentEdit, ExperimentResult, ExperimentState } from '../../api/evaluation';
import type { SetSearch, StoredTrace } from '../../api/found-sets';
import type { EndpointEdit } from '../../api/playground';
import type { RebuildReport } from '../../api/rebuild';
import type { GroupQuery, QueryRequest } from '../../api/search';
import type { StoreReport } from '../../api/workers';
import type { Usage } from '../../dialects/agent-span';
import type { SignalBatch } from '../../model/signal-batch';
import { promptCost } from '../../pricing/prompt-cost';
import { parseTraceql } from '../../query/traceql/parse';
import { Turns } from '../../query/traceql/turns';
import type { RecordedCall } from '../people/datasets';
import { deleteTrace, restoreTrace } from '../pruning/trace-removal';
import { readMarks } from '../read/mark-reader';
import { readSpanAttribute } from '../read/span-attribute';
import { readSpanMessages } from '../read/span-messages';
import type { SpanPageQuery } from '../read/span-parcels';
import { readTurnMessages } from '../read/turn-messages';
import { type MethodsOf, read, readInSteps, write } from './store-call';

export const STORE_METHODS = {
  /** @param since the `mark` of an earlier call: only spans stored after it; null: all @throws NOT_FOUND */
  traceSpans: read(({ reader }, traceId: string, since: string | null) => reader.traceSpans(traceId, since)),
  /** As it was sent: its first spans where all are too many for one answer. @throws NOT_FOUND */
  storedTrace: read(
    async ({ reader, parcels }, traceId: string, spans: number, bytes: number): Promise<StoredTrace> => {
      const { spanCount, traceId: id } = await reader.summary(traceId);
      return { spanCount, ...(await parcels.first(id, spans, bytes)) };
    },
  ),
  /** @throws VALIDATION_ERROR */
  foundSets: readInSteps(({ foundSets }, search: SetSearch, signal?: AbortSignal) => foundSets.find(search, signal)),
  orphans: read(({ foundSets }, traceIds: readonly string[]) => foundSets.orphans(traceIds)),
  /** A metric whose labels are literals, so that they tell their types. @throws VALIDATION_ERROR */
  measureTyped: readInSteps(({ queries }, request: QueryRequest, signal?: AbortSignal) =>
    queries.run(request, signal, true),
  ),
  /** Groups whose values are literals. @throws VALIDATION_ERROR */
  groupsTyped: read(({ queries }, query: GroupQuery, signal?: AbortSignal) => queries.groups(query, signal, true)),
  /** An attribute of all spans that have it. */
  spanAttribute: read(({ sql, workspaceId }, traceId: string, key: string) =>
    readSpanAttribute(sql, workspaceId, traceId, key),
  ),
  /** Ids of the spans of a trace that a query in TraceQL leaves. @throws VALIDATION_ERROR, NOT_FOUND */
  matchingSpans: read(({ searcher }, traceId: string, traceql: string, signal?: AbortSignal) =>
    searcher.spansOf(parseTraceql(traceql), traceId, new Turns(signal)),
  ),
  /** Events, links and logs of some spans. */
  spanMarks: read(({ sql, codec, workspaceId }, traceId: string, spanIds: readonly bigint[]) =>
    readMarks(sql, codec, workspaceId, traceId, spanIds),
  ),
  /** Spans that are of an agent run, by id as SQL stores it; null: not known yet, as spans of an older version are still read for it. */
  agentSpans: read(({ reader }, traceId: string) => reader.agentSpans(traceId)),
  /** Of some hundreds at most. */
  spanMessages: read(({ sql, codec, workspaceId, prices }, traceId: string, spanIds: readonly bigint[]) =>
    readSpanMessages(sql, codec, workspaceId, prices(), traceId, spanIds),
  ),
  /** What some traces were about; some dozens at most. */
  turnMessages: read(({ sql, codec, workspaceId }, traceIds: readonly string[]) =>
    readTurnMessages(sql, codec, workspaceId, traceIds),
  ),
  /** Spans as they came, for an export; the traces are there, or there are none of them. */
  exportedSpans: read(({ parcels }, query: SpanPageQuery) => parcels.page(query)),
  exportedRanges: read(({ parcels }, traceId: string) => parcels.ranges(traceId)),
  /** In the order of the ids. */
  operations: read(({ reader }, ids: readonly number[]) => reader.operations(ids)),
  deleteTrace: write(({ sql, workspaceId }, traceId: string) => deleteTrace(sql, workspaceId, traceId)),
  restoreTrace: write(({ sql, workspaceId }, traceId: string) => restoreTrace(sql, workspaceId, traceId)),
  /** What a call of a model costs by the price book, US dollars; null: nobody knows. */
  promptCost: read(async ({ prices }, model: string, baseUrl: string, usage: Usage) =>
    promptCost(prices(), model, baseUrl, usage),
  ),
  /** @param unit of what it measures */
  createAlertRule: write(({ alerts, texts }, edit: AlertRuleEdit, unit: AlertUnit) =>
    alerts.create(texts.clean(edit), unit),
  ),
  /** @param unit null: it was not measured @throws NOT_FOUND, CONFLICT */
  updateAlertRule: write(
    ({ alerts, texts }, id: string, version: number, edit: AlertRuleEdit, unit: AlertUnit | null) =>
      alerts.update(id, version, texts.clean(edit), unit),
  ),
  /** Oldest first. @throws NOT_FOUND */
  allDatasetItems: read(({ datasets }, datasetId: string) => datasets.allItems(datasetId)),
  /** @param call what it was made from; null: it was written by hand @throws NOT_FOUND */
  createDatasetItem: write(({ datasets, texts }, datasetId: string, edit: DatasetItemEdit, call: RecordedCall | null) =>
    datasets.createItem(datasetId, texts.clean(edit), texts.clean(call)),
  ),
  createExperiment: write(({ experiments }, edit: ExperimentEdit, itemCount: number) =>
    experiments.create(edit, itemCount),
  ),
  /** @returns false: it was ended, maybe elsewhere */
  addExperimentResult: write(({ experiments, texts }, id: string, result: ExperimentResult) =>
    experiments.addResult(id, texts.clean(result)),
  ),
  finishExperiment: write(({ experiments }, id: string, state: ExperimentState, message: string | null) =>
    experiments.finish(id, state, message),
  ),
  deleteExperiment: write(({ experiments }, id: string) => experiments.remove(id)),
  listEndpoints: read(({ endpoints }) => endpoints.list()),
  /** @throws NOT_FOUND */
  getEndpoint: read(({ endpoints }, id: string) => endpoints.get(id)),
  createEndpoint: write(({ endpoints }, edit: EndpointEdit) => endpoints.create(edit)),
  updateEndpoint: write(({ endpoints }, id: string, version: number, edit: EndpointEdit) =>
    endpoints.update(id, version, edit),
  ),
  deleteEndpoint: write(({ endpoints }, id: string) => endpoints.remove(id)),
};

export type StoreMethods = MethodsOf<typeof STORE_METHODS>;

/** What the thread or the server that has the store does itself. */
export interface HostedStore {
  /** Resolves once the records are committed. @throws SERVICE_UNAVAILABLE */
  append(batch: SignalBatch): Promise<{ readonly stored: number; readonly duplicates: number }>;
  /** Answers at once, open or not. */
  state(): Promise<StoreReport>;
  nextChange(after: number, signal?: AbortSignal): Promise<number>;
  rebuild(): Promise<RebuildReport>;
  rebuildReport(): Promise<RebuildReport>;
  /** Log records and metric points that carry the mark of the sample. */
  removeSampleRecords(): Promise<void>;
  trustClock(): Promise<void>;
  restoreQuarantine(): Promise<RebuildReport>;
  deleteQuarantine(): Promise<void>;
  /** A rule that it is time to look at; nobody else is given it for a while. Null: none. */
  claimAlertRule(): Promise<AlertRule | null>;
  /** @param version of the rule that was looked at */
  recordAlert(id: string, version: number, outcome: AlertOutcome): Promise<void>;
}
