/** The receiver: accepts OTLP from the first moment, whether or not the database is open yet. */
import { createServer, type Server } from 'node:http';
import type { OtlpReceiver } from '../../core/api/contract';
import { transferring } from '../../core/api/rpc/service';
import type { IngestOptions, IngestReport, IngestService, ListenAddress, StoreService } from '../../core/api/workers';
import { transferablesOf } from '../../core/model/span-batch';
import { freePortNear, listen, PortTakenError } from '../net/listen';
import { isLoopbackAddress } from '../net/loopback';
import type { Log } from '../rpc/worker-port';
import { OtlpHttpReceiver } from './otlp-http';
import { Rate } from './rate';

export class Ingest implements IngestService {
  private readonly receiver: OtlpHttpReceiver;
  private readonly rate = new Rate();
  private servers: Server[] = [];
  private state: OtlpReceiver = { state: 'starting' };

  constructor(
    private readonly options: IngestOptions,
    store: Pick<StoreService, 'append'>,
    private readonly log: Log,
    private readonly onState: (state: OtlpReceiver) => void,
  ) {
    this.receiver = new OtlpHttpReceiver({
      append: (batch) => store.append(transferring(batch, transferablesOf(batch))),
      log,
      loopbackOnly: isLoopbackAddress(options.otlpHttp.host),
      onSpans: (count) => this.rate.add(count),
    });
  }

  /** Never throws: a port that cannot be had is a state that the user can change. */
  async start(address: ListenAddress = this.options.otlpHttp): Promise<OtlpReceiver> {
    try {
      const server = this.server();
      const bound = await listen(server, address);
      this.servers = [server, ...(await this.alsoOnIpv6(bound))];
      this.state = { state: 'listening', ...bound };
    } catch (error) {
      const taken = error instanceof PortTakenError ? error : null;
      this.state = {
        state: 'failed',
        message: error instanceof Error ? error.message : String(error),
        holder: taken?.holder ?? null,
        freePort: taken ? taken.freePort : await freePortNear(address),
      };
    }
    this.onState(this.state);
    return this.state;
  }

  async listenOnFreePort(): Promise<OtlpReceiver> {
    if (this.state.state !== 'failed') return this.state;
    const { host } = this.options.otlpHttp;
    return this.start({ host, port: this.state.freePort ?? 0 });
  }

  async report(): Promise<IngestReport> {
    return {
      otlpHttp: this.state,
      queueDepth: this.receiver.queueDepth,
      spansPerSecond: Math.round(this.rate.perSecond()),
    };
  }

  /** Stops accepting and answers what has arrived. */
  async close(): Promise<void> {
    await Promise.all(
      this.servers.map(
        (server) =>
          new Promise<void>((resolve) => {
            server.close(() => resolve());
            server.closeIdleConnections();
          }),
      ),
    );
  }

  private server(): Server {
    return createServer((request, response) => {
      this.receiver.handle(request, response).catch((error: unknown) => {
        this.log('error', 'request handler failed', { error: String(error) });
        response.destroy();
      });
    });
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
