/** OTLP/gRPC (opentelemetry.io/docs/specs/otlp/#otlpgrpc): the three Export methods, over the same decoder as HTTP. */
import * as grpc from '@grpc/grpc-js';
import { SpoorError } from '../../core/api/errors';
import type { ListenAddress } from '../../core/api/workers';
import { encodeExportResponse, encodeStatus } from '../../core/otlp/export-response';
import { WireError } from '../../core/otlp/wire-reader';
import { freePortNear, PortTakenError } from '../net/listen';
import { portHolder } from '../net/port-holder';
import { loopbackHosts } from './grpc-host';
import type { Intake, Rejection } from './intake';
import { MAX_BODY_BYTES } from './read-body';
import { SIGNALS, type Signal } from './signals';

// What the library would print goes to the log, as JSON lines, where we say it.
grpc.setLogVerbosity(grpc.logVerbosity.NONE);

export interface RequestIntake extends Pick<Intake, 'waiting'> {
  store(signal: Signal, request: Uint8Array): Promise<Rejection>;
}

export class OtlpGrpcReceiver {
  private server: grpc.Server | null = null;

  /**
   * @param intakeOf where the request goes, by the metadata that came with it; throws SpoorError for who may not export
   * @param loopbackOnly refuse names that are not of this machine; off when the user binds a public address
   */
  constructor(
    private readonly intakeOf: (metadata: grpc.Metadata) => RequestIntake | Promise<RequestIntake>,
    private readonly loopbackOnly: boolean,
  ) {}

  /** @throws PortTakenError, or the reason of gRPC. */
  async listen(address: ListenAddress): Promise<ListenAddress> {
    // The library's own limit, 4 MiB, is below what exporters send.
    const server = new grpc.Server({
      'grpc.max_receive_message_length': MAX_BODY_BYTES,
      interceptors: this.loopbackOnly ? [loopbackHosts] : [],
    });
    for (const signal of SIGNALS) server.addService(exportMethod(signal.grpcPath), { export: this.handler(signal) });
    const port = await bind(server, address);
    // `localhost` means ::1 to some clients; where it cannot be had, 127.0.0.1 has to do.
    if (address.host === '127.0.0.1' || address.host === 'localhost') {
      await bind(server, { host: '::1', port }).catch(() => {});
    }
    this.server = server;
    return { host: address.host, port };
  }

  /** Accepts no more, answers what has arrived, and cuts off what is left when the time is up. */
  async close(deadlineMs: number): Promise<void> {
    const { server } = this;
    if (!server) return;
    const deadline = setTimeout(() => server.forceShutdown(), deadlineMs);
    await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
    clearTimeout(deadline);
  }

  private async take(signal: Signal, { metadata, request }: grpc.ServerUnaryCall<Buffer, Buffer>): Promise<Rejection> {
    const intake = await this.intakeOf(metadata);
    return intake.waiting(request.length, () => intake.store(signal, request));
  }

  private handler(signal: Signal): grpc.handleUnaryCall<Buffer, Buffer> {
    return (call, answer) => {
      this.take(signal, call)
        .then(({ rejected, reason }) =>
          answer(null, Buffer.from(encodeExportResponse('protobuf', signal.rejectedField, rejected, reason))),
        )
        .catch((error: unknown) => answer(statusOf(error)));
    };
  }
}

/** Messages stay bytes: our decoder reads them. */
function exportMethod(path: string): grpc.ServiceDefinition {
  const bytes = (value: Buffer): Buffer => value;
  return {
    export: {
      path,
      requestStream: false,
      responseStream: false,
      requestSerialize: bytes,
      requestDeserialize: bytes,
      responseSerialize: bytes,
      responseDeserialize: bytes,
    },
  };
}

/** UNAVAILABLE is what exporters retry; INVALID_ARGUMENT is what they drop. */
function statusOf(error: unknown): Partial<grpc.StatusObject> {
  const details = error instanceof Error ? error.message : String(error);
  if (error instanceof WireError) return withDetails(grpc.status.INVALID_ARGUMENT, `not OTLP protobuf: ${details}`);
  if (error instanceof SpoorError && error.code === 'SERVICE_UNAVAILABLE') {
    return withDetails(grpc.status.UNAVAILABLE, details);
  }
  if (error instanceof SpoorError && (error.code === 'RATE_LIMITED' || error.code === 'PAYLOAD_TOO_LARGE')) {
    return withDetails(grpc.status.RESOURCE_EXHAUSTED, details);
  }
  if (error instanceof SpoorError && error.code === 'UNAUTHORIZED') {
    return { code: grpc.status.UNAUTHENTICATED, details };
  }
  if (error instanceof SpoorError && error.code === 'FORBIDDEN') {
    return { code: grpc.status.PERMISSION_DENIED, details };
  }
  return { code: grpc.status.INTERNAL, details };
}

/** The google.rpc.Status travels in a trailer of that name; its RetryInfo is what makes clients wait. */
function withDetails(code: grpc.status, details: string): Partial<grpc.StatusObject> {
  const metadata = new grpc.Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(encodeStatus('protobuf', code, details)));
  return { code, details, metadata };
}

async function bind(server: grpc.Server, { host, port }: ListenAddress): Promise<number> {
  try {
    return await new Promise<number>((resolve, reject) => {
      const name = `${host.includes(':') ? `[${host}]` : host}:${port}`;
      server.bindAsync(name, grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
  } catch (error) {
    // gRPC does not hand on the system's code; a port that cannot be bound and has a holder is taken.
    const holder = port === 0 ? null : await portHolder(port);
    if (holder !== null || String(error).includes('EADDRINUSE')) {
      throw new PortTakenError({ host, port }, holder, await freePortNear({ host, port }));
    }
    throw error;
  }
}
