/** Where telemetry comes in, over HTTP and gRPC: who sends it, where it goes, and whether there is room. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorValueOf, RetryLater, SpoorError } from '../../core/model/errors';
import { isIngestPath } from '../../services/ingest/ingest-paths';
import { OtlpGrpcReceiver } from '../../services/ingest/otlp-grpc';
import type { SenderLimit } from '../../services/ingest/sender-limit';
import type { Log } from '../../services/log';
import type { Arrivals } from '../../services/net/arrivals';
import { peerOf } from '../../services/net/peer';
import { sparing } from '../../services/sparing-log';
import { knownError } from '../adapters/database-errors';
import type { Runtimes } from '../modules/traces/service/runtimes';
import type { Door } from '../modules/traces/service/workspace-runtime';
import type { Quotas } from '../modules/workspaces/service/quotas';
import type { Authentication } from './authentication';

export interface IngestDoorOptions {
  readonly authentication: Authentication;
  readonly quotas: Quotas;
  readonly runtimes: Pick<Runtimes, 'of'>;
  readonly arrivals: Arrivals;
  readonly behindProxy: boolean;
  /** Of an API key. */
  readonly limitOf: (keyId: string) => SenderLimit;
  readonly log: Log;
}

export class IngestDoor {
  readonly grpc: OtlpGrpcReceiver;
  private readonly log: Log;

  constructor(private readonly options: IngestDoorOptions) {
    const { arrivals, behindProxy } = options;
    this.log = sparing(options.log);
    this.grpc = new OtlpGrpcReceiver({
      arrivals,
      loopbackOnly: false,
      peerOf: (remoteAddress, metadata) =>
        peerOf({ remoteAddress, forwardedFor: metadata.get('x-forwarded-for').join(',') }, behindProxy),
      admit: async (metadata) => {
        try {
          return await this.doorOf(metadata.get('authorization')[0]?.toString());
        } catch (error) {
          throw knownError(error);
        }
      },
    });
  }

  isFor(request: IncomingMessage): boolean {
    return request.method === 'POST' && isIngestPath(request.url);
  }

  async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { receiver, limit } = await this.doorOf(request.headers.authorization);
      await receiver.handle(request, response, limit);
    } catch (error) {
      this.refuse(response, error);
    }
  }

  private async doorOf(authorization: string | undefined): Promise<Door & { readonly limit: SenderLimit }> {
    const { authentication, quotas, runtimes, limitOf } = this.options;
    const principal = await authentication.principal(authorization);
    if (principal.kind === 'api-key' && principal.permissions.includes('telemetry:ingest')) {
      await quotas.check(principal.workspace.id);
      return { ...runtimes.of(principal.workspace.id).doorOf(principal.projectId), limit: limitOf(principal.id) };
    }
    throw new SpoorError('FORBIDDEN', 'This needs the permission telemetry:ingest: use an API key that has it.');
  }

  private refuse(response: ServerResponse, thrown: unknown): void {
    const { code, message } = errorValueOf(thrown);
    const status = code === 'UNAUTHORIZED' ? 401 : code === 'FORBIDDEN' ? 403 : code === 'RATE_LIMITED' ? 429 : 503;
    if (status === 503) this.log('error', 'who exports could not be told', { message });
    const headers: Record<string, string> = { 'content-type': 'text/plain; charset=utf-8', connection: 'close' };
    if (status === 401) headers['www-authenticate'] = 'Bearer';
    if (status === 503) headers['retry-after'] = '2';
    if (thrown instanceof RetryLater) headers['retry-after'] = String(thrown.retryAfterSeconds);
    response
      .writeHead(status, headers)
      .end(status === 503 ? 'The database is not there; try again shortly.\n' : `${message}\n`);
  }
}
