/** OTLP/HTTP (opentelemetry.io/docs/specs/otlp/#otlphttp): protobuf and JSON, answered once the spans are committed. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RECEIVED_FORMATS } from '../../core/formats/formats';
import { ERROR_STATUS, type ErrorCode, RetryLater, SpoorError } from '../../core/model/errors';
import { nsFromMs } from '../../core/model/time';
import * as otlp from '../../core/otlp/export-response';
import { JsonShapeError } from '../../core/otlp/json-shape-error';
import { WireError } from '../../core/otlp/wire-reader';
import type { Log } from '../log';
import type { Arrivals } from '../net/arrivals';
import { foreignHostMessage, isLoopbackHost, isLoopbackOrigin, originMatches } from '../net/loopback';
import { type BodyReader, READ_HERE } from './bodies/body-reader';
import { NotJson } from './bodies/read-export';
import { NotOfFormat } from './bodies/read-format';
import { hexOf } from './digest';
import { ingestPath } from './ingest-paths';
import type { Rejection, RequestIntake } from './intake';
import { hintOf, notUnderstood } from './not-understood';
import { BodyError, readBody } from './read-body';
import type { Refusals } from './refusals';
import { type SenderLimit, UNLIMITED } from './sender-limit';
import { SIGNALS, type Signal, signalNamed, signalOfProtobuf } from './signals';

export interface OtlpHttpOptions {
  readonly intake: RequestIntake;
  /** Read here, whatever their size, unless a thread is given. */
  readonly bodies?: BodyReader;
  readonly arrivals: Arrivals;
  /** Whose share a request takes. */
  readonly holdersOf: (request: IncomingMessage) => readonly string[];
  readonly log: Log;
  readonly refusals: Refusals;
  /** Refuse names and pages that are not of this machine; off when the user binds a public address. */
  readonly loopbackOnly: boolean;
  /** Origins of other machines' pages that may export. */
  readonly corsOrigins: readonly string[];
}

const CONTENT_TYPES: Record<otlp.OtlpEncoding, string> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

/** Defined, in development: there is no store for them, and 404 tells exporters not to try again. */
const PROFILES_PATH = '/v1development/profiles';

/** HTTP statuses of the failures we report, with their google.rpc.Code. */
const RPC_CODES: Record<number, number> = {
  400: otlp.RPC_INVALID_ARGUMENT,
  403: otlp.RPC_PERMISSION_DENIED,
  404: otlp.RPC_UNIMPLEMENTED,
  405: otlp.RPC_UNIMPLEMENTED,
  413: otlp.RPC_RESOURCE_EXHAUSTED,
  415: otlp.RPC_INVALID_ARGUMENT,
  429: otlp.RPC_RESOURCE_EXHAUSTED,
  500: otlp.RPC_INTERNAL,
  503: otlp.RPC_UNAVAILABLE,
};

/** Errors of others whose code is the answer. */
const TOLD: readonly ErrorCode[] = ['SERVICE_UNAVAILABLE', 'PAYLOAD_TOO_LARGE', 'RATE_LIMITED'];

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Of spans that were counted one by one. */
class LeftOut extends Refusal {}

/** What whoever set the sender up has to mend. */
const SENDERS_FAULT: readonly number[] = [400, 404, 413, 415];

export class OtlpHttpReceiver {
  /** Each remembers what its senders said before. */
  private readonly formats = RECEIVED_FORMATS.map((format) => ({
    ...format,
    reader: format.open({ hexOf, nowNs: () => nsFromMs(Date.now()) }),
  }));

  constructor(private options: OtlpHttpOptions) {}

  /** Pages of other machines that may export from now on. */
  allow(corsOrigins: readonly string[]): void {
    this.options = { ...this.options, corsOrigins };
  }

  /** @param limit of who sends it */
  readonly handle = async (
    request: IncomingMessage,
    response: ServerResponse,
    limit: SenderLimit = UNLIMITED,
  ): Promise<void> => {
    const encoding = encodingOf(request);
    try {
      this.checkSender(request);
      allowOrigin(request, response);
      if (request.method === 'OPTIONS') {
        response.writeHead(204).end();
        return;
      }
      const path = ingestPath(request.url);
      const format = this.formats.find(({ receiver }) => receiver.path === path);
      if (format) {
        await this.receive(format, request, encoding, limit);
        response.writeHead(format.receiver.status).end();
        return;
      }
      const body = await this.export(request, encoding, limit);
      response.writeHead(200, { 'content-type': CONTENT_TYPES[encoding ?? 'json'] }).end(body);
    } catch (error) {
      this.refuse(response, encoding, error);
    }
  };

  private checkSender(request: IncomingMessage): void {
    if (this.options.loopbackOnly && !isLoopbackHost(request.headers.host)) {
      throw new Refusal(403, foreignHostMessage(request.headers.host, '--otlp-http 0.0.0.0:4318'));
    }
    const { origin } = request.headers;
    if (
      !isLoopbackOrigin(origin) &&
      !this.options.corsOrigins.some((allowed) => originMatches(allowed, origin ?? ''))
    ) {
      throw new Refusal(403, `Pages of ${origin} may not export here; allow them with --cors-origin ${origin}.`);
    }
  }

  private async export(
    request: IncomingMessage,
    encoding: otlp.OtlpEncoding | null,
    limit: SenderLimit,
  ): Promise<Uint8Array> {
    const path = ingestPath(request.url);
    const named = SIGNALS.find(({ httpPath }) => httpPath === path);
    if (path === PROFILES_PATH) throw new Refusal(404, 'Profiles are not supported; export traces, logs or metrics.');
    if (!named && path !== '/') {
      throw new Refusal(404, `There is nothing at ${path}; export to /v1/traces, /v1/logs or /v1/metrics.`);
    }
    if (request.method !== 'POST') throw new Refusal(405, `${request.method} is not allowed on ${path}; use POST.`);
    if (encoding === null) {
      throw new Refusal(
        415,
        `Content-Type ${request.headers['content-type'] ?? '(none)'} is not supported; use application/x-protobuf or application/json.`,
      );
    }
    return this.received(request, limit, async (bytes) => {
      if (encoding === 'json') return this.exportJson(bytes, named ?? null);
      const signal = named ?? signalOfProtobuf(bytes);
      try {
        return this.answer(encoding, signal, await this.options.intake.store(signal, bytes));
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        throw new Refusal(400, `The body is not OTLP protobuf: ${error.message}.${hintOf(bytes, 'protobuf')}`);
      }
    });
  }

  /** @param named by the path; null: the content says which signal it is */
  private async exportJson(bytes: Uint8Array, named: Signal | null): Promise<Uint8Array> {
    const { bodies = READ_HERE, intake } = this.options;
    const found = await bodies.readExport(bytes, { path: named?.httpPath ?? '/', signal: named?.name ?? null });
    const signal = signalNamed(found.signal);
    if (found.look !== null) {
      return this.answer('json', signal, { rejected: 0, reason: notUnderstood(found.look), isUnderstood: false });
    }
    const stored = await intake.store(signal, found.protobuf);
    const reasons = [found.reason, stored.reason, ...found.notices].filter((one) => one !== '');
    return this.answer('json', signal, {
      ...stored,
      rejected: stored.rejected + found.refused,
      reason: reasons.join('; '),
    });
  }

  private answer(encoding: otlp.OtlpEncoding, signal: Signal, rejection: Rejection): Uint8Array {
    this.options.refusals.add(rejection);
    return otlp.encodeExportResponse(encoding, signal.rejectedField, rejection.rejected, rejection.reason);
  }

  /** Counts the body while it arrives, and as waiting while it is handled. */
  private async received<T>(
    request: IncomingMessage,
    limit: SenderLimit,
    handle: (bytes: Uint8Array) => Promise<T>,
  ): Promise<T> {
    await limit.begin();
    const { arrivals, holdersOf } = this.options;
    let evict: (error: SpoorError) => void = () => {};
    const evicted = new Promise<never>((_, reject) => {
      evict = reject;
    });
    const arrival = arrivals.begin(holdersOf(request), (error) => evict(error));
    try {
      const bytes = await Promise.race([readBody(request, (more) => arrival.charge(more)), evicted]);
      arrival.whole();
      await limit.arrived(bytes.length);
      return await handle(bytes);
    } finally {
      arrival.done();
    }
  }

  /** What comes in a format that has an address of its own; its answer has no body. */
  private async receive(
    format: (typeof this.formats)[number],
    request: IncomingMessage,
    encoding: otlp.OtlpEncoding | null,
    limit: SenderLimit,
  ): Promise<void> {
    const { title, receiver, reader } = format;
    if (request.method !== 'POST') throw new Refusal(405, `${request.method} is not allowed here; use POST.`);
    if (encoding === null || !receiver.encodings.includes(encoding)) {
      const types = receiver.encodings.map((one) => CONTENT_TYPES[one]).join(' or ');
      const given = request.headers['content-type'] ?? '(none)';
      throw new Refusal(415, `Content-Type ${given} is not supported for ${title}; use ${types}.`);
    }
    await this.received(request, limit, async (bytes) => {
      const { bodies = READ_HERE, intake } = this.options;
      const found = await bodies.readFormat(bytes, { format, reader, encoding });
      let rejected = found.refused;
      const reasons = [found.reason];
      for (const { signal, protobuf } of found.requests) {
        const stored = await intake.store(signalNamed(signal), protobuf);
        rejected += stored.rejected;
        reasons.push(stored.reason);
      }
      this.checkWhole({ rejected, reason: reasons.filter((one) => one !== '').join('; '), isUnderstood: true });
    });
  }

  /** Where the answer has no place for it, a status says that not all was stored. */
  private checkWhole(rejection: Rejection): void {
    const { rejected, reason } = rejection;
    if (rejected === 0) return;
    this.options.refusals.add(rejection);
    throw new LeftOut(400, `${rejected} spans were left out: ${reason}.`);
  }

  private refuse(response: ServerResponse, encoding: otlp.OtlpEncoding | null, error: unknown): void {
    const { status, message } = failureOf(error);
    if (SENDERS_FAULT.includes(status) && !(error instanceof LeftOut)) this.options.refusals.addWhole(message);
    const retryAfterS =
      error instanceof RetryLater ? error.retryAfterSeconds : status === 503 ? otlp.RETRY_AFTER_S : null;
    if (status >= 500) this.options.log(status === 503 ? 'warn' : 'error', 'export failed', { status, message });
    if (response.headersSent || response.destroyed) return;
    const headers: Record<string, string> = {
      'content-type': encoding ? CONTENT_TYPES[encoding] : 'text/plain; charset=utf-8',
    };
    if (retryAfterS !== null) headers['retry-after'] = String(retryAfterS);
    if (status === 405) headers.allow = 'POST';
    // The rest of a refused body is not worth reading.
    if (status === 413 || status === 429 || status === 503) headers.connection = 'close';
    const rpcCode = RPC_CODES[status] ?? otlp.RPC_INTERNAL;
    response
      .writeHead(status, headers)
      .end(encoding ? otlp.encodeStatus(encoding, rpcCode, message, retryAfterS) : `${message}\n`);
  }
}

function failureOf(error: unknown): { status: number; message: string } {
  if (error instanceof Refusal || error instanceof BodyError) return error;
  if (error instanceof WireError) return { status: 400, message: `The body is not OTLP protobuf: ${error.message}.` };
  if (error instanceof NotJson) return { status: 400, message: `The body is not JSON: ${error.message}.${error.hint}` };
  if (error instanceof NotOfFormat) return { status: 400, message: error.message };
  if (error instanceof JsonShapeError) return { status: 400, message: `The body is not OTLP/JSON: ${error.message}.` };
  if (error instanceof SpoorError && TOLD.includes(error.code))
    return { status: ERROR_STATUS[error.code], message: error.message };
  return { status: 500, message: error instanceof Error ? error.message : String(error) };
}

function encodingOf(request: IncomingMessage): otlp.OtlpEncoding | null {
  const mediaType = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (mediaType === CONTENT_TYPES.protobuf) return 'protobuf';
  return mediaType === CONTENT_TYPES.json ? 'json' : null;
}

/** Pages of this machine and of listed origins may export: `checkSender` has let only those through. */
function allowOrigin(request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  response.setHeader('access-control-allow-origin', origin);
  // What `navigator.sendBeacon` asks for; there are no cookies of this port.
  response.setHeader('access-control-allow-credentials', 'true');
  response.setHeader('vary', 'origin');
  if (request.method !== 'OPTIONS') return;
  response.setHeader('access-control-allow-methods', 'POST');
  response.setHeader(
    'access-control-allow-headers',
    request.headers['access-control-request-headers'] ?? 'content-type',
  );
  response.setHeader('access-control-max-age', '600');
  if (request.headers['access-control-request-private-network'] === 'true') {
    response.setHeader('access-control-allow-private-network', 'true');
  }
}
