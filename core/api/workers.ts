/** Contracts between our own threads, and how the host wires them. */

import type { RedactionSettings } from '../redaction/rules';
import type { FiledObject } from '../sync/objects';
import type { Replica } from '../sync/ports';
import type { CappedReport } from './capped';
import type { OtlpProtocol, OtlpReceiver, ReportedCounts, StoreState } from './contract';
import type { FileImportPart, FileImportReport } from './file-import';
import type { KeyPlace } from './playground';
import type { ForwardingReport, RedactionReport, RefusalReport } from './receiver-reports';
import type { PruningReport, Retention, RetentionReport } from './retention';
import type { SettingsChange, SettingsReport } from './settings';
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
  /** A part of a file; null: there is more to come. @throws VALIDATION_ERROR, PAYLOAD_TOO_LARGE, RATE_LIMITED, SERVICE_UNAVAILABLE */
  importPart(part: FileImportPart): Promise<FileImportReport | null>;
  cancelImport(importId: string): Promise<void>;
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
export interface SyncService extends SyncApi {
  /** A `.spoor` file of which parts came and no more will. */
  forgetFile(uploadId: string): Promise<void>;
}

/** Of the settings, what can change while Spoor runs. */
export interface SettingsInUse {
  readonly receivers: ReceiverSettings;
  readonly retention: Retention;
  readonly agentsMayWrite: boolean;
  readonly compatWithoutToken: boolean;
}

export interface ChangedSettings {
  readonly report: SettingsReport;
  readonly inUse: SettingsInUse;
}

/** The host, which reads and writes `settings.json`. */
export interface SettingsService {
  settings(): Promise<SettingsReport>;
  /** @throws CONFLICT, VALIDATION_ERROR */
  changeSettings(change: SettingsChange): Promise<ChangedSettings>;
  settingsInUse(): Promise<SettingsInUse>;
}

/** A thread that takes changed settings into use. */
export interface FollowsSettings {
  follow(settings: SettingsInUse): Promise<void>;
}

/** The host, as the gateway sees it: keys, settings, and which parts are unresponsive. */
export interface HostService extends KeyService, SettingsService {
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
  /** Whether agents may write notes, scores and rows of datasets over MCP. */
  readonly agentsMayWrite: boolean;
  /** Whether clients of other tools may read without a token, on a loopback address. */
  readonly compatWithoutToken: boolean;
}
