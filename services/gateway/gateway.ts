/** The one implementation of the operations: REST, WebSocket and the desktop window all end here. What comes in is checked, then asked of the store or run. */
import type { StatusReport } from '../../core/api/contract';
import type { UnresponsivePart } from '../../core/api/unresponsive-part';
import type { GatewayOptions, IngestService, KeyService, SyncService, TimelineService } from '../../core/api/workers';
import { SpoorError } from '../../core/model/errors';
import { checkInput } from '../../core/operations/input';
import type { AnyOperation } from '../../core/operations/operation';
import { ALL_OPERATIONS, type SpoorApi } from '../../core/operations/operations';
import type { Parts, WorkspaceSettings } from '../../core/operations/parts';
import type { StoreService } from '../../core/operations/store-service';
import { type LoadedColumns, loadTrace } from '../../core/timeline/load-trace';
import type { Log } from '../log';
import { checkStorable } from '../net/storable-text';
import { alertRules } from './alert-rules';
import type { CompatSource } from './compat/protocol';
import { Evaluation } from './evaluation/evaluation';
import { Exports } from './exports';
import type { Fetches } from './playground/chat-client';
import { Playground } from './playground/playground';
import { Reports } from './reports';
import { Sample } from './sample';
import { sendTestTrace } from './send-test-trace';
import { Windows } from './windows';

export interface GatewayParts {
  readonly options: Pick<GatewayOptions, 'version' | 'dataDir' | 'retention' | 'openApiFile'>;
  readonly store: StoreService;
  readonly ingest: IngestService;
  readonly timeline: TimelineService;
  readonly keys: KeyService;
  /** Null: a server, which others share with. */
  readonly sync: SyncService | null;
  /** Null: a server, which is set up by who runs it. */
  readonly settings: WorkspaceSettings | null;
  readonly log: Log;
  /** Asks endpoints of models. */
  readonly fetches?: Fetches;
  /** Which parts give no sign of life. */
  readonly unresponsive?: () => Promise<readonly UnresponsivePart[]>;
}

export interface Gateway extends SpoorApi, Pick<StoreService, 'exportedSpans' | 'exportedRanges'> {
  /** Every span without payload, for the HTTP API. @throws SpoorError NOT_FOUND */
  wholeTrace(traceId: string): Promise<LoadedColumns>;
  /** For clients of other tools. */
  readonly compat: CompatSource;
}

type Method = (...given: readonly unknown[]) => Promise<unknown>;

export function createGateway(given: GatewayParts): Gateway {
  const { store } = given;
  // It asks the gateway itself.
  const exports = new Exports(() => gateway, given.options.openApiFile);
  const parts = partsOf(given, exports);
  const inStore = store as unknown as Readonly<Record<string, Method>>;
  const methods = Array.from(ALL_OPERATIONS, ([name, operation]): [string, Method] => {
    const { run } = operation;
    const method: Method = async (...asked) => {
      const args = checked(operation, asked);
      return run.how === 'through' ? run.run(parts, ...args) : inStore[name]?.(...args);
    };
    return [name, method];
  });
  const api = Object.fromEntries(methods) as unknown as SpoorApi;
  const gateway: Gateway = {
    ...api,
    exportedSpans: (query) => store.exportedSpans(query),
    exportedRanges: (traceId) => store.exportedRanges(traceId),
    compat: { api, store, version: given.options.version },
    async wholeTrace(traceId) {
      checkStorable(traceId);
      return loadTrace(store, traceId);
    },
  };
  return gateway;
}

/** What no column can hold is refused before it gets further. @throws SpoorError VALIDATION_ERROR */
function checked({ input, unstored = [] }: AnyOperation, asked: readonly unknown[]): unknown[] {
  for (const one of asked) checkStorable(without(one, unstored));
  return input.map((one, i) => checkInput(one, asked[i]));
}

function without(argument: unknown, fields: readonly string[]): unknown {
  if (fields.length === 0 || typeof argument !== 'object' || argument === null) return argument;
  return Object.fromEntries(Object.entries(argument).filter(([key]) => !fields.includes(key)));
}

function partsOf(given: GatewayParts, exports: Exports): Parts {
  const {
    options,
    store,
    ingest,
    timeline,
    keys,
    sync,
    settings,
    log,
    fetches = fetch,
    unresponsive = async () => [],
  } = given;
  const startedAt = Date.now();
  const reports = new Reports(store, ingest, unresponsive);
  const playground = new Playground(store, keys, fetches);
  return {
    store,
    ingest,
    timeline,
    playground,
    exports,
    evaluation: new Evaluation(store, playground, log),
    alerts: alertRules(store),
    windows: new Windows(),
    sample: new Sample(store, ingest, timeline),
    get sync() {
      if (sync) return sync;
      throw new SpoorError('FORBIDDEN', 'A team server is what others share with; it shares with none.');
    },
    get settings() {
      if (settings) return settings;
      throw new SpoorError('FORBIDDEN', 'The settings of a team server are those of its command line.');
    },
    async forgetFile(uploadId) {
      await sync?.forgetFile(uploadId);
    },
    async status(): Promise<StatusReport> {
      const { version, dataDir, retention } = options;
      const uptimeSeconds = Math.round((Date.now() - startedAt) / 1000);
      return { version, uptimeSeconds, dataDir, ...(await reports.now()), retention };
    },
    sendTestTrace: () => sendTestTrace(ingest),
  };
}
