/** The parts of Spoor that operations ask, as the gateway hands them in. */
import type { AlertPreview, AlertReading, AlertRule, AlertRuleEdit } from '../api/alert';
import type { StatusReport } from '../api/contract';
import type { DatasetItem, DatasetItemEdit, Experiment, ExperimentEdit } from '../api/evaluation';
import type { ExportFormat, ExportPart, ExportPartQuery } from '../api/export';
import type { Endpoint, EndpointEdit, PromptAnswer, PromptRequest } from '../api/playground';
import type { SampleReport, SampleRequest } from '../api/sample';
import type { SettingsChange, SettingsReport } from '../api/settings';
import type { SyncApi } from '../api/sync-state';
import type { TimelineApi } from '../api/timeline';
import type { IngestService } from '../api/workers';
import type { HostedStore, StoreMethods } from '../store/workspace/store-methods';

export interface Parts {
  /** What the store does beside operations of its own. */
  readonly store: HostedStore & StoreMethods;
  readonly ingest: IngestService;
  /** Traces in memory. */
  readonly timeline: TimelineApi;
  /** @throws SpoorError FORBIDDEN on a team server */
  readonly sync: SyncApi;
  /** A `.spoor` file of which parts came and no more will. */
  forgetFile(uploadId: string): Promise<void>;
  readonly alerts: AlertRules;
  readonly evaluation: Evaluations;
  readonly playground: Prompts;
  readonly exports: FilesOut;
  readonly windows: WindowList;
  status(): Promise<StatusReport>;
  /** @throws SpoorError FORBIDDEN on a team server */
  readonly settings: WorkspaceSettings;
  readonly sample: GeneratedSample;
  sendTestTrace(): Promise<{ readonly traceId: string }>;
}

/** What `settings.json` says, and changes of it. */
export interface WorkspaceSettings {
  report(): Promise<SettingsReport>;
  /** @throws SpoorError CONFLICT, VALIDATION_ERROR */
  change(change: SettingsChange): Promise<SettingsReport>;
}

interface GeneratedSample {
  report(): Promise<SampleReport>;
  load(request: SampleRequest): Promise<SampleReport>;
  remove(): Promise<SampleReport>;
}

/** Files of traces, which pages take part by part. */
interface FilesOut {
  readonly formats: readonly ExportFormat[];
  part(query: ExportPartQuery): Promise<ExportPart>;
  cancel(exportId: string): Promise<void>;
}

/** Open windows and tabs. */
interface WindowList {
  next(isVisible: boolean, signal?: AbortSignal): Promise<string | null>;
  show(path: string): Promise<void>;
}

/** Rules that are measured before they are written. */
export interface AlertRules {
  create(rule: AlertRuleEdit): Promise<AlertRule>;
  update(id: string, version: number, rule: AlertRuleEdit): Promise<AlertRule>;
  measure(rule: AlertRuleEdit): Promise<AlertReading>;
  preview(rule: AlertRuleEdit): Promise<AlertPreview>;
}

export interface Evaluations {
  createItem(datasetId: string, edit: DatasetItemEdit): Promise<DatasetItem>;
  itemOfSpan(datasetId: string, traceId: string, spanId: string, expected: string): Promise<DatasetItem>;
  start(edit: ExperimentEdit): Promise<Experiment>;
  cancel(id: string): Promise<Experiment>;
  remove(id: string): Promise<void>;
}

export interface Prompts {
  list(): Promise<readonly Endpoint[]>;
  create(edit: EndpointEdit): Promise<Endpoint>;
  update(id: string, version: number, edit: EndpointEdit): Promise<Endpoint>;
  remove(id: string): Promise<void>;
  setKey(id: string, key: string | null): Promise<Endpoint>;
  run(request: PromptRequest): Promise<PromptAnswer>;
  cancel(runId: string): void;
}
