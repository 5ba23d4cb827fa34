/** OTLP/gRPC (opentelemetry.io/docs/specs/otlp/#otlpgrpc): the three Export methods, over the same decoder as HTTP. */
import * as grpc from '@grpc/grpc-js';
import type { ListenAddress } from '../../core/api/workers';
import { RetryLater, SpoorError, shortened } from '../../core/model/errors';
import { encodeExportResponse, encodeStatus } from '../../core/otlp/export-response';
import { WireError } from '../../core/otlp/wire-reader';
import type { Arrivals } from '../net/arrivals';
import { authorityOf } from '../net/authority';
import { BodyRate } from '../net/body-rate';
import { freePortNear, PortTakenError } from '../net/listen';
import { portHolder } from '../net/port-holder';
import {
  type ArrivingCall,
  type CallStatus,
  type CallWatch,
  PackingError,
  SlowCall,
  unpacked,
  watchCalls,
} from './grpc-arrivals';
import { loopbackHosts } from './grpc-host';
import type { Rejection, RequestIntake } from './intake';
import { MAX_BODY_BYTES } from './read-body';
import type { Refusals } from './refusals';
import type { SenderLimit } from './sender-limit';
import { SIGNALS, type Signal } from './signals';

// What the library would print goes to the log, as JSON lines, where we say it.
grpc.setLogVerbosity(grpc.logVerbosity.NONE);

export interface Admitted {
  readonly intake: RequestIntake;
  /** Whose share it takes, beside that of the peer. */
  readonly holders: readonly string[];
  readonly limit: SenderLimit;
  readonly refusals: Refusals;
}

export interface OtlpGrpcOptions {
  readonly arrivals: Arrivals;
  readonly peerOf: CallWatch['peerOf'];
  /** Where a request goes, by the metadata that came with it; throws SpoorError for who may not export. */
  readonly admit: (metadata: grpc.Metadata) => Promise<Admitted>;
  /** Refuse names that are not of this machine; off when the user binds a public address. */
  readonly loopbackOnly: boolean;
  readonly bodyRate?: BodyRate;
}

/** Of one connection. */
const MAX_STREAMS = 256;
/** A connection that nothing comes over is closed; clients open the next by themselves. */
const IDLE_MS = 5 * 60_000;

export class OtlpGrpcReceiver {
  private server: grpc.Server | null = null;
  private readonly calls = new WeakMap<grpc.Metadata, { readonly call: ArrivingCall; readonly admitted: Admitted }>();

  constructor(private readonly options: OtlpGrpcOptions) {}

  /** @throws PortTakenError, or the reason of gRPC. */
  async listen(address: ListenAddress): Promise<ListenAddress> {
    // The library's own limit, 4 MiB, is below what exporters send.
    const server = new grpc.Server({
      'grpc.max_receive_message_length': MAX_BODY_BYTES,
      'grpc.max_concurrent_streams': MAX_STREAMS,
      'grpc.max_connection_idle_ms': IDLE_MS,
      // The first is next to the library.
      interceptors: [this.watch(), ...(this.options.loopbackOnly ? [loopbackHosts] : [])],
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

  private watch(): grpc.ServerInterceptor {
    const { arrivals, peerOf, admit, bodyRate = new BodyRate() } = this.options;
    return watchCalls({
      bodyRate,
      peerOf,
      begin: (peer, onEvicted) => arrivals.begin([peer], onEvicted),
      statusOf,
      admit: async (metadata, call) => {
        const admitted = await admit(metadata);
        for (const holder of admitted.holders) call.arrival.alsoOf(holder);
        await admitted.limit.begin();
        this.calls.set(metadata, { call, admitted });
      },
    });
  }

  private async take(signal: Signal, { metadata, request }: grpc.ServerUnaryCall<Buffer, Buffer>): Promise<Rejection> {
    const known = this.calls.get(metadata);
    if (!known) throw new TypeError('a call was handled that nobody admitted');
    const { intake, limit, refusals } = known.admitted;
    const { call } = known;
    try {
      const message = await unpacked(request, call);
      call.arrival.whole();
      await limit.arrived(message.length);
      const rejection = await intake.store(signal, message);
      refusals.add(rejection);
      return rejection;
    } catch (error) {
      if (error instanceof WireError)
        refusals.addWhole(`${signal.name} over gRPC, not OTLP protobuf: ${error.message}`);
      throw error;
    } finally {
      call.arrival.done();
    }
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

/** Headers hold 8 KiB, and a character takes nine bytes in the message and four in the status that goes with it. */
const MAX_DETAILS_CHARS = 500;

/** UNAVAILABLE is what exporters retry; INVALID_ARGUMENT is what they drop. */
function statusOf(error: unknown): CallStatus {
  const details = shortened(error instanceof Error ? error.message : String(error), MAX_DETAILS_CHARS);
  if (error instanceof SlowCall) return withDetails(grpc.status.DEADLINE_EXCEEDED, details);
  if (error instanceof PackingError) return withDetails(grpc.status.INVALID_ARGUMENT, details);
  if (error instanceof WireError) return withDetails(grpc.status.INVALID_ARGUMENT, `not OTLP protobuf: ${details}`);
  if (error instanceof SpoorError && error.code === 'SERVICE_UNAVAILABLE') {
    return withDetails(grpc.status.UNAVAILABLE, details);
  }
  if (error instanceof SpoorError && (error.code === 'RATE_LIMITED' || error.code === 'PAYLOAD_TOO_LARGE')) {
    return withDetails(grpc.status.RESOURCE_EXHAUSTED, details, error);
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
function withDetails(code: grpc.status, details: string, error?: unknown): CallStatus {
  const metadata = new grpc.Metadata();
  const retryAfterS = error instanceof RetryLater ? error.retryAfterSeconds : undefined;
  metadata.set('grpc-status-details-bin', Buffer.from(encodeStatus('protobuf', code, details, retryAfterS)));
  return { code, details, metadata };
}

async function bind(server: grpc.Server, address: ListenAddress): Promise<number> {
  const { host, port } = address;
  try {
    return await new Promise<number>((resolve, reject) => {
      server.bindAsync(authorityOf(address), grpc.ServerCredentials.createInsecure(), (error, bound) =>
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
