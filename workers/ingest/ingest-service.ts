/** The receivers: accept OTLP from the first moment, whether or not the database is open yet. */
import type { Server } from 'node:http';
import type { OtlpProtocol, OtlpReceiver } from '../../core/api/contract';
import type { FileImportPart, FileImportReport } from '../../core/api/file-import';
import { transferring } from '../../core/api/rpc/service';
import type {
  FollowsSettings,
  ForwardSettings,
  IngestOptions,
  IngestReport,
  IngestService,
  ListenAddress,
  SettingsInUse,
} from '../../core/api/workers';
import { errorValueOf, SpoorError } from '../../core/model/errors';
import { transferablesOf } from '../../core/model/signal-batch';
import type { StoreService } from '../../core/operations/store-service';
import { Redactor } from '../../core/redaction/redactor';
import type { BodyReader } from '../../services/ingest/bodies/body-reader';
import { DecodedBytes } from '../../services/ingest/decoded-bytes';
import { Forwarder } from '../../services/ingest/forwarder';
import { GuardrailRules } from '../../services/ingest/guardrail-rules';
import { Intake } from '../../services/ingest/intake';
import { LogRuns } from '../../services/ingest/log-runs';
import { OtlpGrpcReceiver } from '../../services/ingest/otlp-grpc';
import { OtlpHttpReceiver } from '../../services/ingest/otlp-http';
import { ReceiverPort } from '../../services/ingest/receiver-port';
import { Refusals } from '../../services/ingest/refusals';
import { UNLIMITED } from '../../services/ingest/sender-limit';
import type { Log } from '../../services/log';
import { Arrivals } from '../../services/net/arrivals';
import { closeServer } from '../../services/net/closing';
import { httpServer, peerOfRequest } from '../../services/net/http-server';
import { listen } from '../../services/net/listen';
import { isLoopbackAddress } from '../../services/net/loopback';
import { peerOf } from '../../services/net/peer';
import { sparing } from '../../services/sparing-log';
import type { FileTaker } from './file-reader';
import { Rate } from './rate';

/** In which a request has to arrive, however steadily it comes. */
const REQUEST_MS = 15 * 60_000;
/** In which what has arrived is answered at the end; a thread is ended some seconds later. */
const CLOSE_MS = 7_000;

export class Ingest implements IngestService, FollowsSettings {
  private readonly arrivals = new Arrivals();
  private readonly intake: Intake;
  private readonly files: FileTaker;
  private readonly http: OtlpHttpReceiver;
  private readonly grpc: OtlpGrpcReceiver;
  private readonly ports: Readonly<Record<OtlpProtocol, ReceiverPort>>;
  private readonly rate = new Rate();
  private redactor: Redactor;
  private readonly refusals = new Refusals();
  private forwarder: Forwarder | null;
  private forward: ForwardSettings | null;
  private servers: Server[] = [];

  constructor(
    options: IngestOptions,
    store: Pick<StoreService, 'append' | 'listGuardrails'>,
    private readonly log: Log,
    onState: (protocol: OtlpProtocol, state: OtlpReceiver) => void,
    bodies: BodyReader,
    filesInto: (intake: Intake) => FileTaker,
  ) {
    const { redaction, forward, corsOrigins } = options.settings;
    const ofExports = sparing(log);
    this.redactor = new Redactor(redaction);
    this.forward = forward;
    this.forwarder = forward && new Forwarder(forward, log);
    this.intake = new Intake({
      redactor: this.redactor,
      forwarder: this.forwarder,
      guardrails: new GuardrailRules(store, log),
      logRuns: new LogRuns(),
      decoded: new DecodedBytes(),
      append: async (batch) => {
        try {
          return await store.append(transferring(batch, transferablesOf(batch)));
        } catch (error) {
          throw unstored(error);
        }
      },
      log: ofExports,
      onSpans: (count) => this.rate.add(count),
    });
    this.files = filesInto(this.intake);
    const loopbackOnly = isLoopbackAddress(options.otlpHttp.host);
    this.http = new OtlpHttpReceiver({
      intake: this.intake,
      bodies,
      arrivals: this.arrivals,
      holdersOf: (request) => [peerOfRequest(request, false)],
      log: ofExports,
      refusals: this.refusals,
      loopbackOnly,
      corsOrigins,
    });
    this.grpc = new OtlpGrpcReceiver({
      arrivals: this.arrivals,
      peerOf: (remoteAddress) => peerOf({ remoteAddress }, false),
      admit: async () => ({ intake: this.intake, holders: [], limit: UNLIMITED, refusals: this.refusals }),
      loopbackOnly: isLoopbackAddress(options.otlpGrpc.host),
    });
    this.ports = {
      http: new ReceiverPort(
        options.otlpHttp,
        (address) => this.listenHttp(address),
        (state) => onState('http', state),
      ),
      grpc: new ReceiverPort(
        options.otlpGrpc,
        (address) => this.grpc.listen(address),
        (state) => onState('grpc', state),
      ),
    };
  }

  async start(): Promise<void> {
    await Promise.all(Object.values(this.ports).map((port) => port.start()));
  }

  async listenOnFreePort(protocol: OtlpProtocol): Promise<OtlpReceiver> {
    return this.ports[protocol].moveToFreePort();
  }

  /** What is received from now on; what is forwarded already still leaves. */
  async follow({ receivers: { redaction, forward, corsOrigins } }: SettingsInUse): Promise<void> {
    this.redactor = new Redactor(redaction, this.redactor);
    if (JSON.stringify(forward) !== JSON.stringify(this.forward)) {
      void this.forwarder?.close();
      this.forward = forward;
      this.forwarder = forward && new Forwarder(forward, this.log);
    }
    this.intake.follow({ redactor: this.redactor, forwarder: this.forwarder });
    this.http.allow(corsOrigins);
  }

  async cancelImport(importId: string): Promise<void> {
    await this.files.cancel(importId);
  }

  async importPart(part: FileImportPart): Promise<FileImportReport | null> {
    return this.files.take(part);
  }

  async report(): Promise<IngestReport> {
    return {
      otlpHttp: this.ports.http.state,
      otlpGrpc: this.ports.grpc.state,
      queueDepth: this.arrivals.waiting,
      spansPerSecond: Math.round(this.rate.perSecond()),
      redacted: this.redactor.report,
      refused: this.refusals.report(),
      forwarding: this.forwarder?.report() ?? null,
    };
  }

  /** Stops accepting and answers what has arrived. */
  async close(): Promise<void> {
    await Promise.all([...this.servers.map((server) => closeServer(server, CLOSE_MS)), this.grpc.close(CLOSE_MS)]);
    await this.forwarder?.close();
  }

  private async listenHttp(address: ListenAddress): Promise<ListenAddress> {
    const server = this.server();
    const bound = await listen(server, address);
    this.servers = [server, ...(await this.alsoOnIpv6(bound))];
    return bound;
  }

  private server(): Server {
    return httpServer(this.http.handle, { log: this.log, requestMs: REQUEST_MS });
  }

  /** `localhost` means ::1 to some clients. Where that cannot be bound, 127.0.0.1 has to do. */
  private async alsoOnIpv6({ host, port }: ListenAddress): Promise<Server[]> {
    if (host !== '127.0.0.1' && host !== 'localhost') return [];
    const server = this.server();
    try {
      await listen(server, { host: '::1', port });
      return [server];
    } catch (error) {
      this.log('info', 'not listening on ::1', { error: String(error) });
      return [];
    }
  }
}

/** What is well formed and could not be stored stays with its sender, who comes back with it: nothing of it is lost. */
function unstored(error: unknown): unknown {
  const { code, message } = errorValueOf(error);
  if (code !== 'INTERNAL_ERROR') return error;
  return new SpoorError(
    'SERVICE_UNAVAILABLE',
    `It could not be stored: ${message.replace(/\.$/, '')}. Try again later.`,
  );
}
