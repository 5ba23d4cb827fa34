/** A workspace in the memory of a copy of the server: what answers for it, and the door for its telemetry. */

import type { IncomingMessage } from 'node:http';
import type { Hono } from 'hono';
import type { UnresponsivePart } from '../../../../core/api/unresponsive-part';
import type { IngestService, KeyService, ListenAddress } from '../../../../core/api/workers';
import { SpoorError } from '../../../../core/model/errors';
import { Recent } from '../../../../core/model/recent';
import type { SpoorApi } from '../../../../core/operations/operations';
import type { StoreService } from '../../../../core/operations/store-service';
import type { PriceBook } from '../../../../core/pricing/price-book';

import { createGateway } from '../../../../services/gateway/gateway';
import type { Fetches } from '../../../../services/gateway/playground/chat-client';
import { restApi } from '../../../../services/gateway/rest';
import type { BodyReader } from '../../../../services/ingest/bodies/body-reader';
import type { RequestIntake } from '../../../../services/ingest/intake';
import { OtlpHttpReceiver } from '../../../../services/ingest/otlp-http';
import { Refusals } from '../../../../services/ingest/refusals';
import type { Log } from '../../../../services/log';
import type { Arrivals } from '../../../../services/net/arrivals';
import { peerOfRequest } from '../../../../services/net/http-server';
import { sparing } from '../../../../services/sparing-log';
import { Timeline } from '../../../../services/timeline/timeline-service';
import type { ServerDatabase } from '../../../adapters/database';
import type { IngestPort } from './ingest';
import { ServerStore } from './server-store';

export interface RuntimeOptions {
  readonly database: Pick<ServerDatabase, 'tenant' | 'damage'>;
  readonly ingest: IngestPort;
  readonly bodies: BodyReader;
  /** Of this copy of the server. */
  readonly arrivals: Arrivals;
  readonly behindProxy: boolean;
  /** Parts of this copy that give no sign of life. */
  readonly unresponsive: () => readonly UnresponsivePart[];
  readonly prices: () => PriceBook;
  readonly version: string;
  readonly openApiFile: string;
  /** Aborts when the server ends. */
  readonly ending: AbortSignal;
  readonly log: Log;
  /** Where the server listens; `grpc` null: not for gRPC. */
  readonly addresses: () => { readonly http: ListenAddress; readonly grpc: ListenAddress | null };
  /** Of endpoints of a workspace. */
  readonly keysOf: (workspaceId: number) => KeyService;
  /** Of an account. */
  readonly nameOf: (accountId: string) => Promise<string>;
  /** Asks endpoints of models. */
  readonly fetches: Fetches;
  /** Tells the other copies that something of the workspace was written. */
  readonly tell: (workspaceId: number) => void;
}

/** Projects whose door is held. */
const MOST_DOORS = 500;

export interface Door {
  readonly intake: RequestIntake;
  /** Whose share requests take that come in here. */
  readonly holders: readonly string[];
  readonly receiver: OtlpHttpReceiver;
  readonly refusals: Refusals;
}

export class WorkspaceRuntime {
  readonly rest: Hono;
  /** The contract, for pages. */
  readonly api: SpoorApi;
  private readonly doors = new Recent<string, Door>(MOST_DOORS);
  private readonly store: ServerStore;
  private readonly holder: string;
  /** Of what this copy of the server answered. */
  private readonly refusals = new Refusals();
  private readonly exportLog: Log;

  constructor(
    private readonly workspaceId: number,
    private readonly options: RuntimeOptions,
  ) {
    this.holder = `workspace ${workspaceId}`;
    this.exportLog = sparing(options.log);
    const {
      database,
      prices,
      version,
      openApiFile,
      log,
      ending,
      addresses,
      keysOf,
      fetches,
      tell,
      nameOf,
      unresponsive,
    } = options;
    this.store = new ServerStore(
      database.tenant(workspaceId),
      workspaceId,
      prices,
      () => tell(workspaceId),
      nameOf,
      database.damage,
    );
    const api = createGateway({
      options: { version, openApiFile, dataDir: '', retention: { days: null, bytes: null, spans: null } },
      store: this.store,
      ingest: ingestReport(addresses, () => this.queueDepth, this.refusals),
      timeline: new Timeline(this.store),
      keys: keysOf(workspaceId),
      sync: null,
      settings: null,
      log,
      fetches,
      unresponsive: async () => unresponsive(),
    });
    this.api = api;
    this.rest = restApi(api, async (_, next) => next(), openApiFile, log, ending);
    // The server says what went wrong, in one way for all routes.
    this.rest.onError((error) => {
      throw error;
    });
  }

  get alertRules(): Pick<StoreService, 'claimAlertRule' | 'recordAlert'> {
    return this.store;
  }

  /** Requests received and not answered yet. */
  get queueDepth(): number {
    return this.options.arrivals.waitingOf(this.holder);
  }

  /** Where telemetry of a project comes in. */
  doorOf(projectId: string): Door {
    let door = this.doors.get(projectId);
    if (!door) {
      const { ingest, bodies, arrivals, behindProxy } = this.options;
      const holders = [this.holder];
      const intake: RequestIntake = {
        store: (signal, request) => ingest.store({ workspaceId: this.workspaceId, projectId }, signal, request),
      };
      const holdersOf = (request: IncomingMessage): string[] => [peerOfRequest(request, behindProxy), ...holders];
      const receiver = new OtlpHttpReceiver({
        intake,
        bodies,
        arrivals,
        holdersOf,
        log: this.exportLog,
        refusals: this.refusals,
        loopbackOnly: false,
        corsOrigins: [],
      });
      door = { intake, holders, receiver, refusals: this.refusals };
      this.doors.set(projectId, door);
    }
    return door;
  }

  hear(): void {
    this.store.hear();
  }

  forget(): void {
    this.store.forget();
  }
}

function ingestReport(
  addresses: RuntimeOptions['addresses'],
  queueDepth: () => number,
  refusals: Refusals,
): IngestService {
  return {
    async report() {
      const { http, grpc } = addresses();
      return {
        otlpHttp: { state: 'listening', ...http },
        otlpGrpc: grpc ? { state: 'listening', ...grpc } : { state: 'starting' },
        queueDepth: queueDepth(),
        spansPerSecond: 0,
        redacted: { total: 0, byRule: {} },
        refused: refusals.report(),
        forwarding: null,
      };
    },
    listenOnFreePort: async () => {
      throw new SpoorError('FORBIDDEN', 'The addresses of a server are set by whoever runs it.');
    },
    cancelImport: async () => {},
    importPart: async () => {
      throw new SpoorError('FORBIDDEN', 'Import files into a workspace of your own, and share what is in them.');
    },
  };
}
